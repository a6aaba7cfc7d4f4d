"""Maps on the worker: a workflow of their own on the queue of scoring."""

from pathlib import Path

from jobs.courier import Couriers
from jobs.folder import job_folder
from jobs.map import MapJob
from jobs.queue import MAP_WORKFLOW, MAX_ATTEMPTS, stopped_by_user
from jobs.score import tell_failure


def register_maps(jobs: Path, couriers: Couriers) -> None:
    """Make the workflow known to the queue.

    Args:
        jobs: the folder of all jobs.
        couriers: bring what is not here.
    """
    from dbos import DBOS

    stopped = stopped_by_user()

    @DBOS.workflow(name=MAP_WORKFLOW, max_recovery_attempts=MAX_ATTEMPTS)
    def make_map(job_id: str) -> None:
        folder = job_folder(jobs, job_id)

        def cancelled() -> bool:
            status = DBOS.get_workflow_status(job_id)
            return status is None or status.status == "CANCELLED"

        with couriers.at_work(folder) as courier:
            try:
                courier.start()
                MapJob(folder, cancelled).run(lambda name, work: DBOS.run_step({"name": name}, courier.delivered(work)))
                courier.deliver()
                courier.clear()
            except stopped:
                folder.log("Stopped, as it was cancelled.")
                raise
            except Exception as error:
                tell_failure(folder, error)
                raise
