"""Records into a file of each form, as a stream: JSON Lines, CSV, and Parquet flat or nested."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from core.export.layouts import DATASET_COLUMN, SCORE_PREFIX, ExportOptions, Layout
from core.formats.delimited import MISSING

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

    def write(self, record: dict[str, Any]) -> None: ...

    def close(self) -> None: ...


def sink(stream: Any, options: ExportOptions) -> Sink:
    """The sink for a file of these options; `stream` stays open."""
    if options.hub or options.layout is Layout.PARQUET:
        return _Parquet(stream, _columns(options))
    if options.layout is Layout.CSV:
        return _Csv(stream, [name for name, _ in _columns(options)], options.neutralise_formulas)
    return _JsonLines(stream)


def _columns(options: ExportOptions) -> list[tuple[str, pa.DataType]]:
    """A table has the same columns in every row: what the source had beyond them goes into `other` as JSON."""
    own = NESTED.get(options.layout, _FLAT)
    dataset = [(DATASET_COLUMN, _TEXT)] if options.dataset else []
    scores = [(f"{SCORE_PREFIX}{name}", pa.float64()) for name in options.scores]
    return [*own, *dataset, *scores, *([("other", _TEXT)] if options.extra else [])]


class _JsonLines:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, record: dict[str, Any]) -> None:
        self._stream.write(_json(record).encode() + b"\n")

    def close(self) -> None:
        """Nothing is held back."""


def _line(record: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    line = {name: record.get(name) for name in columns if name != "other"}
    if "other" in columns:
        beyond = {name: value for name, value in record.items() if name not in line}
        line["other"] = _json(beyond) if beyond else ""
    return line


class _Csv:
    """A text “nan” gets a blank: without it, the loader and pandas take it for a missing value."""

    def __init__(self, stream: Any, columns: Sequence[str], neutralise_formulas: bool) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        self._columns, self._neutralise = columns, neutralise_formulas
        self._writer = csv.DictWriter(self._text, columns, lineterminator="\n")
        self._writer.writeheader()

    def write(self, record: dict[str, Any]) -> None:
        line = _line(record, self._columns)
        self._writer.writerow({name: self._cell(value) for name, value in line.items()})

    def close(self) -> None:
        self._text.flush()
        self._text.detach()

    def _cell(self, value: Any) -> Any:
        """Numbers are never formulas, so a score may begin with a minus."""
        if self._neutralise and isinstance(value, str) and value.startswith(FORMULA_STARTS):
            return f"'{value}"
        return f"{value} " if value in MISSING else value


class _Parquet:
    def __init__(self, stream: Any, columns: Sequence[tuple[str, pa.DataType]]) -> None:
        self._columns = [name for name, _ in columns]
        self._lines: list[dict[str, Any]] = []
        self._writer = pq.ParquetWriter(stream, pa.schema(columns), compression="zstd")

    def write(self, record: dict[str, Any]) -> None:
        self._lines.append(_line(record, self._columns))
        if len(self._lines) >= PARQUET_BATCH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._lines:
            self._writer.write_table(pa.Table.from_pylist(self._lines, self._writer.schema))
        self._lines = []


def _json(value: Any) -> str:
    """As people read it; what no UTF-8 file can hold (a lone surrogate of the source's other columns) as an escape."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text
