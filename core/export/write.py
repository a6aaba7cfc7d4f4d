"""Curated rows as files. The same rows give the same bytes."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.disk import not_written
from core.errors import StoreError
from core.export.layouts import ExportOptions, ExportRow, fits, record_of
from core.export.sinks import sink
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
    partial = path.with_name(f".{path.name}.partial")
    written = flattened = 0
    columns: dict[str, None] = {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
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
        partial.replace(path)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Written(path, written, path.stat().st_size, digest, flattened, tuple(columns))


def disk_error(error: OSError, path: Path) -> StoreError:
    """Why a file of an export can't be written, for the user."""
    return not_written(
        error, "the file", path, space="Free some space and export again.", mend="Choose another folder."
    )
