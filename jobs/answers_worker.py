"""Answers on the worker: a workflow of its own, on a device lent to it as to a set of an experiment."""

from pathlib import Path

from jobs.answers import AnswersJob
from jobs.courier import Couriers
from jobs.folder import job_folder
from jobs.queue import ANSWERS_WORKFLOW, MAX_ATTEMPTS, stopped_by_user
from jobs.score import Models, tell_failure
from jobs.tuning_worker import Devices


def register_answers(jobs: Path, models: Models, lent: Devices, couriers: Couriers) -> None:
    """Make the workflow known to the queue.

    Args:
        jobs: the folder of all jobs.
        models: of each profile.
        couriers: bring what is not here.
    """
    from dbos import DBOS

    stopped = stopped_by_user()

    @DBOS.workflow(name=ANSWERS_WORKFLOW, max_recovery_attempts=MAX_ATTEMPTS)
    def answers(job_id: str) -> None:
        folder = job_folder(jobs, job_id)

        def cancelled() -> bool:
            status = DBOS.get_workflow_status(job_id)
            return status is None or status.status == "CANCELLED"

        with lent.lent() as device, couriers.at_work(folder) as courier:
            try:
                courier.start()
                AnswersJob(folder, models, device, cancelled).run(
                    lambda name, work: DBOS.run_step({"name": name}, courier.delivered(work))
                )
                courier.deliver()
                courier.clear()
            except stopped:
                folder.log("Stopped, as it was cancelled.")
                raise
            except Exception as error:
                tell_failure(folder, error)
                raise
