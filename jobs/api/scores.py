"""Scores of rows by indicators."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from core.indicators import registry
from core.rows.filters import Filters
from jobs.api.lookup import Which, dataset_of, datasets_of, refuse_unknown_indicators
from jobs.api.results import ScoringResult
from jobs.api.section import Section
from jobs.api.waiting import wait_for_job
from jobs.queue.job import ACTIVE, Job
from jobs.scoring.kind import KIND

if TYPE_CHECKING:
    from core.progress import Progress
    from core.rules.rule import Rule


class ScoreSection(Section):
    """Datasets are scored by the profile's models. What is in view is brought up to date by `refresh`."""

    name = "scores"

    @property
    def revision(self) -> int:
        """Another number whenever the scores in view have changed."""
        return self._store.matrix.revision

    def columns(self) -> list[str]:
        """The indicators of which some row in view has a score."""
        return self._store.matrix.columns()

    def table(self, *datasets: Which) -> pd.DataFrame:
        """dataset_id, row_id and each scored indicator, a line a row of these datasets (of all without any).

        Raises:
            InputError: there is no such dataset.
        """
        numbers = tuple(each.dataset_id for each in datasets_of(self._store.datasets, datasets))
        return self._store.browse.candidates(Filters(numbers))

    def score(
        self, *datasets: Which, indicators: Sequence[str] = (), progress: "Progress | None" = None
    ) -> ScoringResult:
        """Compute what is not scored yet of these datasets (of all without any); returns when it is.

        A worker of one's own computes where none runs.

        Args:
            indicators: their names; all without any.

        Raises:
            InputError: there is no such dataset or indicator.
            JobError: a job has failed; a second call goes on where it stopped.
        """
        names, told, new = _names(indicators), progress or self._session.progress, 0
        found, keys = datasets_of(self._store.datasets, datasets), self._session.wanted_scorers(names)
        lacking = [
            each for each in found if self._store.scores.missing(each.dataset_id, keys[each.dataset_id]).num_rows
        ]
        if lacking:
            with self._session.worker(told) as own:
                for each in lacking:
                    while jobs := self.enqueue(each.dataset_id, indicators=names):
                        wait_for_job(self._session.client, jobs[0], told, own)
                        new += self._session.client.take_in(self._store)
        self._session.refresh()
        means = [
            {"name": each.name, "rows": each.rows}
            | self.table(each.dataset_id).reindex(columns=list(names)).mean().to_dict()
            for each in found
        ]
        return ScoringResult(names, pd.DataFrame(means), new)

    def enqueue(self, *datasets: Which, indicators: Sequence[str] = ()) -> list[str]:
        """Queue what is not scored yet of these datasets (of all without any); ids of the jobs that compute it.

        Raises:
            InputError: there is no such dataset or indicator.
            JobError: no worker has ever run here.
            StorageFull: there is no space left.
        """
        from jobs.scoring.enqueue import enqueue_scoring

        keys, profile = self._session.wanted_scorers(_names(indicators)), self._session.profile.name
        made = [
            enqueue_scoring(self._session.client, self._store, each.dataset_id, keys[each.dataset_id], profile)
            for each in datasets_of(self._store.datasets, datasets)
        ]
        return [job for job in made if job is not None]

    def jobs(self) -> list[Job]:
        """The jobs that score rows now, or wait to."""
        return [job for job in self._session.client.jobs() if job.kind == KIND.name and job.status in ACTIVE]

    def counts(self, dataset: Which) -> dict[str, int]:
        """How many rows of a dataset have a score, by indicator.

        Scores of another precision count where all rows have them.

        Raises:
            StoreError: there is no such dataset.
        """
        number = dataset_of(self._store.datasets, dataset).dataset_id
        return self._store.scores.counts(number, self._session.wanted_scorers()[number])

    def missing(self, *datasets: Which) -> Mapping[str, int]:
        """How many rows of these datasets (of all without any) lack each indicator that some row lacks.

        Raises:
            InputError: there is no such dataset.
        """
        lacking = dict.fromkeys(registry(), 0)
        for each in datasets_of(self._store.datasets, datasets):
            for name, scored in self.counts(each.dataset_id).items():
                lacking[name] += each.rows - scored
        return {name: count for name, count in lacking.items() if count}

    def use_rule(self, rule: "Rule") -> None:
        """Have the value of this rule in view as `predicted_log_loss`."""
        self._store.matrix.set_rule(rule)

    def refresh(self) -> bool:
        """Bring the scores in view up to date with the datasets and the profile; whether they have changed."""
        return self._session.refresh_scores()


def _names(indicators: Sequence[str]) -> tuple[str, ...]:
    refuse_unknown_indicators(indicators)
    return tuple(indicators) or tuple(registry())
