"""Scoring."""

from collections.abc import Sequence

import pandas as pd

from core.indicators import registry
from core.rows.filters import Filters
from jobs.api.results import Scored
from jobs.api.waiting import wait_for_job
from jobs.api.workspace import Workspace, refuse_unknown_indicators
from jobs.scoring.enqueue import enqueue_scoring
from jobs.temporary_worker import worker_at_work


class Scoring(Workspace):
    """Datasets are scored."""

    def score(self, *datasets: str, indicators: Sequence[str] = ()) -> Scored:
        """Compute what is not scored yet of these datasets (of all without any); returns when it is.

        Args:
            indicators: their names; all without any.

        Raises:
            InputError: there is no such dataset or indicator.
            JobError: a job has failed; a second call goes on where it stopped.
        """
        names = tuple(indicators) or tuple(registry())
        refuse_unknown_indicators(names)
        found, keys, new = self._datasets(datasets), self._scorers(names), 0
        lacking = [each for each in found if self.store.scores.missing(each.dataset_id, keys[each.dataset_id]).num_rows]
        if lacking:
            with worker_at_work(self.client, self.paths, self._progress) as own:
                for each in lacking:
                    while job := enqueue_scoring(
                        self.client, self.store, each.dataset_id, list(names), self.profile.name
                    ):
                        wait_for_job(self.client, job, self._progress, own)
                        new += self.client.take_in(self.store)
        self.refresh()
        means = [
            {"name": each.name, "rows": each.rows}
            | self.scores(each.name).reindex(columns=list(names)).mean().to_dict()
            for each in found
        ]
        return Scored(names, pd.DataFrame(means), new)

    def scores(self, *datasets: str) -> pd.DataFrame:
        """dataset_id, row_id and each scored indicator, a line a row of these datasets (of all without any)."""
        return self.store.browse.candidates(Filters(tuple(each.dataset_id for each in self._datasets(datasets))))
