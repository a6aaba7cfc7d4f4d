"""What waits and runs in the background."""

from collections.abc import Collection

import pandas as pd

from core.errors import JobError
from jobs.api.lookup import among
from jobs.api.section import Section
from jobs.queue.heartbeat import WorkerState
from jobs.queue.job import ACTIVE, CANCELLED, FAILED, Job
from jobs.queue.kinds import Card, job_kinds
from jobs.queue.rebuild import forget_rebuilt, rebuilt

AGAIN = (FAILED, CANCELLED)
COLUMNS = ("id", "title", "status", "done", "total", "unit", "error")


class JobSection(Section):
    """All jobs but experiments: looked at, cancelled, taken up again, their results taken in.

    What goes on does so with the next worker; commands that wait bring one of their own where none runs.
    """

    name = "jobs"

    def all(self, newest: int | None = None) -> list[Job]:
        """All jobs, newest first; of those that have ended, only so many of the newest where that is given."""
        return self._session.client.jobs(newest)

    def table(self) -> pd.DataFrame:
        """All jobs, newest first: job (its id), title, status, done, total, unit, error.

        The results of those that are done are in the store and in view.
        """
        found = self.all()  # before their results are taken in: what is told to be done then is here
        self._session.refresh()
        lines = [[getattr(each, name) for name in COLUMNS] for each in found]
        return pd.DataFrame(lines, columns=["job", *COLUMNS[1:]])

    def cancel(self, job: str) -> None:
        """Stop a job that waits or runs; what it has computed stays.

        Raises:
            JobError: there is no such job, or it has ended.
        """
        self._session.client.cancel(self._one_with(job, ACTIVE).id)

    def retry(self, job: str) -> None:
        """Queue a job that has failed or was cancelled; it goes on where it stopped.

        Raises:
            JobError: there is no such job, or it neither failed nor was cancelled.
        """
        self._session.client.retry(self._one_with(job, AGAIN).id)

    def active(self) -> Collection[str]:
        """Ids of the jobs, experiments among them, of which something waits or runs."""
        return self._session.client.active()

    def take_in(self) -> int:
        """Take what workers have finished into the store; how many scores and embeddings are new.

        They are in view after `Studio.refresh`, or `scores.refresh`.
        """
        return self._session.client.take_in(self._store)

    def worker(self) -> WorkerState:
        """Whether a worker lives, which process it is and since when."""
        return self._session.client.worker_alive()

    def arrivals_fault(self) -> str:
        """Why results don't arrive that travel through a remote folder, a sentence; "" where they do."""
        arrivals = self._session.client.arrivals
        return arrivals.fault or "" if arrivals is not None else ""

    @property
    def rebuilt(self) -> str:
        """What to tell of a queue that was made again because its database was damaged or gone; "" for nothing."""
        found = rebuilt(self._session.paths.jobs)
        return found.told if found else ""

    def forget_rebuilt(self) -> None:
        """The user has read it."""
        forget_rebuilt(self._session.paths.jobs)

    def card(self, job: Job) -> Card:
        """How jobs of its kind are shown, and on which page they are started."""
        return job_kinds()[job.kind].card

    def _one_with(self, job: str, statuses: Collection[str]) -> Job:
        """The job of this id, which has one of these statuses."""
        found = {each.id: each for each in self.all()}
        if job not in found:
            raise JobError("Job not found.", where=job, mend=among(found, "There are no jobs."))
        if found[job].status not in statuses:
            raise JobError(f"It is {found[job].status}, not {' or '.join(statuses)}.", where=found[job].title)
        return found[job]
