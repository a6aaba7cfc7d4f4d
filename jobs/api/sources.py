"""Where rows come from, and how they look before they are loaded."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.datasets.unread_files import told_left_out, unreadable
from core.errors import InputError
from core.formats.choices import DEFAULT, Answers, Paths, ReadingChoices
from core.formats.columns import ColumnMap
from core.formats.preview import Preview, columns_by_hand, open_preview, preview
from core.formats.rejection import Rejection
from core.sources.resolve import ResolvedSource, fetched_files, found_files, incoming, splits_at, table_file, unpacked
from core.sources.source_file import SourceFile
from jobs.api.section import Section

if TYPE_CHECKING:
    from core.progress import Progress
    from core.sources.duckdb_file import ForeignTable
    from core.sources.hub import HubSource

Source = str | Path


class SourceSection(Section):
    """Files, folders and patterns, addresses that fsspec knows, tables of DuckDB files, datasets of the hub.

    Columns are guessed, but for those that are named: `{"instruction": "question", "output": "answer"}`, or
    `{"conversation": …}`.
    """

    name = "sources"

    def preview(
        self,
        source: Source,
        split: str = "train",
        table: str = "",
        columns: Mapping[str, str] | None = None,
        progress: "Progress | None" = None,
        encoding: str = "",
        answers: Answers = "last",
        list_name: str = "",
        paths: Paths = "best",
    ) -> Preview:
        """The first rows of a source's first readable file as `datasets.load` would take them; nothing is stored.

        Args:
            encoding, answers, list_name, paths: as in `datasets.load`.

        Raises:
            InputError: as `datasets.load`.
        """
        how = ReadingChoices.given(encoding, answers, list_name, paths)
        files = self.files([source], split, table, progress).files
        unread = self.unreadable(files, None, how)
        gone = {each.file for each in unread}
        first = next((each for each in files if each.shown_name not in gone), files[0])
        seen = preview(first.path, named_columns([first], columns, how), first.shown_name, how, first.columns)
        return replace(seen, notes=(*map(told_left_out, unread), *files[0].notes, *seen.notes))

    def files(
        self, sources: Sequence[Source], split: str = "train", table: str = "", progress: "Progress | None" = None
    ) -> ResolvedSource:
        """All files of some sources, under the name of the first; what is elsewhere is copied here.

        Raises:
            InputError: a source is not there or can't be reached.
        """
        if not sources:
            raise InputError("No file to load.", mend="Give at least one file.")
        paths, told = self._session.paths, progress or self._session.progress
        found = [incoming(str(each), paths.uploads, paths.store, told, split, table) for each in sources]
        return ResolvedSource(found[0].name, tuple(file for each in found for file in each.files))

    def look(self, file: SourceFile, columns: ColumnMap | None = None, choices: ReadingChoices = DEFAULT) -> Preview:
        """The first rows of a file, also where its columns can't be guessed.

        Raises:
            InputError: nothing in the file can be read, or not by the columns that are given.
        """
        seen = open_preview(file.path, columns, file.shown_name, choices, file.columns)
        return replace(seen, notes=(*file.notes, *seen.notes))

    def unreadable(
        self, files: Sequence[SourceFile], columns: ColumnMap | None = None, choices: ReadingChoices = DEFAULT
    ) -> tuple[Rejection, ...]:
        """Which of several files a load will leave out, as far as the first rows of the first files tell."""
        return unreadable(files, columns, choices)

    def find(self, typed: str, split: str = "train") -> Sequence[SourceFile]:
        """The files of this computer that a path, folder or pattern means.

        Args:
            split: of a folder that has splits; `all` for all of them.

        Raises:
            InputError: nothing is there, or not that split.
        """
        return found_files(typed, split)

    def splits(self, typed: str) -> tuple[str, ...]:
        """The splits that a folder tells apart; none of anything else."""
        return splits_at(typed)

    def fetch(self, address: str, progress: "Progress | None" = None) -> Sequence[SourceFile]:
        """Copies of the files at an address.

        Raises:
            InputError: nothing is there, or it can't be reached.
            StorageFull, StoreError: the data folder can't be written.
        """
        return fetched_files(address, self._session.paths.uploads, progress or self._session.progress)

    def upload(
        self, name: str, content: bytes | memoryview, description: bytes | memoryview = b""
    ) -> Sequence[SourceFile]:
        """Keep what a browser sends as a file of the data folder, under a name that can't leave it.

        Args:
            description: a dataset_info.json of LLaMA-Factory that was sent with it.

        Returns:
            That file, or those in it where it is an archive.

        Raises:
            InputError: the archive can't be read, or has no data file.
            StorageFull, StoreError: it can't be written.
        """
        from core.sources.trainer_columns import columns_for
        from core.sources.uploads import keep_upload

        columns, notes = columns_for(name, description) if description else ((), ())
        return unpacked([SourceFile(keep_upload(self._session.paths.uploads, name, content), name, notes, columns)])

    def tables(self, database: SourceFile) -> "Sequence[ForeignTable]":
        """The tables of a DuckDB file.

        Raises:
            InputError: the file can't be read, or is the studio's own.
        """
        from core.sources.duckdb_file import tables_in

        return tables_in(database.path, self._session.paths.store)

    def table_file(self, database: SourceFile, table: "ForeignTable", progress: "Progress | None" = None) -> SourceFile:
        """The rows of a table of a DuckDB file as a file.

        Raises:
            InputError, StorageFull, StoreError: it can't be read, or the data folder can't be written.
        """
        paths = self._session.paths
        return table_file(database, paths.store, table, paths.uploads, progress or self._session.progress)

    def hub(self, dataset: str, split: str = "train") -> "HubSource":
        """A dataset of the Hugging Face hub, fetched when it is loaded."""
        from core.sources.hub import HubSource

        return HubSource(dataset, split, self._session.paths.uploads / "hub")


def named_columns(
    files: Sequence[SourceFile], named: Mapping[str, str] | None, choices: ReadingChoices
) -> ColumnMap | None:
    """The columns of the first file that has those which are named by hand; None where all are guessed.

    Raises:
        InputError: none can be read and has them; what is said is of the last.
    """
    if not named:
        return None
    for each in files[:-1]:
        with suppress(InputError):
            return columns_by_hand(each.path, named, each.shown_name, choices, each.columns)
    last = files[-1]
    return columns_by_hand(last.path, named, last.shown_name, choices, last.columns)
