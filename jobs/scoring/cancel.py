"""Scoring that nobody wants any more: the dataset was deleted."""

from core.errors import StudioError
from jobs.client import JobClient
from jobs.queue.folder import folders
from jobs.queue.job import ACTIVE
from jobs.scoring.kind import KIND

WHY = "The dataset was deleted, so its rows are not scored any more. Scores so far are kept."


def cancel_scoring(client: JobClient, dataset_id: int) -> None:
    """Cancel the jobs that score a dataset and wait or run."""
    for folder in folders(client.folder):
        if not folder.input.is_dir():  # it is done
            continue
        try:
            spec = folder.spec()
            if (spec.get("kind"), spec.get("dataset_id")) != (KIND.name, dataset_id):
                continue
            if client.job(folder.job_id).status in ACTIVE:
                client.cancel(folder.job_id, WHY)
        except StudioError as error:  # a damaged folder or queue: the dataset goes all the same
            folder.log(f"Not cancelled: {error}")
