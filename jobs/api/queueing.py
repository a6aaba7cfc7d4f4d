"""What waits and runs in the background: looked at, paused, cancelled, taken up again."""

from collections.abc import Collection

import pandas as pd

from core.errors import JobError
from core.store import SavedExperiment
from jobs.api.workspace import Workspace, among
from jobs.experiments.experiments import Experiments
from jobs.experiments.state import PAUSED, SetState
from jobs.queue.job import ACTIVE, CANCELLED, FAILED, Job
from jobs.temporary_worker import queue_there

STOPPABLE, AGAIN = (*ACTIVE, PAUSED), (FAILED, CANCELLED)


class Queueing(Workspace):
    """Experiments by their number or name, all other jobs by the id that `jobs` tells.

    What goes on does so with the next worker: `wait` brings one of its own where none runs.
    """

    def jobs(self) -> pd.DataFrame:
        """All jobs but experiments, newest first: job (its id), title, status, done, total, unit, error."""
        self.refresh()
        names = ["id", "title", "status", "done", "total", "unit", "error"]
        lines = [[getattr(each, name) for name in names] for each in self.client.jobs()]
        return pd.DataFrame(lines, columns=["job", *names[1:]])

    def pause(self, experiment: str | int) -> None:
        """Stop all sets that are not through until `resume`; a running one keeps its last checkpoint.

        Raises:
            StoreError: there is no such experiment.
            JobError: no set of it waits or runs.
        """
        Experiments(self.client).pause(self._one_with(experiment, ACTIVE).job_id)

    def resume(self, experiment: str | int) -> None:
        """Queue the sets that a pause has stopped.

        Raises:
            StoreError: there is no such experiment.
            JobError: it is not paused.
        """
        Experiments(self.client).resume(self._one_with(experiment, (PAUSED,)).job_id)

    def cancel(self, experiment: str | int, number: int | None = None) -> None:
        """Stop a set of an experiment, or all that are not through; what is finished stays.

        Raises:
            StoreError: there is no such experiment.
            JobError: no such set waits, runs or is paused.
        """
        Experiments(self.client).cancel(self._one_with(experiment, STOPPABLE, number).job_id, number)

    def retry(self, experiment: str | int, number: int | None = None) -> None:
        """Queue a set of an experiment that has failed or was cancelled, or all of them; each goes on where it stopped.

        Raises:
            StoreError: there is no such experiment.
            JobError: no such set has failed or was cancelled.
        """
        Experiments(self.client).retry(self._one_with(experiment, AGAIN, number).job_id, number)

    def cancel_job(self, job: str) -> None:
        """Stop a job that waits or runs; what it has computed stays.

        Raises:
            JobError: there is no such job, or it has ended.
        """
        self.client.cancel(self._job_with(job, ACTIVE).id)

    def retry_job(self, job: str) -> None:
        """Queue a job that has failed or was cancelled; it goes on where it stopped.

        Raises:
            JobError: there is no such job, or it neither failed nor was cancelled.
        """
        self.client.retry(self._job_with(job, AGAIN).id)

    def _one_with(self, experiment: str | int, statuses: Collection[str], number: int | None = None) -> SavedExperiment:
        """The experiment, of which a set, or the one of this number, has one of these statuses."""
        saved = self._experiment(experiment)
        with queue_there(self.client, self.paths, self._progress):
            sets = Experiments(self.client).state(saved.job_id).sets
        if number is not None and number not in {each.plan.number for each in sets}:
            raise JobError(
                f"The experiment has no set {number}.", where=saved.name, mend=f"Choose 0 to {len(sets) - 1}."
            )
        asked: list[SetState] = [each for each in sets if number in (None, each.plan.number)]
        if not any(each.status in statuses for each in asked):
            what = "No set of it" if number is None else f"Set {number} is {asked[0].status}: it"
            raise JobError(f"{what} is {' or '.join(statuses)}.", where=saved.name, mend="Nothing was changed.")
        return saved

    def _job_with(self, job: str, statuses: Collection[str]) -> Job:
        """The job of this id, which has one of these statuses."""
        found = {each.id: each for each in self.client.jobs()}
        if job not in found:
            raise JobError("Job not found.", where=job, mend=among(found, "There are no jobs."))
        if found[job].status not in statuses:
            raise JobError(f"It is {found[job].status}, not {' or '.join(statuses)}.", where=found[job].title)
        return found[job]
