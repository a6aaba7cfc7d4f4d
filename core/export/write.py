"""Curated rows as files. The same rows give the same bytes."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.export.layouts import ExportOptions, ExportRow, fits, record_of
from core.export.sinks import sink
from core.files import not_written
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
    with whole_file(path) as partial, partial.open("wb") as stream:
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


def write_text(path: Path, text: str) -> None:
    """Write a text of an export as UTF-8, whole or not at all.

    Raises:
        StorageFull: there is no space left.
        StoreError: the place can't be written.
    """
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to: it takes the place of `path` when all is written, and else is gone.

    Raises:
        StorageFull: there is no space left.
        StoreError: the place can't be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(path)
    except OSError as error:
        raise not_written(
            error, "the file", path, space="Free some space and export again.", mend="Choose another folder."
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
