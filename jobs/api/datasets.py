"""Datasets: rows to select from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from core.datasets.contamination import NEAR_SIMILARITY
from core.datasets.near_duplicates import THRESHOLD
from core.datasets.unread_files import left_out, none_readable
from core.errors import InputError
from core.formats.choices import DEFAULT, Answers, Paths, ReadingChoices
from core.sources.resolve import name_of
from core.store import Dataset
from core.store.checks import CONTAMINATED, NEAR_DUPLICATE
from jobs.api.lookup import Which, dataset_of, datasets_of, evaluation_sets_of, wanted_name
from jobs.api.results import Found, SimilarRow
from jobs.api.section import Section
from jobs.api.session import Session
from jobs.api.sources import Source, SourceSection, named_columns

if TYPE_CHECKING:
    from core.datasets.checks import ContaminationReport
    from core.datasets.load_task import LoadTask
    from core.datasets.loading import LoadReport
    from core.datasets.near_duplicates import Member, NearDuplicates
    from core.formats.columns import ColumnMap
    from core.progress import Progress
    from core.sources.hub import HubSource
    from core.sources.source_file import SourceFile

COLUMNS = ("name", "rows", "duplicates", "rejected", "description")


class DatasetSection(Section):
    """Datasets come in, are checked, get other names, and go. One is meant by its name or number."""

    name = "datasets"

    def __init__(self, session: Session, sources: SourceSection) -> None:
        super().__init__(session)
        self._sources = sources

    def all(self) -> list[Dataset]:
        """All datasets, oldest first."""
        return self._store.datasets.all()

    def get(self, which: Which) -> Dataset:
        """One of them.

        Raises:
            StoreError: there is no such dataset.
        """
        return dataset_of(self._store.datasets, which)

    def table(self) -> pd.DataFrame:
        """All datasets: name, rows, duplicates, rejected, description."""
        return pd.DataFrame([[getattr(each, name) for name in COLUMNS] for each in self.all()], columns=list(COLUMNS))

    def load(
        self,
        *sources: Source,
        name: str = "",
        split: str = "train",
        table: str = "",
        columns: Mapping[str, str] | None = None,
        progress: "Progress | None" = None,
        encoding: str = "",
        answers: Answers = "last",
        list_name: str = "",
        paths: Paths = "best",
    ) -> "LoadReport":
        """Load all files of the sources as one dataset.

        Args:
            sources: paths of files or folders, patterns, addresses, or `hub:owner/name`.
            name: of the dataset; "" for that of the first file.
            split: of a dataset of the hub, or of a folder that has splits (`all` for all of them).
            table: of a DuckDB file; "" for the only one.
            columns: named by hand, for all files.
            encoding: of the text of all files, as Python names it; "" to find it out for each.
            answers: which answer of a conversation is its response: the last, the first, or each in a row of its own.
            list_name: of the list that is read in a JSON object with several; "" for the first.
            paths: of OpenAssistant's trees the best of each, of chats the current branch; or all.

        Raises:
            InputError: nothing in any file can be used, or a source is not there or can't be reached. Of several files
                those that can't be read are left out: `unread` of the report.
            StorageFull: there is no space left; nothing of it stays.
        """
        how = ReadingChoices.given(encoding, answers, list_name, paths)
        found = self._sources.files(sources, split, table, progress)
        return self._load(name or found.name, found.files, columns, progress, how)

    def load_apart(
        self,
        *sources: Source,
        split: str = "train",
        table: str = "",
        columns: Mapping[str, str] | None = None,
        progress: "Progress | None" = None,
        encoding: str = "",
        answers: Answers = "last",
        list_name: str = "",
        paths: Paths = "best",
    ) -> "list[LoadReport]":
        """Load each file of the sources as a dataset of its own, named after the file; else as `load`.

        The first report has the files that can't be read.
        """
        how = ReadingChoices.given(encoding, answers, list_name, paths)
        found = self._sources.files(sources, split, table, progress)
        faults: list[tuple[SourceFile, InputError]] = []
        reports: list[LoadReport] = []
        for each in found.files:
            try:
                reports.append(self._load(name_of(each), [each], columns, progress, how))
            except InputError as error:
                faults.append((each, error))
        if not reports:
            raise none_readable(faults[0][1], len(faults))
        return [replace(reports[0], unread=tuple(left_out(*each) for each in faults)), *reports[1:]]

    def load_beside(
        self,
        name: str,
        sources: "Sequence[SourceFile] | HubSource",
        columns: "ColumnMap | None" = None,
        choices: ReadingChoices = DEFAULT,
    ) -> "LoadTask":
        """Begin to load files, or a dataset of the hub, in a thread of its own, which is watched and cancelled."""
        from core.datasets.load_task import LoadTask

        task = LoadTask(self._store, name, sources, columns, choices=choices)
        task.start()
        return task

    def rename(self, which: Which, name: str) -> str:
        """Give a dataset another name; returns the one that it got, which is numbered where the wish is taken.

        Raises:
            StoreError: there is no such dataset.
            InputError: this can't be a name.
        """
        return self._store.datasets.rename(self.get(which).dataset_id, wanted_name(name))

    def describe(self, which: Which, text: str) -> None:
        """Write what a dataset is, in place of what was written before.

        Raises:
            StoreError: there is no such dataset.
        """
        self._store.datasets.describe(self.get(which).dataset_id, text)

    def delete(self, which: Which) -> None:
        """Delete a dataset; its source files, scores and the rows of saved selections stay.

        Jobs that score it and wait or run are cancelled.

        Raises:
            StoreError: there is no such dataset.
        """
        from jobs.scoring.cancel import cancel_scoring

        number = self.get(which).dataset_id
        self._store.datasets.delete(number)
        cancel_scoring(self._session.client, number)
        self._session.refresh_scores()

    def rejections(self, which: Which, limit: int | None = None) -> pd.DataFrame:
        """The rows that were not loaded: file, row, reason, mend, excerpt.

        Raises:
            StoreError: there is no such dataset.
        """
        return self._store.datasets.rejections(self.get(which).dataset_id, limit)

    def near_duplicates(
        self, *datasets: Which, threshold: float = THRESHOLD, progress: "Progress | None" = None
    ) -> "Found[NearDuplicates]":
        """Rows of these datasets (of all without any) that repeat an earlier one but for a few words.

        They are flagged: selections say what became of them.

        Args:
            threshold: share of word triples in common from which two rows are alike.

        Raises:
            InputError: there is no such dataset, or the threshold is none.
        """
        from core.datasets.checks import found_rows, near_duplicates_in

        used = datasets_of(self._store.datasets, datasets)
        numbers, told = [each.dataset_id for each in used], progress or self._session.progress
        report = near_duplicates_in(self._store, numbers, _share(threshold), told)
        self._flag(NEAR_DUPLICATE, numbers, [each.row for each in report.found])

        def alike() -> tuple[SimilarRow, ...]:
            names = {each.dataset_id: each.name for each in used}
            pairs = sorted(report.found, key=lambda each: -each.similarity)
            texts = self._store.rows.get([row for each in pairs for row in (each.row.row_id, each.earlier.row_id)])
            told = {number: f"{row.prompt}\n\n→ {row.output}" for number, row in texts.items()}
            return tuple(
                SimilarRow(
                    names[each.row.dataset_id], told[each.row.row_id], names[each.earlier.dataset_id],
                    told[each.earlier.row_id], each.similarity,
                )
                for each in pairs
            )  # fmt: skip

        return Found(report, report.rows, alike, lambda: found_rows(self._store.rows, report.title, report.row_ids))

    def contamination(
        self,
        *datasets: Which,
        evaluation_sets: Sequence[Which] = (),
        threshold: float = NEAR_SIMILARITY,
        progress: "Progress | None" = None,
    ) -> "Found[ContaminationReport]":
        """Rows of these datasets (of all without any) that ask what an evaluation set asks.

        They are flagged: selections say what became of them.

        Args:
            evaluation_sets: all without any.
            threshold: cosine of the questions' weighted words from which they count as the same; a question within a
                longer prompt is found by the words that follow each other in both, too.

        Raises:
            InputError: there is no such dataset, or the threshold is none.
            StoreError: there is no such evaluation set.
        """
        from core.datasets.checks import contamination_in, found_rows

        used = datasets_of(self._store.datasets, datasets)
        sets = {
            each.evaluation_set_id: each for each in evaluation_sets_of(self._store.evaluation_sets, evaluation_sets)
        }
        numbers, told = [each.dataset_id for each in used], progress or self._session.progress
        report = contamination_in(self._store, numbers, list(sets), told, _share(threshold))
        self._flag(CONTAMINATED, numbers, [each.row for each in report.found])

        def alike() -> tuple[SimilarRow, ...]:
            names = {each.dataset_id: each.name for each in used}
            ordered = sorted(report.found, key=lambda each: -each.similarity)
            texts = self._store.rows.get([each.row.row_id for each in ordered])
            asked = {number: self._store.evaluation_sets.examples(number) for number in sets}
            return tuple(
                SimilarRow(
                    names[each.row.dataset_id], texts[each.row.row_id].prompt, sets[each.evaluation_set_id].name,
                    asked[each.evaluation_set_id][each.example].prompt, each.similarity,
                )
                for each in ordered
            )  # fmt: skip

        return Found(report, report.rows, alike, lambda: found_rows(self._store.rows, report.title, report.row_ids))

    def _flag(self, kind: str, dataset_ids: Sequence[int], rows: "Sequence[Member]") -> None:
        """Keep what was found, so that selections say what became of it."""
        self._store.checks.keep(kind, dataset_ids, [(each.dataset_id, each.row_id) for each in rows])

    def _load(
        self,
        name: str,
        files: "Sequence[SourceFile]",
        columns: Mapping[str, str] | None,
        progress: "Progress | None",
        choices: ReadingChoices,
    ) -> "LoadReport":
        from core.datasets.loading import load_files

        told = progress or self._session.progress
        used = named_columns(files, columns, choices)
        report = load_files(self._store, name, files, used, told, choices=choices)
        self._session.refresh()
        return report


def _share(threshold: float) -> float:
    if not 0 < threshold <= 1:
        raise InputError(f"The threshold is {threshold:g}.", mend="Use a number above 0 and up to 1.")
    return threshold
