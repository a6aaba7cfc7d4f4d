"""Which scores a dataset lacks because the job that should have made them failed."""

from core.errors import JobError
from jobs.client import JobClient
from jobs.queue.folder import JobFolder
from jobs.queue.job import FAILED
from jobs.scoring.kind import KIND

NEWEST_JOBS = 20


def failed_scoring(client: JobClient, dataset_id: int) -> dict[str, str]:
    """By indicator, why the last scoring of a dataset failed, where it is among the newest jobs and did.

    Raises:
        JobError: the queue can't be read.
    """
    for job in client.jobs(NEWEST_JOBS):
        if job.kind != KIND.name:
            continue
        try:
            spec = KIND.read_spec(JobFolder(client.folder / job.id).spec())
        except JobError:  # its folder is gone
            continue
        if spec.dataset_id == dataset_id:
            return dict.fromkeys(spec.indicators, job.error) if job.status == FAILED else {}
    return {}
