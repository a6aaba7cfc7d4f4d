"""Backups: whole copies of the database, made while it is in use, read through once, and kept by count and size."""

import json
import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from core.errors import InputError, StorageFull, StoreDamaged, StoreError, StudioError
from core.files import UNFINISHED, dated, not_written, sha256_of
from core.store.commits import IS_BACKUP, commit_in
from core.store.examine import CONFIGURATION, unreadable_tables
from core.store.schema import version_of
from core.values import Door, NotNegative, Value, to_plain
from core.values.files import read_json

if TYPE_CHECKING:
    from core.store.connection import Connection

MOST = 12  # backups that are kept
MOST_BYTES = 20_000_000_000  # that they take together; the newest is kept however large it is
DAY_SECONDS = 86_400.0
ABOUT = "backup.json"
_COUNTS = {
    "datasets": "SELECT count(*) FROM datasets WHERE complete",
    "rows": "SELECT coalesce(sum(row_count), 0) FROM datasets WHERE complete",
    "selections": "SELECT count(*) FROM selections",
    "rules": "SELECT count(*) FROM rules",
    "experiments": "SELECT count(*) FROM experiments",
}


class Occasion(StrEnum):
    """Why a backup was made."""

    BY_HAND = "by hand"
    DAILY = "daily"
    UPDATE = "before an update of the studio"
    START_OVER = "before starting over"
    RESTORE = "before a restore"


@dataclass(frozen=True)
class Backup(Value):
    """A backup.

    Attributes:
        name: of its folder.
        number: grows with every backup, wherever the clock is set.
        made_at: Unix time.
        commit: number of the last commit in it; 0 where commits were not counted yet.
        schema: version of its tables.
        contents: how many datasets, rows, selections, rules and experiments it has.
    """

    name: str
    number: NotNegative
    occasion: Occasion
    made_at: float
    commit: NotNegative
    schema: NotNegative
    bytes: NotNegative
    sha256: str
    contents: dict[str, int] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.made_at, UTC)


