"""Loading and scoring."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from core.errors import InputError
from core.filters import Filters
from core.formats.hub import hub_files
from core.indicators import registry
from core.loading import LoadReport, SourceFile, load_files
from jobs.api.results import Scored
from jobs.api.waiting import wait_for_job
from jobs.api.workspace import Workspace, refuse_unknown_indicators
from jobs.own_worker import worker_at_work

HUB = "hub:"


class Scoring(Workspace):
    """Datasets come in and are scored."""

    def load(self, *sources: str | Path, name: str = "", split: str = "train") -> LoadReport:
        """Load files, or a dataset of the hub as `hub:owner/name`, as one dataset.

        Args:
            name: of the dataset; "" for that of the first source.
            split: of a dataset of the hub.

        Raises:
            InputError: nothing in a file can be used, or the hub has no such dataset.
            StorageFull: there is no space left; nothing of it stays.
        """
        files = [file for each in sources for file in self._files(str(each), split)]
        own_name = Path(str(sources[0])).name.split(".")[0] if sources else ""
        report = load_files(self.store, name or own_name, files, None, self._progress)
        self.refresh()
        return report

    def _files(self, source: str, split: str) -> list[SourceFile]:
        if source.startswith(HUB):
            dataset = source.removeprefix(HUB)
            found = hub_files(dataset, split, self.paths.uploads, self._progress)
            return [SourceFile(path, f"{dataset}/{path.name}") for path in found]
        if not Path(source).is_file():
            raise InputError("There is no such file.", where=source, mend="Give the path of a file, or hub:owner/name.")
        return [SourceFile(Path(source), Path(source).name)]

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
        lacking = [each for each in found if self.store.missing_scores(each.dataset_id, keys[each.dataset_id]).num_rows]
        if lacking:
            with worker_at_work(self.client, self.paths, self._progress) as own:
                for each in lacking:
                    while job := self.client.enqueue_scoring(
                        self.store, each.dataset_id, list(names), self.profile.name
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
        return self.store.candidates(Filters(tuple(each.dataset_id for each in self._datasets(datasets))))
