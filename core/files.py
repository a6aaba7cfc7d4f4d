"""Files written whole or not at all, and why one can't be written, in words for the user."""

import errno
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from secrets import token_hex

from core.errors import StorageFull, StoreError

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNFINISHED = ".unfinished-"  # begins the name of a file that is being written
RIGHTS = "Change the permissions, or set STUDIO_DATA to another folder."

_LIBRARIES_WORDS = (
    "No space left on device",  # shutil.copytree, safetensors
    "PytorchStreamWriter failed",  # torch.save
    ". unexpected pos ",  # torch.save, where a large tensor is cut off
    "database or disk is full",  # SQLite
)


def is_full_disk(error: Exception) -> bool:
    """Whether an error says that the disk is full: the system's own, or a library's in words of its own."""
    return getattr(error, "errno", None) in NO_SPACE or any(words in str(error) for words in _LIBRARIES_WORDS)


def not_written(
    error: OSError,
    what: str,
    where: str | Path,
    *,
    folder: Path | None = None,
    space: str = "Free some space and try again.",
    mend: str = RIGHTS,
) -> StoreError:
    """The system's refusal as an error that says what could not be written.

    Args:
        what: `the upload`.
        where: the file or folder concerned.
        folder: in which it can't be written, where `where` does not say that.
        space: what to do where the disk is full.
        mend: what to do else.
    """
    if error.errno in NO_SPACE:
        return StorageFull(f"No space left for {what}.", where=str(where), mend=space)
    place = f" to {folder}" if folder else ""
    said = f"{what.capitalize()} cannot be written{place}: {error.strerror or error}."
    return StoreError(said, where=str(where), mend=mend)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sqlite_fault(file: Path) -> str:
    """What is wrong with an SQLite file, in SQLite's words; "" where nothing is.

    What a killed process has begun to write is taken back on the way, as whoever opens the file does.
    """
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=10)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            return "" if found == "ok" else found.splitlines()[0]
    except sqlite3.Error as error:
        return str(error)


def dated(folder: Path, moment: datetime) -> Path:
    """A place in a folder that is named after a moment and not there yet: `2026-11-30-012000`, or with `-2`."""
    name = f"{moment:%Y-%m-%d-%H%M%S}"
    numbered = (folder / (f"{name}-{number}" if number > 1 else name) for number in count(1))
    return next(each for each in numbered if not each.exists())


@contextmanager
def whole_file(path: Path, *, durable: bool = False, shared: bool = False) -> Iterator[Path]:
    """A place beside `path` to write to: it takes the place of `path` when all is written, and else is gone.

    So a reader, or a crash at any moment, sees all of the file or none of it. What a crash leaves, the next writer of
    the same file writes over. Errors of the system come as they are.

    Args:
        durable: also survive a power cut (fsync of file and folder).
        shared: others may write the file at the same moment, so each place has a name of its own, and what a crash
            leaves stays.
    """
    partial = path.with_name(f"{UNFINISHED}{path.name}{f'.{token_hex(4)}' if shared else ''}")
    try:
        yield partial
        if durable:
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
        _replace(partial, path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    if durable and os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def output_file(path: Path) -> Iterator[Path]:
    """`whole_file` for a file that the user asked for, in a folder that is made if it is not there.

    Raises:
        StorageFull: there is no space left.
        StoreError: the place can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as partial:
            yield partial
    except OSError as error:
        raise not_written(
            error, "the file", path, space="Free some space and export again.", mend="Choose another folder."
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a text that the user asked for as UTF-8, whole or not at all.

    Raises:
        StorageFull: there is no space left.
        StoreError: the place can't be written.
    """
    with output_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def _replace(source: Path, target: Path, patience_seconds: float = 1.0) -> None:
    """Rename over the target. Windows refuses that for a moment while somebody reads the target."""
    until = time.monotonic() + patience_seconds
    while True:
        try:
            source.replace(target)
            return
        except PermissionError:
            if os.name == "posix" or time.monotonic() > until:
                raise
            time.sleep(0.02)
