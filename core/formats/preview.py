"""The first rows of a file as they will be loaded, so that the user sees it before anything is stored."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson

from core.errors import InputError
from core.formats.answers import answer_count, to_rows
from core.formats.choices import DEFAULT, ReadingChoices
from core.formats.columns import NO_COLUMNS, ColumnMap
from core.formats.guess import guess_columns, readings
from core.formats.mixed_columns import MixedColumns
from core.formats.reader import lists_of, read_records
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.humanize import listed
from core.rows.row import Row

PREVIEW_ROWS = 50
Described = Sequence[tuple[str, str]]
MOST_NAMED = 12  # columns in a sentence


@dataclass(frozen=True)
class Preview:
    """The first rows of a file.

    Attributes:
        columns: the map that was used, guessed or given.
        field_names: the columns of the file, in its order.
        records: the rows as they stand in the file.
        rows: what they become, in the same order without the refused ones; one or, of each answer, several of each.
        rejections: the refused ones.
        encoding: of the file's text; "" where it is of a binary format.
        readings: all maps that the columns allow, the most likely first.
        lists: those with rows in the file, where it is one object that holds them; the sheets of a workbook.
        several_answers: whether a row is a conversation with several, of which one can be chosen.
        has_trees: whether a row is a tree, of which paths can be chosen.
        notes: what was passed over in the file and which columns are kept unread, in sentences.
    """

    columns: ColumnMap
    field_names: tuple[str, ...]
    records: tuple[Record, ...]
    rows: tuple[Row, ...]
    rejections: tuple[Rejection, ...]
    encoding: str = ""
    notes: tuple[str, ...] = ()
    readings: tuple[ColumnMap, ...] = ()
    lists: tuple[str, ...] = ()
    several_answers: bool = False
    has_trees: bool = False


def preview(
    path: Path,
    columns: ColumnMap | None = None,
    file_name: str | None = None,
    choices: ReadingChoices = DEFAULT,
    described: Described = (),
) -> Preview:
    """Read the first rows of a file.

    Args:
        path: the file.
        columns: what the columns mean; guessed where it is None.
        file_name: the name that the user knows the file by.
        choices: how it is read.
        described: parts with their columns, as a description beside the file has them, in place of the guess.

    Raises:
        InputError: nothing in the file can be read, or no instruction and response are found in it.
    """
    with read_records(path, file_name, choices) as reader:
        found = list(islice(reader, PREVIEW_ROWS))
        read_as, notes, has_trees, of = reader.encoding, reader.notes, reader.has_trees, reader.format
    records = tuple(item for item in found if isinstance(item, Record))
    refused = [item for item in found if isinstance(item, Rejection)]
    shown = file_name or path.name
    used = columns_of_rows(records, refused, shown, columns, described)
    made = [row for record in records for row in to_rows(record, used.of(record), shown, choices.answers)]
    rows = tuple(item for item in made if isinstance(item, Row))
    return Preview(
        columns=used.base,
        field_names=tuple(dict.fromkeys(name for record in records for name in record.fields)),
        records=records,
        rows=rows,
        rejections=(*refused, *(item for item in made if isinstance(item, Rejection))),
        encoding=read_as,
        notes=(*notes, *used.notes, *told_beside(_beside(made), used.base.read)),
        readings=tuple(readings(records)),
        lists=lists_of(path, shown, choices.encoding) if of.lists else (),
        several_answers=any(row.rejected is None and answer_count(row) > 1 for row in rows),
        has_trees=has_trees,
    )


def _beside(made: Sequence[Row | Rejection]) -> list[str]:
    return sorted({name for row in made if isinstance(row, Row) and row.extra for name in orjson.loads(row.extra)})


def told_beside(columns: Sequence[str], read: Collection[str]) -> list[str]:
    """What is said of columns that are kept as they are.

    Args:
        read: those of which something became part of a row.
    """
    partly = [column[:40] for column in columns if column in read]
    unread = [column[:40] for column in columns if column not in read]
    told = [f"Read in part, kept whole with the rows: {listed(partly, MOST_NAMED)}."] if partly else []
    return told + ([f"Not read, kept with the rows: {listed(unread, MOST_NAMED)}."] if unread else [])


def open_preview(
    path: Path,
    columns: ColumnMap | None = None,
    file_name: str | None = None,
    choices: ReadingChoices = DEFAULT,
    described: Described = (),
) -> Preview:
    """As `preview`; where the columns can't be guessed, with a map that leaves them open.

    Raises:
        InputError: nothing in the file can be read, or not by the columns that are given.
    """
    try:
        return preview(path, columns, file_name, choices, described)
    except InputError:
        seen = preview(path, ColumnMap("pair"), file_name, choices)
        if columns is not None or not seen.field_names:
            raise
        return seen


def columns_by_hand(
    path: Path,
    named: Mapping[str, str],
    file_name: str | None = None,
    choices: ReadingChoices = DEFAULT,
    described: Described = (),
) -> ColumnMap:
    """The columns of a file as they are guessed, but for those that are named by hand.

    Args:
        named: columns by what they are, as `core.formats.columns.ColumnMap` calls it; a conversation, or a pair.
        choices: how the file is read.

    Raises:
        InputError: nothing in the file can be read, it has no such column, or not enough of them are named.
    """
    seen, shown = open_preview(path, None, file_name, choices, described), file_name or path.name
    there = ", ".join(seen.field_names)
    if missing := [
        name for part, name in named.items() if part not in NO_COLUMNS and name and name not in seen.field_names
    ]:
        raise InputError(f"There is no column {', '.join(missing)}.", where=shown, mend=f"Columns: {there}.")
    return seen.columns.named(named, shown)


def columns_of_rows(
    records: tuple[Record, ...],
    refused: list[Rejection],
    shown: str,
    columns: ColumnMap | None,
    described: Described = (),
) -> MixedColumns:
    """What the columns of a file mean, row by row.

    Args:
        records, refused: its first rows.
        columns: as they are given; None to guess them.

    Raises:
        InputError: there are no records, or their columns say nothing.
    """
    base = known_columns(records, refused, shown, described) if columns is None else columns
    guessed = not described and base == guess_columns(records)
    return MixedColumns(base, records, guessed, _lacking(described, records) if columns is None else ())


def _lacking(described: Described, records: Sequence[Record]) -> list[str]:
    """The columns of a description that the first rows have not."""
    there = {name for record in records for name in record.fields}
    return [column for part, column in described if part not in NO_COLUMNS and column not in there]


def known_columns(
    records: tuple[Record, ...], refused: list[Rejection], shown: str, described: Described = ()
) -> ColumnMap:
    """The guess for the first records of a file, but for the columns of a description that it has.

    Raises:
        InputError: there are no records, or their columns say nothing.
    """
    if not records and refused:
        first = refused[0]
        raise InputError(
            f"No row could be read. First error: {first.reason}",
            where=f"{shown}, row {first.row}" if first.row else shown,
            mend=first.mend,
        )
    if not records:
        raise InputError("The file has no rows.", where=shown, mend="Choose another file.")
    guess = guess_columns(records)
    named = {part: column for part, column in described if any(column in each.fields for each in records)}
    if named:
        named |= {part: told for part, told in described if part in NO_COLUMNS}
        with suppress(InputError):  # a description that says too little
            return (guess or ColumnMap("pair")).named(named, shown)
    if guess is None:
        there = ", ".join(f"“{name}”" for name in dict.fromkeys(n for r in records for n in list(r.fields)[:20]))
        raise InputError(
            f"No columns for instruction and response were found; the columns are {there[:600] or 'none'}.",
            where=shown,
            mend="Choose the columns, or name them instruction and output (or messages, or conversations).",
        )
    return guess
