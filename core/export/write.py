"""Curated rows as files. The same rows give the same bytes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.export.layouts import ExportOptions, ExportRow, fits, record_of
from core.export.sinks import sink
from core.files import output_file
from core.progress import Progress, Silent


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        sha256: of the file's bytes.
        flattened: how many rows have turns that the layout can't hold.
        columns: those that some row has.
    """

    path: Path
    rows: int
    size_bytes: int
    sha256: str
    flattened: int
    columns: tuple[str, ...] = ()


def write_export(
    path: Path, options: ExportOptions, rows: Iterator[ExportRow], total: int, progress: Progress | None = None
) -> Written:
    """Write rows to `path`, whole or not at all.

    Raises:
        StorageFull: there is no space left.
        StoreError: the place can't be written.
    """
    report = progress or Silent()
    written = flattened = 0
    columns: dict[str, None] = {}
    with output_file(path) as partial, partial.open("wb") as stream:
        target = sink(stream, options)
        for each in rows:
            record = record_of(each, options)
            target.write(record)
            columns |= dict.fromkeys(record)
            flattened += not fits(each.row, options.layout)
            written += 1
            if written % 1_000 == 0:
                report.update(written, total, "Writing rows")
        target.close()
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Written(path, written, path.stat().st_size, digest, flattened, tuple(columns))
