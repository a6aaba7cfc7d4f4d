"""Parquet: rows in batches, text columns checked cell by cell only where a batch has invalid ones."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import InputError, StorageFull
from core.formats.cells import Unreadable
from core.formats.column_names import unique_names
from core.formats.format import Format
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source

_BATCH = 1_000
_MAGIC = b"PAR1"


def read_parquet(source: Source) -> Iterator[Record | Rejection]:
    """Every row as a record; where the file can't be read further, one rejection that says after which row.

    Raises:
        InputError: the file can't be read at all.
    """
    stream = _seekable(source)
    try:
        file = pq.ParquetFile(stream, pre_buffer=False)
        names = unique_names(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(
            "The Parquet file is damaged or incomplete.",
            where=source.shown,
            mend="Download the file again: its footer cannot be read.",
        ) from error
    number = 0
    batches = file.iter_batches(_BATCH)
    while True:
        try:
            batch = next(batches, None)
        except (pa.ArrowException, OSError, ValueError) as error:
            yield Rejection(
                source.shown,
                number + 1,
                f"The Parquet data cannot be read after row {number:,}: {str(error)[:200]}",
                "Download the file again. The rows before this point were loaded.",
            )
            return
        if batch is None:
            return
        for fields in _as_dicts(batch, names):
            number += 1
            yield Record(number, fields)


def _seekable(source: Source) -> Any:
    """The file itself, or its decompressed copy on disk: Parquet is read from its end."""
    if not source.packed:
        return source.stream
    try:
        copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # lives as long as the reader holds it
        shutil.copyfileobj(source.stream, copy, io.DEFAULT_BUFFER_SIZE * 32)
        copy.seek(0)
    except OSError as error:
        raise StorageFull(
            f"The compressed Parquet file cannot be unpacked into {tempfile.gettempdir()}: {error.strerror}.",
            where=source.shown,
            mend="Free some space there, or load the unpacked file.",
        ) from error
    return copy


def _as_dicts(batch: pa.RecordBatch, names: list[str]) -> list[dict[str, Any]]:
    columns = [_cells(column) for column in batch.columns]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _cells(column: pa.Array) -> list[Any]:
    """The cells of a column, invalid bytes of text as lone surrogates."""
    try:
        return column.to_pylist()
    except UnicodeDecodeError:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            binary = pa.binary() if pa.types.is_string(column.type) else pa.large_binary()
            return [cell and cell.decode(errors="surrogateescape") for cell in column.cast(binary).to_pylist()]
    except (OverflowError, ValueError):
        pass
    return [_cell(scalar) for scalar in column]


def _cell(scalar: pa.Scalar) -> Any:
    """One cell; `Unreadable` where Python has no such value, as a date after the year 9999."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return "\udcff"
    except (OverflowError, ValueError):
        return Unreadable()


def _matches(source: Source) -> bool:
    return source.head.startswith(_MAGIC)


FORMAT = Format("parquet", ("Parquet",), 10, _matches, read_parquet, magic=_MAGIC)
