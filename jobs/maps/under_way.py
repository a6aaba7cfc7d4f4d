"""Maps as pages and commands see them: the jobs that make one."""

from collections.abc import Sequence

from jobs.client import JobClient
from jobs.maps.job import MAP, MapSpec
from jobs.queue.folder import JobFolder
from jobs.queue.job import ACTIVE, Job


def map_jobs(client: JobClient) -> list[Job]:
    """Newest first."""
    return [job for job in client.jobs() if job.kind == MAP]


def map_under_way(client: JobClient, dataset_ids: Sequence[int], model: str) -> str | None:
    """The job that makes a map of just these datasets now; None where none does."""
    for job in map_jobs(client):
        if job.status in ACTIVE:
            spec = MapSpec.from_dict(JobFolder(client.folder / job.id).spec())
            if (set(spec.dataset_ids), spec.embedding_model) == (set(dataset_ids), model):
                return job.id
    return None
