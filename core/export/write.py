"""Curated rows as files. The same rows give the same bytes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.export.endings import packed_stream
from core.export.layouts import ExportOptions, ExportRow
from core.export.losses import Counts
from core.export.records import is_rankable, record_of
from core.export.sinks import sink, table_columns
from core.export.uniform import Plan, Seen, Survey
from core.files import output_file, sha256_of
from core.progress import Progress, Silent


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        sha256: of the file's bytes.
        columns: those of the file.
        counts: what did not go along as it was.
        ranking: whether the file is for preference training, with chosen and rejected answers.
        as_text: parts that are JSON text in every row, because they differ in type from row to row.
        moved: how many rows stand first because they have types that the beginning of the file had not.
    """

    path: Path
    rows: int
    size_bytes: int
    sha256: str
    columns: tuple[str, ...] = ()
    counts: Counts = field(default_factory=Counts)
    ranking: bool = False
    as_text: tuple[str, ...] = ()
    moved: int = 0

    @property
    def labelled(self) -> bool:
        """Whether the file is for training by KTO: each row says whether its response is desirable."""
        return bool(self.rows) and not self.ranking and self.counts.labelled == self.rows

    @property
    def has_undesirable(self) -> bool:
        """Whether responses would be learnt by supervised training that are not desirable."""
        return self.counts.undesirable > 0 and not self.ranking

    @property
    def flattened(self) -> int:
        """How many rows have turns that the layout can't hold."""
        return self.counts.flattened


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
    report, counts, survey = progress or Silent(), Counts(), Survey(options)
    form = Form(options, is_ranking(options, rows))
    with output_file(path) as partial:
        columns = _write(partial, form, _told(rows, total, report, "Writing rows"), counts, survey)
        if options.uniform:
            form = Form(options, form.ranking, survey.plan(), survey.seen)
            columns = survey.columns
        if form.plan != Plan() or table_columns(options, form.seen) != table_columns(options, Seen()):
            again = _told(_in_order(rows, survey.held), total, report, "Writing rows with equal columns")
            _write(partial, form, again)
    size = path.stat().st_size
    digest, as_text = sha256_of(path), tuple(sorted({place[-1] for place in form.plan.as_text}))
    return Written(path, counts.rows, size, digest, columns, counts, form.ranking, as_text, len(form.plan.first))


def count_losses(options: ExportOptions, rows: Iterable[ExportRow]) -> Counts:
    """What would not go along as it is, of rows that are not written yet."""
    counts, ranking = Counts(), is_ranking(options, rows)
    for each in rows:
        counts.add(each.row, record_of(each, options, ranking), options, ranking)
    return counts


def is_ranking(options: ExportOptions, rows: Iterable[ExportRow]) -> bool:
    """Whether rows make a file for preference training: each of them has a rejected answer."""
    found = False
    for each in rows if options.uniform else ():
        found = is_rankable(each.row, options.layout)
        if not found:
            return False
    return found


@dataclass(frozen=True)
class Form:
    """How the records of a file are made and written."""

    options: ExportOptions
    ranking: bool
    plan: Plan = field(default_factory=Plan)
    seen: Seen = field(default_factory=Seen)


def _write(
    path: Path, form: Form, rows: Iterable[ExportRow], counts: Counts | None = None, survey: Survey | None = None
) -> tuple[str, ...]:
    """Write the rows; returns the columns that some row has."""
    columns: dict[str, None] = {}
    with path.open("wb") as stream, packed_stream(stream, form.options.suffix) as packed:
        target = sink(packed, form.options, form.seen)
        for each in rows:
            record = record_of(each, form.options, form.ranking)
            size = target.write(form.plan.applied(record))
            columns |= dict.fromkeys(record)
            if counts is not None:
                counts.add(each.row, record, form.options, form.ranking)
            if survey is not None and form.options.uniform:
                survey.add(each, record, size)
        target.close()
    return tuple(columns)


def _told(rows: Iterable[ExportRow], total: int, report: Progress, what: str) -> Iterator[ExportRow]:
    for number, each in enumerate(rows, 1):
        yield each
        if number % 1_000 == 0:
            report.update(number, total, what)


def _in_order(rows: Iterable[ExportRow], first: Mapping[int, ExportRow]) -> Iterator[ExportRow]:
    yield from first.values()
    yield from (each for number, each in enumerate(rows) if number not in first)
