"""Opening the database file only where it is whole, putting another in its place, and what goes wrong in words."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

import duckdb
import psutil

from core.errors import StorageFull, StoreBusy, StoreDamaged, StoreError
from core.files import not_written, whole_file
from core.memory import memory_error, out_of_memory
from core.store.commits import commit_file, commit_in, log_of
from core.store.examine import CONFIGURATION, behind_what_is_kept, damage_of, is_damage


def put_in_place(backup: Path, store: Path) -> None:
    """Put a copy of a backup in the place of a database that nobody has open, whole or not at all.

    Raises:
        StorageFull: there is no space left; nothing is changed then.
        StoreError: it can't be written, or a log is there that was not taken in.
    """
    if log_of(store).exists():
        raise StoreError(
            "The database could not be closed.", where=str(log_of(store)), mend="Free some space and retry."
        )
    try:
        with whole_file(store, durable=True) as partial:
            shutil.copyfile(backup, partial)
            # Without it the file is taken for what it is. Stopped here, the database of before opens as it was.
            commit_file(store).unlink(missing_ok=True)
    except OSError as error:
        raise not_written(error, "the restored database", store) from error


def open_whole(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a database that is whole, or make a new one.

    Raises:
        StoreBusy, StoreDamaged, StoreError, StorageFull: as `Connection.open`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A log would be taken in, and be gone, before it is seen whether it is whole.
        damaged = damage_of(path) if log_of(path).exists() or not path.exists() else None
        if damaged is None:
            try:
                connection = connect(path)
            except duckdb.Error as error:
                if not is_damage(error) or (damaged := damage_of(path)) is None:
                    raise
    except (duckdb.Error, OSError) as error:
        raise told(error, path) from error
    if damaged is None and (damaged := behind_what_is_kept(path, commit_in(connection))) is not None:
        connection.close()
    if damaged is not None:
        raise damaged[1]
    return connection


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a database as it is, or make one."""
    connection = duckdb.connect(str(path), config=dict(CONFIGURATION))
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    return connection


def told(error: Exception, path: Path) -> StoreError:
    """A DuckDB or system error as the sentence that a user can act on; what is unknown stays in its own words."""
    text = str(error)
    lowered = text.lower()
    if "conflicting lock" in lowered or "being used by another process" in lowered or "could not set lock" in lowered:
        holder = re.search(r"PID (\d+)", text)
        return _busy(int(holder.group(1)) if holder else None, path)
    if out_of_memory(error):
        mend = "Close other programs, or ask for fewer rows at once, and try again. Nothing was changed."
        return StoreError(memory_error(error).what, where=str(path), mend=mend)
    if "no space left" in lowered or "disk quota" in lowered or "could not write all bytes" in lowered:
        return StorageFull(
            "No space left on the disk.",
            where=str(path),
            mend="Free some space and try again. Stored data are not affected.",
        )
    if "read-only" in lowered or "permission denied" in lowered:
        return StoreError(
            "The data folder is not writable.",
            where=str(path.parent),
            mend="Change its permissions, or set STUDIO_DATA to another folder.",
        )
    if is_damage(error):
        return StoreDamaged(
            "A part of the database is damaged and cannot be read.",
            where=str(path),
            mend="Restore a backup: Storage in the studio, or `python -m jobs restore`.",
        )
    return StoreError(f"Database error: {text}", where=str(path), mend="See the app's log.")


def _busy(holder: int | None, path: Path) -> StoreBusy:
    """Who uses the database, a command of the studio by its name."""
    who = "Another process" if holder is None else f"Process {holder}"
    mend = "Use the app that is already open, stop that process, or set STUDIO_DATA to another folder."
    with suppress(psutil.Error, ValueError, IndexError):
        words = psutil.Process(holder).cmdline() if holder is not None else []
        name = words[words.index("jobs", words.index("-m")) + 1]
        who = f"The command `python -m jobs {name}` (process {holder})"
        mend = "Wait until it has ended, or stop it: what is finished is kept. Or set STUDIO_DATA to another folder."
    return StoreBusy(f"{who} is using this data folder.", where=str(path), mend=mend)
