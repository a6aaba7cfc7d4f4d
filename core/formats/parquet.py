"""Parquet: rows in batches."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import InputError
from core.formats.batches import BATCH_ROWS, as_dicts, seekable
from core.formats.column_names import unique_names
from core.formats.compression import is_bomb
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
        about = pq.read_metadata(stream)
        stream.seek(0)
        file = pq.ParquetFile(stream, pre_buffer=False, read_dictionary=_large_dictionaries(about))
        names = unique_names(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(
            "The Parquet file is damaged or incomplete.",
            where=source.shown,
            mend="Download the file again: its footer cannot be read.",
        ) from error
    _refuse_bomb(about, source.shown)
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


def _large_dictionaries(about: pq.FileMetaData) -> list[str]:
    """The columns of text whose dictionary may have giant values: unfolded, each cell could be as large as all of it.

    They are read as dictionaries, which takes many times as long. Writers keep a dictionary under a megabyte or two.
    """
    return sorted({each.path_in_schema for each in _chunks(about) if each.has_dictionary_page and _is_large(each)})


def _is_large(chunk: pq.ColumnChunkMetaData) -> bool:
    stored = chunk.data_page_offset - chunk.dictionary_page_offset
    packed, unpacked = chunk.total_compressed_size, chunk.total_uncompressed_size
    return chunk.physical_type == "BYTE_ARRAY" and (
        stored > 4 << 20 or (unpacked > 4 << 20 and unpacked > 100 * packed)
    )


def _chunks(about: pq.FileMetaData) -> Iterator[pq.ColumnChunkMetaData]:
    for group in map(about.row_group, range(about.num_row_groups)):
        yield from map(group.column, range(about.num_columns))


def _refuse_bomb(about: pq.FileMetaData, shown: str) -> None:
    """Refuse what is made to fill the memory.

    Raises:
        InputError: a column unpacks to many times its size.
    """
    for chunk in _chunks(about):
        if is_bomb(chunk.total_compressed_size, chunk.total_uncompressed_size):
            raise InputError(
                f"The column {chunk.path_in_schema} unpacks to {chunk.total_uncompressed_size / 1e9:,.0f} GB, many "
                "times its size.",
                where=shown,
                mend="Write it in smaller row groups.",
            )


def _matches(source: Source) -> bool:
    return source.head.startswith(_MAGIC)


FORMAT = Format("parquet", ("Parquet",), 10, _matches, read_parquet, magic=_MAGIC)
