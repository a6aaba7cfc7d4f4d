"""The one process that owns the database file: reading, writing, and the file at rest."""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import duckdb

from core.store.backups import Backups, Occasion
from core.store.commits import IS_NO_BACKUP, NEXT, LastCommit, commit_in, keep_commit, log_of
from core.store.opening import connect, open_whole, put_in_place, told
from core.store.rescue import set_aside
from core.store.schema import VERSION, migrate, version_of

CLOSING_SECONDS = 10.0  # how long a query of another thread is waited for
REST_SECONDS = 5.0  # without a write, after which the log is taken into the file
IN_USE = "UPDATE meta SET value = ? WHERE name = 'in_use'"


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
        self._last = LastCommit("", 0)
        self._marked = False  # whether the file says that a process has it open
        self._resting: threading.Timer | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the database at `path`, made if it is not there, and bring its tables up to date.

        A backup is made before its tables are changed.

        Raises:
            StoreBusy: another process holds it.
            StoreDamaged: it is damaged, or something of it is gone; nothing is changed then.
            StoreError: it is newer than this program, or not writable.
            StorageFull: there is no space left.
        """
        opened = cls(path, open_whole(path))
        try:
            opened._bring_up_to_date()
        except BaseException as error:
            opened._connection.close()
            if isinstance(error, duckdb.Error):
                raise told(error, path) from error
            raise
        return opened

    @property
    def last_commit(self) -> int:
        """The number of the last commit."""
        return self._last.number

    def close(self) -> None:
        """Write everything to the file and let go of it, when what other threads read just now has been read."""
        with self.writing:
            if self._resting:
                self._resting.cancel()
            if self._marked:
                with suppress(duckdb.Error):  # a full disk: it opens, and is told from a copy by its log
                    self._connection.execute(IN_USE, ["no"])
            self._let_go()

    def checkpoint(self) -> None:
        """Take the log into the file, so that the file alone is everything; later where readers need what was."""
        with self.writing, suppress(duckdb.Error):
            log = log_of(self.path)
            if log.exists() and log.stat().st_size:
                self._connection.execute("CHECKPOINT")

    def copy_into(self, folder: Path) -> None:
        """Copy the database as it is now, with the log where it could not be taken in; writers wait meanwhile.

        Raises:
            OSError: the copy can't be written.
        """
        with self.writing:
            self.checkpoint()
            try:
                for file in (self.path, log_of(self.path)):
                    if file.exists():
                        shutil.copyfile(file, folder / file.name)
            except PermissionError:  # Windows lets nobody read a file that DuckDB has open
                (folder / self.path.name).unlink(missing_ok=True)
                place = str(folder / self.path.name).replace("'", "''")
                with self.read() as cursor:
                    cursor.execute(f"ATTACH '{place}' AS copied")
                    cursor.execute(f'COPY FROM DATABASE "{self.path.stem}" TO copied')
                    cursor.execute("DETACH copied")

    def restore(self, backup: Path, aside: Path | None = None) -> None:
        """Put a backup's file in the place of the database, whole or not at all, and go on with it.

        Args:
            aside: a folder in which the files of the present database are kept; None where it has a backup.

        Raises:
            StorageFull: there is no space left; nothing is changed then.
            StoreError: the files can't be replaced.
        """
        with self.writing:
            self.close()
            try:
                if aside is not None:
                    set_aside(self.path, aside)
                put_in_place(backup, self.path)
            finally:
                self._reopen()
                self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        """Migrate the tables after a backup, and learn the number of the last commit."""
        version = version_of(self._connection)
        if 0 < version < VERSION:
            Backups(self.path).make(self, Occasion.UPDATE)
        if version != VERSION:
            migrate(self._connection)
        found = commit_in(self._connection)
        assert found is not None
        self._marked = found.in_use
        self._keep(found.last)
        if found.backup:
            with self.write() as cursor:
                cursor.execute(IS_NO_BACKUP)

    def _keep(self, last: LastCommit) -> None:
        self._last = last
        with suppress(OSError):  # a full disk: what is kept is an earlier number, which harms nothing
            keep_commit(self.path, last)

    def _let_go(self) -> None:
        """Close the file, when queries of other threads are through."""
        until = time.monotonic() + CLOSING_SECONDS
        self._recalled = {}
        while True:
            try:
                return self._connection.close()
            except duckdb.Error:
                if time.monotonic() > until:
                    raise
            time.sleep(0.02)

    def _rest_soon(self) -> None:
        """See that the log is taken in some seconds after the last write."""
        if self._resting:
            self._resting.cancel()
        self._resting = threading.Timer(REST_SECONDS, self.checkpoint)
        self._resting.daemon = True
        self._resting.start()

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
            raise told(error, self.path) from error
        try:
            yield cursor
        except duckdb.Error as error:
            raise told(error, self.path) from error
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
    def write(self, only: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction: all of it or, on any exception, none of it.

        Args:
            only: the one table that it changes, where that is so; what was recalled of others is recalled on.
        """
        with self.writing, self.read() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
                number = cursor.execute(NEXT).fetchall()[0][0]
                if not self._marked:
                    cursor.execute(IN_USE, ["yes"])
                cursor.execute("COMMIT")
                self._marked = True
            except BaseException as error:
                self._roll_back(cursor, error)
                raise
            finally:
                known = self._recalled.copy() if only else {}
                self._recalled = {asked: found for asked, found in known.items() if f"FROM {only} " not in asked[0]}
            self._keep(LastCommit(self._last.store, number))
            self._rest_soon()

    def _roll_back(self, cursor: duckdb.DuckDBPyConnection, error: BaseException) -> None:
        with suppress(duckdb.Error):  # the failed statement may have ended the transaction already
            cursor.execute("ROLLBACK")
        if isinstance(error, duckdb.FatalException) or "invalidated" in str(error):
            self._reopen()

    def _reopen(self) -> None:
        """DuckDB refuses all work after a failed write to its log, until the file is opened anew."""
        try:
            self._connection.close()
            self._connection = connect(self.path)
            self.opened += 1
        except duckdb.Error as error:
            raise told(error, self.path) from error
