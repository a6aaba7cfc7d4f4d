"""Tables of somebody else's DuckDB file as Parquet, read through a connection of its own that can change nothing."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import InputError
from core.files import not_written, whole_file
from core.progress import Progress
from core.store.examine import CONFIGURATION

BATCH_ROWS = 5_000
_MAGIC, _MAGIC_AT = b"DUCK", 8
_TABLES = """
    SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE NOT internal
    UNION ALL SELECT schema_name, view_name, NULL FROM duckdb_views() WHERE NOT internal
    ORDER BY ALL
"""


@dataclass(frozen=True)
class ForeignTable:
    """A table or view; `rows` is None for a view, which would have to be computed to be counted."""

    schema: str
    name: str
    rows: int | None

    @property
    def title(self) -> str:
        """As people write it: without the schema that everyone has."""
        return self.name if self.schema == "main" else f"{self.schema}.{self.name}"


def is_duckdb(path: Path) -> bool:
    """Whether a file is a DuckDB database, by its content."""
    try:
        with path.open("rb") as file:
            return file.read(_MAGIC_AT + len(_MAGIC))[_MAGIC_AT:] == _MAGIC
    except (OSError, ValueError):
        return False


def tables_in(path: Path, own: Path) -> list[ForeignTable]:
    """The tables and views of a DuckDB file, by name.

    Args:
        own: the studio's store, which is refused.

    Raises:
        InputError: it is the studio's own file, is held by another process, can't be read, or has no table.
    """
    with _opened(path, own) as connection:
        found = [ForeignTable(*each) for each in connection.execute(_TABLES).fetchall()]
    if not found:
        raise InputError("The file has no tables.", where=str(path), mend="Choose another file.")
    return found


def table_as_parquet(path: Path, own: Path, table: ForeignTable, destination: Path, progress: Progress) -> Path:
    """Write a table, in its own order, to a Parquet file in a folder.

    Raises:
        InputError: as `tables_in`; or the view can't be computed.
        StorageFull, StoreError: the folder can't be written.
        Cancelled: `progress` said so; nothing of it stays.
    """
    digest = hashlib.sha256(f"{path} {table.schema} {table.name}".encode()).hexdigest()[:16]
    place = destination / f"{digest}.parquet"
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (table.schema, table.name))
    try:
        destination.mkdir(parents=True, exist_ok=True)
        with _opened(path, own) as connection, whole_file(place) as partial:
            reader = connection.sql(f"SELECT * FROM {quoted}").to_arrow_reader(BATCH_ROWS)
            with pq.ParquetWriter(partial, reader.schema, compression="zstd") as writer:
                done = 0
                for batch in reader:
                    writer.write_batch(batch)
                    done += batch.num_rows
                    progress.update(done, table.rows or 0, f"Reading {table.title}: {done:,} rows")
    except OSError as error:
        raise not_written(error, "the table's copy", destination) from error
    except (pa.ArrowException, NotImplementedError) as error:
        raise InputError(
            f"A column has a type that Parquet does not support: {str(error)[:200]}",
            where=f"{path.name}, {table.title}",
            mend="Create a view of the text columns and load it.",
        ) from error
    return place


@contextmanager
def _opened(path: Path, own: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Read-only and shut off: a view of a strange file can't read other files of this computer, nor the network."""
    with suppress(OSError):
        if path.samefile(own):
            raise InputError(
                "This is the database of this studio.",
                where=str(path),
                mend="Its datasets are listed below. To load rows of another studio, export them there.",
            )
    try:
        connection = duckdb.connect(
            str(path), read_only=True, config={**CONFIGURATION, "enable_external_access": "false"}
        )
    except duckdb.Error as error:
        raise _told(error, path) from error
    try:
        yield connection
    except duckdb.Error as error:
        raise _told(error, path) from error
    finally:
        connection.close()


def _told(error: duckdb.Error, path: Path) -> InputError:
    text = str(error)
    if re.search("conflicting lock|could not set lock|used by another process", text, re.IGNORECASE):
        holder = re.search(r"PID (\d+)", text)
        who = f"Process {holder.group(1)}" if holder else "Another process"
        return InputError(
            f"{who} has this file open for writing.",
            where=str(path),
            mend="Close it there, or load a copy of the file.",
        )
    if re.search("newer version|storage version|older version", text, re.IGNORECASE):
        return InputError(
            "This file was written by another version of DuckDB.",
            where=str(path),
            mend="Export the table as Parquet there.",
        )
    return InputError(
        f"The DuckDB file cannot be read: {text[:300]}", where=str(path), mend="Load a Parquet export instead."
    )
