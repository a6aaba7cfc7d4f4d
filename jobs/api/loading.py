"""Loading: rows to select from, and evaluation sets to measure on."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from core.datasets.loading import LoadReport, load_files
from core.errors import InputError
from core.formats.columns import ColumnMap
from core.formats.preview import Preview, columns_by_hand, preview
from core.rows.evaluation_set import read_evaluation_file
from core.sources.resolve import Incoming, incoming, name_of
from core.sources.source_file import SourceFile
from core.store import EvaluationSet
from jobs.api.workspace import Workspace

Source = str | Path


class Loading(Workspace):
    """Datasets and evaluation sets come in.

    A source is the path of a file or folder, a pattern, an address that fsspec knows, or `hub:owner/name`. Columns are
    guessed, but for those that are named: `{"instruction": "question", "output": "answer"}`, or `{"conversation": …}`.
    """

    def load(
        self,
        *sources: Source,
        name: str = "",
        split: str = "train",
        table: str = "",
        columns: Mapping[str, str] | None = None,
    ) -> LoadReport:
        """Load all files of the sources as one dataset.

        Args:
            name: of the dataset; "" for that of the first file.
            split: of a dataset of the hub.
            table: of a DuckDB file; "" for the only one.
            columns: named by hand, for all files.

        Raises:
            InputError: nothing in a file can be used, or a source is not there or can't be reached.
            StorageFull: there is no space left; nothing of it stays.
        """
        found = self._incoming(sources, split, table)
        return self._load(name or found.name, found.files, columns)

    def load_apart(
        self, *sources: Source, split: str = "train", table: str = "", columns: Mapping[str, str] | None = None
    ) -> list[LoadReport]:
        """Load each file of the sources as a dataset of its own, named after the file; else as `load`."""
        found = self._incoming(sources, split, table)
        return [self._load(name_of(each), [each], columns) for each in found.files]

    def preview(
        self, source: Source, split: str = "train", table: str = "", columns: Mapping[str, str] | None = None
    ) -> Preview:
        """The first rows of a source's first file as `load` would take them; nothing is stored.

        Raises:
            InputError: as `load`.
        """
        first = self._incoming([source], split, table).files[0]
        return preview(first.path, _columns(first, columns), first.shown_name)

    def load_evaluation_set(self, file: Source, name: str = "") -> EvaluationSet:
        """Keep a file of instructions with good responses as an evaluation set.

        Args:
            file: JSON Lines or a JSON array with `instruction`, `input` and `outputs`, a list, or `output`.
            name: "" for that of the file.

        Raises:
            InputError: the file, or one of its rows, is not of that form.
            StoreError: there is an evaluation set of that name.
        """
        place = Path(file).expanduser()
        number = self.store.evaluation_sets.add(name or place.stem, read_evaluation_file(place))
        return next(each for each in self.store.evaluation_sets.all() if each.evaluation_set_id == number)

    def evaluation_sets(self) -> pd.DataFrame:
        """All evaluation sets: number, name, instructions, responses, description."""
        return pd.DataFrame(
            [
                (each.evaluation_set_id, each.name, each.examples, each.responses, each.description)
                for each in self.store.evaluation_sets.all()
            ],
            columns=["number", "name", "instructions", "responses", "description"],
        )

    def _incoming(self, sources: Sequence[Source], split: str, table: str) -> Incoming:
        """All files of some sources, under the name of the first."""
        if not sources:
            raise InputError("No file to load.", mend="Give at least one file.")
        uploads, own = self.paths.uploads, self.paths.store
        found = [incoming(str(each), uploads, own, self._progress, split, table) for each in sources]
        return Incoming(found[0].name, tuple(file for each in found for file in each.files))

    def _load(self, name: str, files: Sequence[SourceFile], columns: Mapping[str, str] | None) -> LoadReport:
        report = load_files(self.store, name, files, _columns(files[0], columns), self._progress)
        self.refresh()
        return report


def _columns(file: SourceFile, named: Mapping[str, str] | None) -> ColumnMap | None:
    return columns_by_hand(file.path, named, file.shown_name) if named else None