class Backups:
    """The backups of one data folder."""

    def __init__(self, store: Path) -> None:
        """Of the database at this path."""
        self._store, self.folder = store, store.parent / "backups"

    def all(self) -> list[Backup]:
        """All that are whole, newest first."""
        found = []
        for about in self.folder.glob(f"*/{ABOUT}"):
            try:
                backup = read_json(Backup, about, door=Door.STORE)
            except StudioError:
                continue
            if backup.name == about.parent.name and self.file(backup).exists():
                found.append(backup)
        return sorted(found, key=lambda each: each.number, reverse=True)

    def get(self, name: str) -> Backup:
        """One by its name, the newest for `newest`.

        Raises:
            InputError: there is none.
        """
        found = self.all()
        for backup in found:
            if name in (backup.name, "newest"):
                return backup
        names = ", ".join(each.name for each in found)
        raise InputError("Backup not found.", where=name, mend=f"Choose from {names}." if found else "There are none.")

    def file(self, backup: Backup) -> Path:
        """The copy of the database."""
        return self.folder / backup.name / self._store.name

    def due(self, born: float, commit: int) -> bool:
        """Whether the daily backup is to be made: the newest is a day old, and something has changed since.

        Args:
            born: when the store was first seen, for one without any backup.
            commit: number of its last commit.
        """
        newest = next(iter(self.all()), None)
        since = newest.made_at if newest else born
        # A clock that was set back leaves a backup of the future, which would be the newest for long.
        return abs(time.time() - since) >= DAY_SECONDS and (newest is None or newest.commit != commit)

    def make(self, connection: "Connection", occasion: Occasion, keep: Backup | None = None) -> Backup:
        """Copy an open database; writers wait while it is copied, not while the copy is read through.

        Args:
            keep: a backup that stays, however many there are.

        Returns: the backup; older ones beyond count and size are deleted.

        Raises:
            StorageFull: there is no space left for it.
            StoreDamaged: something of it can't be read; earlier backups are kept.
        """
        moment = datetime.now()
        partial = self.folder / f"{UNFINISHED}{os.getpid()}-{time.monotonic_ns()}"
        try:
            partial.mkdir(parents=True)
            copy = partial / self._store.name
            _refuse_without_space(self._store, self.folder)
            connection.copy_into(partial)
            schema, commit, contents = _settled(copy)
            name, number = dated(self.folder, moment).name, max((each.number for each in self.all()), default=0) + 1
            size, digest = copy.stat().st_size, sha256_of(copy)
            backup = Backup(name, number, occasion, moment.timestamp(), commit, schema, size, digest, contents)
            (partial / ABOUT).write_text(json.dumps(to_plain(backup), indent=2), "utf-8")
            _to_disk([copy, partial / ABOUT])
            partial.replace(self.folder / name)
        except OSError as error:
            raise not_written(error, "the backup", self.folder) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        self._keep_few(keep)
        return backup

    def verify(self, backup: Backup) -> str:
        """Read a backup through: what is wrong with it, "" where it is whole."""
        file = self.file(backup)
        try:
            if sha256_of(file) != backup.sha256:
                return "Its file is not what was written."
            with duckdb.connect(str(file), read_only=True, config=dict(CONFIGURATION)) as connection:
                return "; ".join(f"table {table}: {fault}" for table, fault in unreadable_tables(connection))
        except (duckdb.Error, OSError) as error:
            return f"It cannot be opened: {error}"

    def remove(self, backup: Backup) -> None:
        """Delete a backup."""
        shutil.rmtree(self.folder / backup.name, ignore_errors=True)

    def _keep_few(self, keep: Backup | None) -> None:
        kept_bytes = 0
        for number, backup in enumerate(self.all()):
            kept_bytes += backup.bytes
            if number and backup != keep and (number >= MOST or kept_bytes > MOST_BYTES):
                self.remove(backup)


def _settled(copy: Path) -> tuple[int, int, dict[str, int]]:
    """Take the copy's log in, say that nobody has it open, and read it through: schema, last commit, contents."""
    try:
        with duckdb.connect(str(copy), config=dict(CONFIGURATION)) as connection:
            connection.execute("UPDATE meta SET value = 'no' WHERE name = 'in_use'")
            connection.execute(IS_BACKUP)
            if faults := unreadable_tables(connection):
                raise _unreadable(copy, faults)
            found = commit_in(connection)
            contents = {name: int(connection.execute(sql).fetchall()[0][0]) for name, sql in _COUNTS.items()}
            return version_of(connection), found.last.number if found else 0, contents
    except duckdb.Error as error:
        if "no space left" in str(error).lower():
            raise StorageFull("No space left for the backup.", mend="Free some space and try again.") from error
        raise _unreadable(copy, [("", str(error).splitlines()[0])]) from error


def _unreadable(copy: Path, faults: Iterable[tuple[str, str]]) -> StoreError:
    names = ", ".join(name for name, _ in faults if name)
    what = f"the table {names}" if names else "a part"
    return StoreDamaged(
        f"The database is damaged: {what} cannot be read, so no backup was made.",
        where=copy.name,
        mend="Restore an earlier backup (`python -m jobs restore`, or Storage in the studio).",
    )


def _refuse_without_space(store: Path, folder: Path) -> None:
    """See that there is space.

    Raises:
        StorageFull: there is not.
    """
    needed, free = store.stat().st_size, shutil.disk_usage(folder).free
    if free < needed * 1.05 + 10_000_000:
        raise StorageFull(
            f"No space left for a backup of {needed / 1e6:,.0f} MB.",
            where=str(folder),
            mend=f"Free {(needed * 1.05 + 10_000_000 - free) / 1e6:,.0f} MB and try again.",
        )


def _to_disk(files: Iterable[Path]) -> None:
    for file in files:
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())
