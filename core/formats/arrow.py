"""Arrow: files, and the streams that `datasets` writes with `save_to_disk`."""

from collections.abc import Iterator

import pyarrow as pa

from core.errors import InputError
from core.formats.batches import BATCH_ROWS, as_dicts, seekable
from core.formats.column_names import unique_names
from core.formats.format import Format
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source

_FILE, _STREAM = b"ARROW1", b"\xff\xff\xff\xff"
_FAULTS = (pa.ArrowException, OSError, ValueError, MemoryError)


def read_arrow(source: Source) -> Iterator[Record | Rejection]:
    """Every row as a record; where the file can't be read further, one rejection that says after which row.

    Raises:
        InputError: the file can't be read at all.
    """
    try:
        names, batches = _opened(source)
    except _FAULTS as error:
        raise InputError(
            "The Arrow file is damaged or incomplete.", where=source.shown, mend="Copy or download the file again."
        ) from error
    number = 0
    while True:
        try:
            batch = next(batches, None)
            if batch is not None:
                batch.validate(full=True)  # Arrow trusts what it reads: offsets out of place would end the process
        except _FAULTS as error:
            yield Rejection(
                source.shown,
                number + 1,
                f"The Arrow data cannot be read after row {number:,}: {str(error)[:200]}",
                "Copy or download the file again. The rows before this point were loaded.",
            )
            return
        if batch is None:
            return
        for start in range(0, batch.num_rows, BATCH_ROWS):
            for fields in as_dicts(batch.slice(start, BATCH_ROWS), names):
                number += 1
                yield Record(number, fields)


def _opened(source: Source) -> tuple[list[str], Iterator[pa.RecordBatch]]:
    if source.head.startswith(_FILE):
        file = pa.ipc.open_file(seekable(source))
        return unique_names(file.schema.names), (file.get_batch(place) for place in range(file.num_record_batches))
    stream = pa.ipc.open_stream(source.stream)
    return unique_names(stream.schema.names), iter(stream)


def _matches(source: Source) -> bool:
    return source.head.startswith((_FILE, _STREAM))


FORMAT = Format("arrow", ("Arrow",), 12, _matches, read_arrow, magic=(_FILE, _STREAM))
