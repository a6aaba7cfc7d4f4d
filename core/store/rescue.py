"""A database that is not whole: its files are set aside together, and what can be read is gone on with."""

import re
import shutil
from datetime import datetime
from pathlib import Path

import duckdb

from core.errors import StoreDamaged
from core.files import dated, not_written
from core.store.commits import commit_file, commit_in, keep_commit, log_of
from core.store.examine import CHOICES, CONFIGURATION, Damage, damage_of

_PLACE = re.compile(r"entry at byte position (\d+)")


def set_aside(store: Path, folder: Path) -> Path:
    """Move a database, its log and what stands beside them into a folder of their own, named after the time.

    The file goes first: stopped in between, what is left is found as damaged again, and nothing is written over.

    Args:
        folder: in which that folder is made.

    Returns: that folder.

    Raises:
        StoreError, StorageFull: they can't be moved.
    """
    try:
        place = _new_place(folder)
        for file in _files(store):
            shutil.move(file, place / file.name)
    except OSError as error:
        raise not_written(error, "the damaged database", folder) from error
    return place


def go_on_with_rest(store: Path, folder: Path) -> Path:
    """Take what can be read of a database for all of it. Copies of its files, as they are, are set aside first.

    Returns: where the copies are.

    Raises:
        StoreDamaged: nothing of it can be read.
        StoreError, StorageFull: the copies can't be written.
    """
    try:
        place = _new_place(folder)
        for file in _files(store):
            shutil.copy2(file, place / file.name)
    except OSError as error:
        raise not_written(error, "the copy of the damaged database", folder) from error
    _cut_log(store)
    try:
        with duckdb.connect(str(store), config=dict(CONFIGURATION)) as connection:
            found = commit_in(connection)
    except duckdb.Error as error:
        raise StoreDamaged("Nothing of the database can be read.", where=str(store), mend=CHOICES) from error
    if found is None:
        commit_file(store).unlink(missing_ok=True)
    else:
        keep_commit(store, found.last)
    return place


def _cut_log(store: Path) -> None:
    """Cut the log where it can't be read any more: everything before it was committed in that order.

    Raises:
        StoreDamaged: the file itself can't be read.
    """
    log = log_of(store)
    while (found := damage_of(store)) is not None:
        damage, fault = found
        if not damage.readable:
            raise fault
        if damage is Damage.BACKUP:
            return log.unlink()
        if damage is not Damage.LOG_UNREADABLE:
            return
        place = _PLACE.search(_why_unreadable(store))
        cut = int(place[1]) if place else 0
        if 0 < cut < log.stat().st_size:
            with log.open("rb+") as file:
                file.truncate(cut)
        else:
            log.unlink()


def _why_unreadable(store: Path) -> str:
    try:
        duckdb.connect(str(store), read_only=True, config=dict(CONFIGURATION)).close()
    except duckdb.Error as error:
        return str(error)
    return ""


def _files(store: Path) -> list[Path]:
    """A database's files, the database first and what is known of it last."""
    beside = sorted(each for each in store.parent.glob(f"{store.name}.*") if each.is_file())
    return [each for each in (store, *beside, commit_file(store)) if each.exists()]


def _new_place(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    place = dated(folder, datetime.now())
    place.mkdir()
    return place
