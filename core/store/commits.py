"""The number of the last commit, beside the file: a file that has lost something is behind it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
from annotated_types import Ge

from core.errors import StudioError
from core.files import whole_file
from core.values import Door, Value
from core.values.files import read_json

NEXT = "SELECT nextval('commits')"
# A backup's file is of the same descent, so that DuckDB would take the log of the database for its own.
IS_BACKUP = "INSERT OR REPLACE INTO meta VALUES ('backup', 'yes')"
IS_NO_BACKUP = "DELETE FROM meta WHERE name = 'backup'"
_STATE = """
    SELECT (SELECT last_value FROM duckdb_sequences() WHERE sequence_name = 'commits'),
           (SELECT value FROM meta WHERE name = 'store'), (SELECT value FROM meta WHERE name = 'in_use'),
           (SELECT count(*) FROM meta WHERE name = 'backup')
"""


@dataclass(frozen=True)
class LastCommit(Value):
    """Of which store, and which number.

    Attributes:
        store: a name that no other store has.
        number: grows with every commit.
    """

    store: str
    number: Annotated[int, Ge(0)]


@dataclass(frozen=True)
class FoundCommit:
    """What a database file says of itself.

    Attributes:
        in_use: whether a process that had it open never closed it.
        backup: whether it is a backup's file, which nobody has opened since.
    """

    last: LastCommit
    in_use: bool
    backup: bool


def commit_file(store: Path) -> Path:
    """Where the number is kept that belongs to a database file."""
    return store.with_name(f"{store.stem}.commit.json")


def log_of(store: Path) -> Path:
    """DuckDB's log of a database file: what was committed since the file was last brought up to date."""
    return store.with_name(f"{store.name}.wal")


def kept_commit(store: Path) -> LastCommit | None:
    """The last commit as it stands beside the file; None where nothing readable stands there."""
    try:
        return read_json(LastCommit, commit_file(store), door=Door.STORE)
    except StudioError:
        return None


def keep_commit(store: Path, commit: LastCommit) -> None:
    """Write the last commit beside the file.

    Raises:
        OSError: it can't be written.
    """
    with whole_file(commit_file(store)) as partial:
        partial.write_text(json.dumps({"store": commit.store, "number": commit.number}), "utf-8")


def commit_in(connection: duckdb.DuckDBPyConnection) -> FoundCommit | None:
    """What a database says of itself; None for one of before commits were counted."""
    try:
        number, store, in_use, backup = connection.execute(_STATE).fetchall()[0]
    except duckdb.CatalogException:  # a new one
        return None
    return None if store is None else FoundCommit(LastCommit(store, number or 0), in_use == "yes", backup > 0)
