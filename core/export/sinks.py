"""Records into a file of each form, as a stream: JSON Lines, CSV, and Parquet flat or nested."""

import csv
import io
from collections.abc import Sequence
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from core.export.json_text import json_text
from core.export.layouts import DATASET_COLUMN, MARK_COLUMNS, SCORE_PREFIX, ExportOptions, Layout
from core.export.uniform import ITEMS, Seen
from core.rows.row import OTHER

PARQUET_BATCH = 2_000
# What spreadsheets take for the beginning of a formula, full-width forms too (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_TEXT = pa.string()
NESTED: dict[Layout, list[tuple[str, pa.DataType]]] = {
    Layout.ALPACA: [
        ("instruction", _TEXT),
        ("input", _TEXT),
        ("output", _TEXT),
        ("system", _TEXT),
        ("history", pa.list_(pa.list_(_TEXT))),
    ],
    Layout.MESSAGES: [("messages", _TURNS)],
    Layout.SHAREGPT: [("conversations", pa.list_(pa.struct([("from", _TEXT), ("value", _TEXT)])))],
    Layout.PROMPT_COMPLETION: [("prompt", _TURNS), ("completion", _TURNS)],
}
_FLAT: list[tuple[str, pa.DataType]] = [(name, _TEXT) for name in ("instruction", "input", "output", "messages")]


class Sink(Protocol):
    """Takes the records of a file one after the other."""

    def write(self, record: dict[str, Any]) -> int:
        """Write a record; returns the bytes of its line, 0 where a file has none."""

    def close(self) -> None: ...


def sink(stream: IO[bytes], options: ExportOptions, seen: Seen | None = None) -> Sink:
    """The sink for a file of these options; `stream` stays open.

    Args:
        seen: what all records were seen to hold, beyond what the layout always has.
    """
    columns = table_columns(options, seen or Seen())
    if options.hub or options.layout is Layout.PARQUET:
        return _Parquet(stream, columns, options.uniform)
    if options.layout is Layout.CSV:
        return _Csv(stream, [name for name, _ in columns], options)
    return _JsonLines(stream, as_list=options.ending.startswith(".json") and not options.ending.startswith(".jsonl"))


def table_columns(options: ExportOptions, seen: Seen) -> list[tuple[str, pa.DataType]]:
    """A table has the same columns in every row: what the source had beyond them goes into `other` as JSON."""
    own = NESTED[options.layout] if options.hub else _FLAT
    own = [each for each in own if not seen.within or each[0] in seen.within]
    dataset = [(DATASET_COLUMN, _TEXT)] if options.dataset else []
    scores = [(f"{SCORE_PREFIX}{name}", pa.float64()) for name in options.scores]
    marks = [(name, _TEXT) for name in MARK_COLUMNS] if options.marks else []
    usual = [*own, *dataset, *scores, *marks, *([(OTHER, _TEXT)] if options.extra else [])]
    names = {name for name, _ in usual}
    more = [(name, each.type()) for name, each in seen.within.items() if name not in names]
    return [*((name, _joined(kind, seen.within.get(name))) for name, kind in usual), *more]


def _joined(kind: pa.DataType, seen: Seen | None) -> pa.DataType:
    """The type of turns, with the keys that they were seen to have beyond those of the layout."""
    items = seen.within.get(ITEMS) if seen else None
    if items is None or not pa.types.is_list(kind) or not pa.types.is_struct(kind.value_type):
        return kind
    usual = [kind.value_type.field(place) for place in range(kind.value_type.num_fields)]
    names = {each.name for each in usual}
    more = [pa.field(name, each.type()) for name, each in items.within.items() if name not in names]
    return pa.list_(pa.struct([*usual, *more]))


class _JsonLines:
    """An object a line, or those lines as one list."""

    def __init__(self, stream: IO[bytes], as_list: bool) -> None:
        self._stream, self._as_list = stream, as_list
        self._begun = False

    def write(self, record: dict[str, Any]) -> int:
        line = json_text(record).encode()
        if not self._as_list:
            return self._stream.write(line + b"\n")
        return self._stream.write((b",\n" if self._started() else b"[\n") + line)

    def close(self) -> None:
        if self._as_list:
            self._stream.write(b"\n]\n" if self._started() else b"[]\n")

    def _started(self) -> bool:
        """Whether a line was written before; from now on one was."""
        begun, self._begun = self._begun, True
        return begun


def _line(record: dict[str, Any], columns: Sequence[str], uniform: bool) -> dict[str, Any]:
    line = {name: record.get(name) for name in columns if uniform or name != OTHER}
    if OTHER in columns and not uniform:
        beyond = {name: value for name, value in record.items() if name not in line}
        line[OTHER] = json_text(beyond) if beyond else ""
    return line


class _Csv:
    """A text “nan” gets a blank, which is no part of it where it is loaded: pandas takes it for missing."""

    def __init__(self, stream: IO[bytes], columns: Sequence[str], options: ExportOptions) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        self._columns, self._options = columns, options
        self._writer = csv.DictWriter(self._text, columns, lineterminator="\n")
        self._quoting = csv.DictWriter(self._text, columns, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._writer.writeheader()

    def write(self, record: dict[str, Any]) -> int:
        line = _line(record, self._columns, self._options.uniform)
        cells = {name: self._cell(value) for name, value in line.items()}
        returns = any("\r" in value for value in cells.values() if isinstance(value, str))
        (self._quoting if returns else self._writer).writerow(cells)  # the usual writer leaves a lone \r unquoted
        return 0

    def close(self) -> None:
        self._text.flush()
        self._text.detach()

    def _cell(self, value: Any) -> Any:
        """Numbers are never formulas, so a score may begin with a minus."""
        if self._options.neutralise_formulas and is_formula(value):
            return f"'{value}"
        return f"{value} " if value in ("nan", "NaN") else value


class _Parquet:
    def __init__(self, stream: IO[bytes], columns: Sequence[tuple[str, pa.DataType]], uniform: bool) -> None:
        self._columns, self._uniform = [name for name, _ in columns], uniform
        self._lines: list[dict[str, Any]] = []
        self._writer = pq.ParquetWriter(stream, pa.schema(columns), compression="zstd")

    def write(self, record: dict[str, Any]) -> int:
        self._lines.append(_line(record, self._columns, self._uniform))
        if len(self._lines) >= PARQUET_BATCH:
            self._flush()
        return 0

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._lines:
            self._writer.write_table(pa.Table.from_pylist(self._lines, self._writer.schema))
        self._lines = []


def is_formula(value: Any) -> bool:
    """Whether a spreadsheet would take a cell for a formula."""
    return isinstance(value, str) and value.startswith(FORMULA_STARTS)
