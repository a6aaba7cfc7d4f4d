"""The workflows of a single job each: scores, a map, the answers of two models."""

import threading
from pathlib import Path

from jobs.answers.job import AnswersJob
from jobs.maps.job import MapJob
from jobs.queue.durable import cancelled_in_queue, durable, end_told
from jobs.queue.folder import job_folder
from jobs.queue.resources import Devices, Models
from jobs.queue.settings import ANSWERS_WORKFLOW, MAP_WORKFLOW, MAX_ATTEMPTS, SCORE_WORKFLOW
from jobs.remote.courier import Couriers
from jobs.scoring.job import ScoringJob

_RESERVE_BYTES = 2_000_000


def register_workflows(jobs: Path, models: Models, lent: Devices, couriers: Couriers) -> None:
    """Make the workflows known to the queue.

    Args:
        jobs: the folder of all jobs.
        models: of each profile.
        lent: devices, for the jobs that need one as tuning does.
        couriers: bring what is not here.
    """
    from dbos import DBOS

    one_at_a_time, reserve = threading.Lock(), jobs / ".reserve"

    @DBOS.workflow(name=SCORE_WORKFLOW, max_recovery_attempts=MAX_ATTEMPTS)
    def score(job_id: str) -> None:
        folder = job_folder(jobs, job_id)
        # A job that was cancelled and retried at once may still be in its last step.
        with one_at_a_time, couriers.at_work(folder) as courier:
            _keep_reserve(reserve)
            with end_told(folder, lambda: reserve.unlink(missing_ok=True)):
                courier.start()
                ScoringJob(folder, models, cancelled_in_queue(job_id)).run(durable(courier))
                courier.deliver()
                courier.clear()

    @DBOS.workflow(name=MAP_WORKFLOW, max_recovery_attempts=MAX_ATTEMPTS)
    def make_map(job_id: str) -> None:
        folder = job_folder(jobs, job_id)
        with couriers.at_work(folder) as courier, end_told(folder):
            courier.start()
            MapJob(folder, cancelled_in_queue(job_id)).run(durable(courier))
            courier.deliver()
            courier.clear()

    @DBOS.workflow(name=ANSWERS_WORKFLOW, max_recovery_attempts=MAX_ATTEMPTS)
    def answers(job_id: str) -> None:
        folder = job_folder(jobs, job_id)
        with lent.lent() as device, couriers.at_work(folder) as courier, end_told(folder):
            courier.start()
            AnswersJob(folder, models, device, cancelled_in_queue(job_id)).run(durable(courier))
            courier.deliver()
            courier.clear()


def _keep_reserve(reserve: Path) -> None:
    """Hold some space on the disk, given free when a job fails, so that a full disk can still be told."""
    if reserve.exists():
        return
    try:
        reserve.write_bytes(bytes(_RESERVE_BYTES))
    except OSError:
        reserve.unlink(missing_ok=True)
