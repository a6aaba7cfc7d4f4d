"""How a worker runs the jobs of a kind: what it lends them, and the one workflow that most kinds need."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from jobs.queue.attempts import Attempts
from jobs.queue.courier import Couriers
from jobs.queue.durable import DurableStep, cancelled_in_queue, durable, recording_failure
from jobs.queue.folder import JobFolder, job_folder
from jobs.queue.resources import Devices, Models, Runs
from jobs.queue.settings import MAX_ATTEMPTS


@dataclass(frozen=True)
class WorkerContext:
    """What a worker has for the workflows that run on it.

    Attributes:
        jobs: the folder of all jobs.
        models: of each profile.
        devices: lends one at a time.
        couriers: bring what is not here.
        runs: counts the jobs that run.
        attempts: marks them.
        own_code: whether jobs may bring indicators of the user's own, which are code.
    """

    jobs: Path
    models: Models
    devices: Devices
    couriers: Couriers
    runs: Runs
    attempts: Attempts
    own_code: bool


@dataclass(frozen=True)
class Run:
    """One run of a job, the first or a later one that goes on where an earlier one stopped.

    Attributes:
        cancelled: asks the queue whether the user has cancelled it.
        step: runs a function as a step that is remembered.
        device: that is lent to it; "" for a kind that needs none.
    """

    folder: JobFolder
    cancelled: Callable[[], bool]
    step: DurableStep
    device: str


def register_workflow(
    context: WorkerContext,
    name: str,
    run: Callable[[Run], None],
    held: Callable[[], AbstractContextManager[str | None]] = nullcontext,
    making_room: Callable[[], object] = lambda: None,
) -> None:
    """Make a workflow known to the queue that runs a whole job.

    Args:
        name: under which queued jobs know it.
        run: does the work.
        held: a context in which the job runs; it may give the name of a device.
        making_room: called before a failure is written, so that a full disk can still be told.
    """
    from dbos import DBOS

    @DBOS.workflow(name=name, max_recovery_attempts=MAX_ATTEMPTS)
    def workflow(job_id: str) -> None:
        folder = job_folder(context.jobs, job_id)
        with (
            context.runs.one(),
            held() as device,
            context.couriers.at_work(folder) as courier,
            recording_failure(folder, making_room),
        ):
            courier.start()
            with context.attempts.one(folder):
                run(Run(folder, cancelled_in_queue(job_id), durable(courier), device or ""))
            courier.deliver()
            courier.clear()
