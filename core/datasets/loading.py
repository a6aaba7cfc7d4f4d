"""Files into the store: validated, keyed and without exact duplicates, in batches; what can't be read is told."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, Self

from core.datasets.unread_files import left_out, none_readable, nothing_good
from core.errors import InputError, StoreError
from core.formats.answers import to_rows
from core.formats.charset import title_of
from core.formats.choices import DEFAULT, ReadingChoices
from core.formats.columns import ColumnMap
from core.formats.mixed_columns import MixedColumns
from core.formats.preview import PREVIEW_ROWS, Described, columns_of_rows, told_beside
from core.formats.reader import RecordReader, read_records
from core.formats.record import Record
from core.formats.rejection import Rejection, shown
from core.formats.source import size_of
from core.humanize import counted
from core.progress import Progress
from core.rows.row import Row
from core.sources.source_file import SourceFile
from core.store import Store

BATCH_ROWS = 10_000
BATCH_CHARACTERS = 16_000_000  # rows of a million characters fill a batch sooner
SAMPLE = 100
_REPORT_EVERY = 0.2  # seconds


@dataclass(frozen=True)
class LoadReport:
    """The outcome of a load: every row read was kept, a duplicate or rejected.

    `rejections_sample` holds the first ones; the store has them all. `notes` say what was passed over, in which
    encodings other than UTF-8 the files were read, and which columns are kept unread. `unread` are whole files.
    """

    dataset_id: int
    name: str
    rows_read: int
    kept: int
    duplicates: int
    rejected: int
    rejections_sample: tuple[Rejection, ...]
    seconds: float
    notes: tuple[str, ...] = ()
    unread: tuple[Rejection, ...] = ()

    @property
    def kept_ratio(self) -> float:
        return self.kept / max(1, self.rows_read)

    @property
    def duplicate_ratio(self) -> float:
        return self.duplicates / max(1, self.rows_read)

    @property
    def rejected_ratio(self) -> float:
        return self.rejected / max(1, self.rows_read)

    @property
    def rows_per_second(self) -> float:
        return self.rows_read / max(1e-9, self.seconds)


def load_files(
    store: Store,
    name: str,
    sources: Sequence[SourceFile],
    columns: ColumnMap | None,
    progress: Progress,
    description: str = "",
    choices: ReadingChoices = DEFAULT,
) -> LoadReport:
    """Load files as one dataset; those that can't be read are left out and told. If it stops, nothing of it stays.

    Args:
        store: where to.
        name: of the dataset; a number is added where it is taken.
        sources: the files, loaded in this order.
        columns: what the columns mean, in all files, kept with the dataset; None guesses for each file.
        progress: told bytes read of bytes in all.
        description: of the dataset.
        choices: how all files are read, kept with the dataset.

    Raises:
        InputError: no file can be read and has a good row; the first is named.
        Cancelled: `progress` said so.
        StorageFull: the disk is full.
        StoreError: the store can't be written.
    """
    if not sources:
        raise InputError("No file to load.", mend="Choose at least one file.")
    started = time.monotonic()
    sources = [replace(source, shown_name=shown(source.shown_name)) for source in sources]
    total = sum(_size(source) for source in sources)
    _check_one_opens(sources, choices)
    origin: dict[str, Any] = {"files": [source.shown_name for source in sources]}
    if columns:
        origin["columns"] = columns.as_dict()
    elif described := {each.shown_name: dict(each.columns) for each in sources if each.columns}:
        origin["described"] = described
    origin |= choices.chosen()
    dataset_id = store.datasets.begin(shown(name), description, origin)
    try:
        with _Intake(store, dataset_id, progress, total, choices) as intake:
            for source in sources:
                intake.take_file(source, columns)
            intake.close()
        progress.update(total, total, "Finishing")
        gone = {each.file for each in intake.unread}
        origin["files"] = [name for name in origin["files"] if name not in gone]
        dataset = store.datasets.finish(dataset_id, origin if gone else None)
    except BaseException:
        with suppress(
            StoreError
        ):  # a full disk may refuse this too: what is unfinished goes when the store opens again
            store.datasets.delete(dataset_id)
        raise
    return LoadReport(
        dataset_id,
        dataset.name,
        intake.taken,
        intake.kept,
        intake.duplicates,
        intake.rejected,
        tuple(intake.sample),
        time.monotonic() - started,
        (*dict.fromkeys(intake.notes), *told_beside(store.datasets.columns_beside(dataset_id), intake.read)),
        tuple(intake.unread),
    )


def _check_one_opens(sources: Sequence[SourceFile], choices: ReadingChoices) -> None:
    """Say before any work is done that no file can be read.

    Raises:
        InputError: none opens as one of a known format.
    """
    faults = []
    for source in sources:
        try:
            read_records(source.path, source.shown_name, choices).close()
        except InputError as error:
            faults.append(error)
        else:
            return
    raise none_readable(faults[0], len(faults))


@dataclass
class _Intake:
    """The batch being filled, and the counts so far. While it fills, the one before is written in another thread."""

    store: Store
    dataset_id: int
    progress: Progress
    total: int
    choices: ReadingChoices
    taken: int = 0
    kept: int = 0
    duplicates: int = 0
    rejected: int = 0
    sample: list[Rejection] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[Rejection] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    _rows: list[Row] = field(default_factory=list)
    _sources: list[tuple[str, int]] = field(default_factory=list)
    _refused: list[Rejection] = field(default_factory=list)
    _good: int = 0
    _characters: int = 0
    _done: int = 0
    _reported: float = 0.0
    _fault: InputError | None = None
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "load writer"))
    _writing: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.shutdown()

    def take_file(self, source: SourceFile, columns: ColumnMap | None) -> None:
        """All rows of one file, or the reason why it has none."""
        self.notes += source.notes
        before = self.taken
        try:
            self._take_rows(source, columns)
        except InputError as error:
            self._fault = self._fault or error
            self.unread.append(left_out(source, error))
            if self.taken == before:  # else its refused rows say it
                self.taken += 1
                self._refused.append(self.unread[-1])
        self._done += _size(source)

    def close(self) -> None:
        """Write what is left.

        Raises:
            InputError: no file has a good row.
        """
        self._flush()
        self._written()
        if self._fault and not self.kept:
            raise none_readable(self._fault, len(self.unread))

    def _take_rows(self, source: SourceFile, columns: ColumnMap | None) -> None:
        good_before, first, answers = self._good, None, self.choices.answers
        with read_records(source.path, source.shown_name, self.choices) as reader:
            records, used = with_columns(reader, columns, source.columns)
            self.read |= used.base.read
            for item in records:
                number = item.number if isinstance(item, Record) else 0
                made = to_rows(item, used.of(item), source.shown_name, answers) if isinstance(item, Record) else [item]
                self.taken += len(made)
                for each in made:
                    if isinstance(each, Row):
                        self._keep(each, (source.shown_name, number))
                    else:
                        first = first or each
                        self._refused.append(each)
                self._tell(source, reader)
                if self._full:
                    self._flush()
            self.notes += [*reader.notes, *used.notes]
            if reader.encoding not in ("", "utf-8"):
                self.notes.append(f"{source.shown_name} was read as {title_of(reader.encoding)}.")
        if self._good == good_before:
            raise nothing_good(source, first)

    @property
    def _full(self) -> bool:
        return len(self._rows) + len(self._refused) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS

    def _keep(self, row: Row, source: tuple[str, int]) -> None:
        self._good += 1
        self._rows.append(row)
        self._sources.append(source)
        self._characters += len(row.instruction) + len(row.input) + len(row.output) + len(row.messages or "")
        self._characters += len(row.extra or "")

    def _flush(self) -> None:
        """Hand the batch to the writer, once that has written the one before."""
        self._written()
        self._writing = self._writer.submit(self._write, self._rows, self._sources, self._refused)
        self._rows, self._sources, self._refused, self._characters = [], [], [], 0

    def _written(self) -> None:
        """Wait for the writer, and raise what went wrong there."""
        if self._writing:
            self._writing.result()
            self._writing = None

    def _write(self, rows: list[Row], sources: list[tuple[str, int]], refused: list[Rejection]) -> None:
        if rows:
            appended = self.store.datasets.append_rows(self.dataset_id, rows, sources)
            self.kept += appended.kept
            self.duplicates += appended.duplicates
        if refused:
            self.store.datasets.append_rejections(self.dataset_id, refused)
            self.rejected += len(refused)
            self.sample += refused[: SAMPLE - len(self.sample)]

    def _tell(self, source: SourceFile, reader: RecordReader) -> None:
        now = time.monotonic()
        if now - self._reported < _REPORT_EVERY:
            return
        self._reported = now
        message = f"{source.shown_name}: {counted(self.taken, 'row')} read"
        self.progress.update(self._done + reader.bytes_read, self.total, message)


def with_columns(
    reader: RecordReader, columns: ColumnMap | None, described: Described = ()
) -> tuple[Iterator[Record | Rejection], MixedColumns]:
    """The rows of a file, and what its columns mean: as given, as described, or as its first rows look."""
    first = list(islice(reader, PREVIEW_ROWS))
    records = tuple(item for item in first if isinstance(item, Record))
    refused = [item for item in first if isinstance(item, Rejection)]
    return chain(first, reader), columns_of_rows(records, refused, reader.shown, columns, described)


def _size(source: SourceFile) -> int:
    try:
        return size_of(source.path, source.shown_name)
    except InputError:
        return 0  # why it can't be read is said when it is opened
