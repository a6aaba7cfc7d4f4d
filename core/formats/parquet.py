"""Parquet: rows in batches."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import InputError
from core.formats.batches import BATCH_ROWS, as_dicts, seekable
from core.formats.column_names import unique_names
from core.formats.format import Format
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source

_MAGIC = b"PAR1"


def read_parquet(source: Source) -> Iterator[Record | Rejection]:
    """Every row as a record; where the file can't be read further, one rejection that says after which row.

    Raises:
        InputError: the file can't be read at all.
    """
    stream = seekable(source)
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
    batches = file.iter_batches(BATCH_ROWS)
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
        for fields in as_dicts(batch, names):
            number += 1
            yield Record(number, fields)


def _matches(source: Source) -> bool:
    return source.head.startswith(_MAGIC)


FORMAT = Format("parquet", ("Parquet",), 10, _matches, read_parquet, magic=_MAGIC)
