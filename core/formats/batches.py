"""Arrow's batches as rows: text columns are checked cell by cell only where a batch has invalid ones."""

import io
import shutil
import tempfile
from typing import Any, BinaryIO, cast

import pyarrow as pa

from core.errors import StorageFull
from core.formats.cells import Unreadable
from core.formats.source import Source

BATCH_ROWS = 1_000


def seekable(source: Source) -> Any:
    """The file itself, or its decompressed copy on disk, for what is read from its end.

    Raises:
        StorageFull: there is no space for the copy.
    """
    if not source.packed:
        return source.stream
    try:
        copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # lives as long as the reader holds it
        shutil.copyfileobj(source.stream, copy, io.DEFAULT_BUFFER_SIZE * 32)
        copy.seek(0)
    except OSError as error:
        raise StorageFull(
            f"The compressed file cannot be unpacked into {tempfile.gettempdir()}: {error.strerror}.",
            where=source.shown,
            mend="Free some space there, or load the unpacked file.",
        ) from error
    return copy


def as_dicts(batch: pa.RecordBatch, names: list[str]) -> list[dict[str, Any]]:
    """The rows of a batch, under these names."""
    columns = [_cells(column) for column in batch.columns]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _cells(column: pa.Array) -> list[Any]:
    """The cells of a column, invalid bytes of text as lone surrogates; equal ones of a dictionary are one value."""
    if pa.types.is_dictionary(column.type):
        values = _cells(column.dictionary)
        return [None if place is None else values[place] for place in column.indices.to_pylist()]
    try:
        return column.to_pylist(maps_as_pydicts="strict")
    except KeyError:  # a map that has a name twice, so it stays a list of pairs
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
        return scalar.as_py(maps_as_pydicts="strict")
    except KeyError:
        return scalar.as_py()
    except UnicodeDecodeError:
        return "\udcff"
    except (OverflowError, ValueError):
        return Unreadable()
