"""Results of jobs on their way into the store: each part once, in one transaction, whatever was interrupted."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import core.store
from core.store.connection import Connection

Taker = Callable[[duckdb.DuckDBPyConnection, str, Sequence[Path]], int]


@cache
def takers() -> tuple[Taker, ...]:
    """What takes results in: each picks its own files by their prefix, and tells how many lines were new.

    A module of this folder that defines `TAKE` joins by being there.
    """
    modules = [importlib.import_module(f"core.store.{each.name}") for each in pkgutil.iter_modules(core.store.__path__)]
    return tuple(module.TAKE for module in modules if hasattr(module, "TAKE"))


class PartTables:
    """The table `taken_parts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, job_id: str, parts: Sequence[Path]) -> int:
        """Take a job's results in, in one transaction. Parts already taken, and scores already there, are passed over.

        Args:
            job_id: whose parts they are.
            parts: Parquet files, named as one of `takers` knows them.

        Returns: how many lines were new.
        """
        with self._connection.write() as cursor:
            taken = _taken(cursor, job_id)
            fresh = [part for part in parts if part.name not in taken]
            added = sum(take(cursor, job_id, fresh) for take in takers())
            now = datetime.now(UTC)
            for part in fresh:
                cursor.execute("INSERT INTO taken_parts VALUES (?, ?, ?)", [job_id, part.name, now])
        return added

    def taken(self, job_id: str) -> set[str]:
        """The names of the parts of a job that were taken in."""
        with self._connection.read() as cursor:
            return _taken(cursor, job_id)


def _taken(cursor: duckdb.DuckDBPyConnection, job_id: str) -> set[str]:
    return {r[0] for r in cursor.execute("SELECT part FROM taken_parts WHERE job_id = ?", [job_id]).fetchall()}


def unreadable(part: Path) -> str:
    """Why a Parquet file can't be read, "" where all of it can."""
    try:
        pq.read_table(part)
    except (OSError, pa.ArrowException) as error:
        return f"It cannot be read: {str(error).splitlines()[0]}"
    return ""
