"""The one process that owns the database file: opening it, reading, writing, and what goes wrong in words."""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import duckdb

from core.errors import StorageFull, StoreBusy, StoreError
from core.store.schema import migrate

CLOSING_SECONDS = 10.0  # how long a query of another thread is waited for
CONFIGURATION = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


class Connection:
    """Cursors for readers, one writer at a time, DuckDB's errors told as the studio's.

    DuckDB lets one process at a time open the file; every thread of it works on a cursor of its own.
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self.writing = threading.RLock()
        self._recalled: dict[tuple[str, tuple[Any, ...]], list[tuple[Any, ...]]] = {}
        self.opened = 0  # grows when the file had to be opened anew: what the connection held in memory is gone then

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the database at `path`, made if it is not there, and bring its tables up to date.

        Raises:
            StoreBusy: another process holds it.
            StoreError: it is damaged, newer than this program, or not writable.
            StorageFull: there is no space left.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = _connect(path)
        except (duckdb.Error, OSError) as error:
            raise _told(error, path) from error
        try:
            migrate(connection)
        except BaseException as error:
            connection.close()
            if isinstance(error, duckdb.Error):
                raise _told(error, path) from error
            raise
        return cls(path, connection)

    def close(self) -> None:
        """Write everything to the file and let go of it, when what other threads read just now has been read."""
        until = time.monotonic() + CLOSING_SECONDS
        with self.writing:
            self._recalled = {}
            while True:
                try:
                    return self._connection.close()
                except duckdb.Error:
                    if time.monotonic() > until:
                        raise
                time.sleep(0.02)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one caller; DuckDB's errors leave as the studio's."""
        try:
            cursor = self._connection.cursor()
        except duckdb.Error as error:
            raise _told(error, self.path) from error
        try:
            yield cursor
        except duckdb.Error as error:
            raise _told(error, self.path) from error
        finally:
            cursor.close()

    def recall(self, query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        """What a query of short tables finds; asked again before the next write, it is answered from memory.

        Sound because this process alone writes. What a query that began before a write finds goes into the memory
        of before it, which nobody asks any more.
        """
        recalled, question = self._recalled, (query, values)
        if question not in recalled:
            with self.read() as cursor:
                recalled[question] = cursor.execute(query, list(values)).fetchall()
        return recalled[question]

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction: all of it or, on any exception, none of it."""
        with self.writing, self.read() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException as error:
                self._roll_back(cursor, error)
                raise
            finally:
                self._recalled = {}

    def _roll_back(self, cursor: duckdb.DuckDBPyConnection, error: BaseException) -> None:
        with suppress(duckdb.Error):  # the failed statement may have ended the transaction already
            cursor.execute("ROLLBACK")
        if isinstance(error, duckdb.FatalException) or "invalidated" in str(error):
            self._reopen()

    def _reopen(self) -> None:
        """DuckDB refuses all work after a failed write to its log, until the file is opened anew."""
        try:
            self._connection.close()
            self._connection = _connect(self.path)
            self.opened += 1
        except duckdb.Error as error:
            raise _told(error, self.path) from error


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), config=dict(CONFIGURATION))
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    return connection


def _told(error: Exception, path: Path) -> StoreError:
    """A DuckDB or system error as the sentence that a user can act on; what is unknown stays in its own words."""
    text = str(error)
    lowered = text.lower()
    if "conflicting lock" in lowered or "being used by another process" in lowered or "could not set lock" in lowered:
        holder = re.search(r"PID (\d+)", text)
        who = f"Process {holder.group(1)}" if holder else "Another process"
        return StoreBusy(
            f"{who} is using this data folder.",
            where=str(path),
            mend="Use the app that is already open, stop that process, or set STUDIO_DATA to another folder.",
        )
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
    if isinstance(error, duckdb.SerializationException) or "not a valid duckdb" in lowered or "corrupt" in lowered:
        return StoreError(
            "The database file is damaged or was not made by the studio.",
            where=str(path),
            mend="Move it away and start again: the studio creates a new one. Nothing was changed.",
        )
    return StoreError(f"Database error: {text}", where=str(path), mend="See the app's log.")
