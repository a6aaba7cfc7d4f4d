"""Maps as pages and commands see them: the jobs that make one."""

from collections.abc import Sequence

from jobs.client import JobClient
from jobs.maps.kind import KIND
from jobs.queue.job import Job


def map_jobs(client: JobClient) -> list[Job]:
    """Newest first."""
    return [job for job in client.jobs() if job.kind == KIND.name]


def map_under_way(client: JobClient, dataset_ids: Sequence[int], model: str) -> str | None:
    """The job that makes a map of just these datasets now; None where none does."""
    for job_id, spec in client.under_way(KIND):
        if (set(spec.dataset_ids), spec.embedding_model) == (set(dataset_ids), model):
            return job_id
    return None
