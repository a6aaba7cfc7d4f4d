"""Curated rows as files. The same rows give the same bytes."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.export.endings import packed_stream
from core.export.layouts import ExportOptions, ExportRow, Layout, fits, record_of
from core.export.losses import left_out_because, lost_parts
from core.export.sinks import is_formula, sink, table_columns
from core.export.uniform import Plan, Seen, Survey
from core.files import output_file
from core.progress import Progress, Silent


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        sha256: of the file's bytes.
        flattened: how many rows have turns that the layout can't hold.
        columns: those of the file.
        conversations: how many rows have a system prompt or earlier turns as turns.
        lost: what the layout has no place for, with the number of rows that have it.
        left_out: why LLaMA-Factory leaves rows of this layout out of a training, with the number of rows.
        moved: how many rows stand first because they have types that the beginning of the file had not.
        escaped: how many cells got an apostrophe against spreadsheets.
    """

    path: Path
    rows: int
    size_bytes: int
    sha256: str
    flattened: int
    columns: tuple[str, ...] = ()
    conversations: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    moved: int = 0
    escaped: int = 0


class _Tally:
    """What is counted while the records of a file come by."""

    def __init__(self, options: ExportOptions) -> None:
        self.survey = Survey(options)
        self.flattened = self.conversations = self.escaped = 0
        self.columns: dict[str, None] = {}
        self.lost: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self._options = options
        self._escapes = options.neutralise_formulas and options.layout is Layout.CSV

    def add(self, each: ExportRow, record: dict[str, Any], size: int) -> None:
        self.columns |= dict.fromkeys(record)
        whole = fits(each.row, self._options.layout)
        self.flattened += not whole
        self.conversations += whole and each.row.messages is not None
        self.lost.update(lost_parts(each.row, self._options.layout))
        self.left_out.update(left_out_because(each.row, self._options.layout))
        if self._escapes:
            self.escaped += sum(map(is_formula, record.values()))
        if self._options.uniform:
            self.survey.add(each, record, size)


def write_export(
    path: Path, options: ExportOptions, rows: Iterable[ExportRow], total: int, progress: Progress | None = None
) -> Written:
    """Write rows to `path`, whole or not at all.

    Args:
        rows: are read once more where a later row has columns or types that the first ones have not.

    Raises:
        StorageFull: there is no space left.
        StoreError: the place can't be written.
    """
    report, tally, plan, seen = progress or Silent(), _Tally(options), Plan(), Seen()
    with output_file(path) as partial:
        written = _write(partial, options, _told(rows, total, report, "Writing rows"), plan, seen, tally)
        if options.uniform:
            plan, seen = tally.survey.plan(), tally.survey.seen
        if plan != Plan() or table_columns(options, seen) != table_columns(options, Seen()):
            ordered = _in_order(rows, tally.survey.held)
            _write(partial, options, _told(ordered, total, report, "Writing rows with equal columns"), plan, seen)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Written(
        path, written, path.stat().st_size, digest, tally.flattened,
        tally.survey.columns if options.uniform else tuple(tally.columns), tally.conversations,
        dict(tally.lost), dict(tally.left_out), len(plan.first), tally.escaped,
    )  # fmt: skip


def _write(
    path: Path, options: ExportOptions, rows: Iterable[ExportRow], plan: Plan, seen: Seen, tally: _Tally | None = None
) -> int:
    written = 0
    with path.open("wb") as stream, packed_stream(stream, options.suffix) as packed:
        target = sink(packed, options, seen)
        for each in rows:
            record = record_of(each, options)
            size = target.write(plan.applied(record))
            if tally:
                tally.add(each, record, size)
            written += 1
        target.close()
    return written


def _told(rows: Iterable[ExportRow], total: int, report: Progress, what: str) -> Iterator[ExportRow]:
    for number, each in enumerate(rows, 1):
        yield each
        if number % 1_000 == 0:
            report.update(number, total, what)


def _in_order(rows: Iterable[ExportRow], first: Mapping[int, ExportRow]) -> Iterator[ExportRow]:
    yield from first.values()
    yield from (each for number, each in enumerate(rows) if number not in first)
