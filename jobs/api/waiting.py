"""Waiting for work in the background, with progress, and with an eye on the worker."""

import time

from core.errors import JobError
from core.progress import Progress
from jobs.client import JobClient
from jobs.experiments.experiments import Experiments
from jobs.experiments.state import PAUSED, ExperimentState
from jobs.queue.job import ACTIVE, DONE
from jobs.temporary_worker import TemporaryWorker

POLL_SECONDS = 0.5


def wait_for_job(client: JobClient, job_id: str, progress: Progress, own: TemporaryWorker | None) -> None:
    """Wait until a job is done.

    Args:
        own: the worker that this process has started, None where another one works.

    Raises:
        JobError: it has failed or was cancelled, or the worker has ended.
        Cancelled: `progress` said so; the job stays in the queue.
    """
    while True:
        job = client.job(job_id)
        progress.update(round(1000 * job.share), 1000, ": ".join(filter(None, (job.title, job.message))))
        if job.status == DONE:
            return
        if job.status not in ACTIVE:
            raise JobError(
                job.error or "The job was cancelled.",
                where=job.title,
                mend="Run the command again to continue.",
            )
        if own is not None:
            own.raise_if_ended()
        time.sleep(POLL_SECONDS)


def wait_for_experiment(
    experiments: Experiments, job_id: str, progress: Progress, own: TemporaryWorker | None
) -> ExperimentState:
    """Wait until nothing of an experiment waits or runs any more.

    Raises:
        JobError: it is paused, or proposes no sets, its folder is gone, or the worker has ended.
        Cancelled: `progress` said so; the experiment stays in the queue.
    """
    while True:
        state = experiments.state(job_id)
        running = next((each for each in state.sets if each.status == "running"), None)
        told = f"{state.count(DONE)} of {len(state.sets)} models"
        message = f"{told}; {running.plan.name}: {running.state.message or running.state.stage}" if running else told
        progress.update(round(1000 * state.share), 1000, message)
        if not state.active:
            break
        if own is not None:
            own.raise_if_ended()
        time.sleep(POLL_SECONDS)
    if state.status == PAUSED:
        raise JobError(
            state.why_paused or "The experiment is paused.",
            mend="Resume it with `python -m jobs resume` or on the Experiments page.",
        )
    if state.fault:
        raise JobError(state.fault, mend="Retry it with `python -m jobs retry` or on the Experiments page.")
    return state
