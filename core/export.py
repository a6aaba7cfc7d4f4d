"""Curated rows as files: JSON Lines in three layouts, CSV and Parquet. The same rows give the same bytes."""

import csv
import errno
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import StorageFull, StudioError
from core.formats.delimited import MISSING
from core.progress import Progress, Silent
from core.rows import ASSISTANT, SYSTEM, USER, Message, Row

SHAREGPT_ROLES = {USER: "human", ASSISTANT: "gpt"}
DATASET_COLUMN, SCORE_PREFIX = "source_dataset", "score_"
PARQUET_BATCH = 2_000


class Layout(StrEnum):
    """The file's form; all but the last two are JSON Lines."""

    ALPACA = "alpaca"
    MESSAGES = "messages"
    SHAREGPT = "sharegpt"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def suffix(self) -> str:
        return {Layout.CSV: ".csv", Layout.PARQUET: ".parquet"}.get(self, ".jsonl")


@dataclass(frozen=True)
class ExportOptions:
    """What goes into the file.

    Attributes:
        extra: whether the source's other columns go along.
        dataset: whether each row names the dataset that it comes from, as `source_dataset`.
        scores: indicators that go along, each as `score_<indicator>`.
    """

    layout: Layout = Layout.ALPACA
    extra: bool = False
    dataset: bool = False
    scores: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"scores": list(self.scores)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ExportOptions":
        return cls(Layout(values["layout"]), values["extra"], values["dataset"], tuple(values["scores"]))


@dataclass(frozen=True)
class ExportRow:
    """A row, the name of its dataset and its scores."""

    row: Row
    dataset: str = ""
    scores: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What was written; `sha256` is of the file's bytes. `flattened` rows lost turns that the layout can't hold."""

    path: Path
    rows: int
    size_bytes: int
    sha256: str
    flattened: int


def write_export(
    path: Path, options: ExportOptions, rows: Iterator[ExportRow], total: int, progress: Progress | None = None
) -> Written:
    """Write rows to `path`, whole or not at all.

    Raises:
        StorageFull: there is no space left.
        StudioError: the place can't be written.
    """
    report = progress or Silent()
    partial = path.with_name(f".{path.name}.partial")
    written = flattened = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            sink = _sink(stream, options)
            for each in rows:
                sink.write(record_of(each, options))
                flattened += options.layout is Layout.ALPACA and not fits_alpaca(each.row)
                written += 1
                if written % 1_000 == 0:
                    report.update(written, total, "Writing rows")
            sink.close()
        partial.replace(path)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Written(path, written, path.stat().st_size, digest, flattened)


def fits_alpaca(row: Row) -> bool:
    """Whether Alpaca's columns with `system` and `history` hold the conversation whole."""
    if row.messages is None:
        return True
    turns = row.conversation
    if len(json.loads(row.messages)) != len(turns):
        return False
    turns = turns[1:] if turns[0].role == SYSTEM else turns
    asked_last = len(turns) > 1 and turns[-2].content != ""
    return asked_last and [turn.role for turn in turns] == [USER, ASSISTANT] * (len(turns) // 2)


def record_of(each: ExportRow, options: ExportOptions) -> dict[str, Any]:
    """A row as the layout has it, before it becomes a line."""
    row = each.row
    record = _LAYOUTS[options.layout](row)
    if options.dataset:
        record[DATASET_COLUMN] = each.dataset
    record |= {f"{SCORE_PREFIX}{name}": each.scores.get(name) for name in options.scores}
    if options.extra and row.extra:
        record |= {k: v for k, v in json.loads(row.extra).items() if k not in record}
    return record


def _alpaca(row: Row) -> dict[str, Any]:
    if row.messages is None or not fits_alpaca(row):
        return {"instruction": row.instruction, "input": row.input, "output": row.output}
    turns = list(row.conversation)
    system = turns.pop(0).content if turns[0].role == SYSTEM else ""
    pairs = [[turns[i].content, turns[i + 1].content] for i in range(0, len(turns), 2)]
    last = pairs.pop()
    return {"instruction": last[0], "input": "", "output": last[1], "system": system, "history": pairs}


def _all_turns(row: Row) -> list[Message]:
    if row.messages is None:
        return list(row.conversation)
    return [Message(turn["role"], turn["content"]) for turn in json.loads(row.messages)]


def _messages(row: Row) -> dict[str, Any]:
    return {"messages": [{"role": turn.role, "content": turn.content} for turn in _all_turns(row)]}


def _sharegpt(row: Row) -> dict[str, Any]:
    turns = [{"from": SHAREGPT_ROLES.get(turn.role, turn.role), "value": turn.content} for turn in _all_turns(row)]
    return {"conversations": turns}


def _columns(row: Row) -> dict[str, Any]:
    """Tables have the same columns in every row: a conversation is kept as JSON beside its text."""
    pair = {"instruction": row.instruction, "input": row.input, "output": row.output}
    return pair | {"messages": row.messages or ""}


_LAYOUTS = {
    Layout.ALPACA: _alpaca,
    Layout.MESSAGES: _messages,
    Layout.SHAREGPT: _sharegpt,
    Layout.CSV: _columns,
    Layout.PARQUET: _columns,
}


class _Sink(Protocol):
    def write(self, record: dict[str, Any]) -> None: ...

    def close(self) -> None: ...


def _sink(stream: Any, options: ExportOptions) -> _Sink:
    if options.layout is Layout.CSV:
        return _Csv(stream, _table_columns(options))
    return _Parquet(stream, _table_columns(options)) if options.layout is Layout.PARQUET else _JsonLines(stream)


class _JsonLines:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, record: dict[str, Any]) -> None:
        self._stream.write(_json(record).encode() + b"\n")

    def close(self) -> None:
        """Nothing is held back."""


def _table_columns(options: ExportOptions) -> list[str]:
    """A table has the same columns in every row: what the source had beyond them goes into `other` as JSON."""
    dataset = [DATASET_COLUMN] if options.dataset else []
    scores = [f"{SCORE_PREFIX}{name}" for name in options.scores]
    return ["instruction", "input", "output", "messages", *dataset, *scores, *(["other"] if options.extra else [])]


def _line(record: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    line = {name: record[name] for name in columns if name != "other"}
    if "other" in columns:
        beyond = {name: value for name, value in record.items() if name not in line}
        line["other"] = _json(beyond) if beyond else ""
    return line


class _Csv:
    """A text “nan” gets a blank: without it, the loader and pandas take it for a missing value."""

    def __init__(self, stream: Any, columns: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        self._columns = columns
        self._writer = csv.DictWriter(self._text, columns, lineterminator="\n")
        self._writer.writeheader()

    def write(self, record: dict[str, Any]) -> None:
        line = _line(record, self._columns)
        self._writer.writerow({name: f"{cell} " if cell in MISSING else cell for name, cell in line.items()})

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class _Parquet:
    def __init__(self, stream: Any, columns: Sequence[str]) -> None:
        self._columns = columns
        self._lines: list[dict[str, Any]] = []
        schema = pa.schema([(c, pa.float64() if c.startswith(SCORE_PREFIX) else pa.string()) for c in columns])
        self._writer = pq.ParquetWriter(stream, schema, compression="zstd")

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


def disk_error(error: OSError, path: Path) -> StudioError:
    """Why a file can't be written, for the user."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull(
            "There is no space left on the disk.", where=str(path), mend="Free some space and export again."
        )
    return StudioError(f"The file can't be written: {error.strerror}.", where=str(path), mend="Choose another folder.")
