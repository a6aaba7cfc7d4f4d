"""Is a database whole? Asked before it is opened for writing, which would take what is left for all there is."""

from enum import StrEnum
from pathlib import Path

import duckdb

from core.errors import StoreDamaged
from core.humanize import counted
from core.store.commits import FoundCommit, commit_file, commit_in, kept_commit, log_of

CHOICES = "Open the studio, or run `python -m jobs restore`, to choose what to do. Nothing was changed."
CONFIGURATION = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


class Damage(StrEnum):
    """What is the matter with a store."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    LOG_UNREADABLE = "log unreadable"
    BEHIND = "behind"
    COPIED = "copied"
    OTHER = "other"
    BACKUP = "backup"
    PARTLY = "partly"

    @property
    def readable(self) -> bool:
        """Whether there is something to go on with."""
        return self not in (Damage.MISSING, Damage.UNREADABLE, Damage.PARTLY)


def damage_of(store: Path) -> tuple[Damage, StoreDamaged] | None:
    """What is the matter with a database, and the sentence for the user; None where it is whole or new.

    Nothing is written, and a log is read without being taken in.

    Raises:
        duckdb.Error: it can't be opened for another reason than damage.
    """
    if not store.exists():
        if log_of(store).exists() or commit_file(store).exists():
            return Damage.MISSING, StoreDamaged("The database file is missing.", where=str(store), mend=CHOICES)
        return None
    try:
        with duckdb.connect(str(store), read_only=True, config=dict(CONFIGURATION)) as connection:
            found = commit_in(connection)
    except duckdb.Error as error:
        text = str(error)
        if "different configuration" in text:  # this process has it open already
            return None
        in_file = "Corrupt database file" in text or f'from file "{store}"' in text
        if "WAL" in text and not in_file:
            said = "The database's log is damaged or belongs to another file: the last changes cannot be read."
            return Damage.LOG_UNREADABLE, StoreDamaged(said, where=str(log_of(store)), mend=CHOICES)
        if is_damage(error):
            said = "The database file is damaged or was not made by the studio."
            return Damage.UNREADABLE, StoreDamaged(said, where=str(store), mend=CHOICES)
        raise
    return behind_what_is_kept(store, found)


def part_damage_of(store: Path) -> tuple[Damage, StoreDamaged] | None:
    """What is the matter with a database that opens, each table read through; None where nothing is.

    Raises:
        duckdb.Error: it can't be opened for another reason than damage.
    """
    try:
        with duckdb.connect(str(store), read_only=True, config=dict(CONFIGURATION)) as connection:
            faults = unreadable_tables(connection)
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        faults = [("its catalogue", str(error))]
    if not faults:
        return None
    said = f"A part of the database is damaged and cannot be read ({', '.join(name for name, _ in faults)})."
    return Damage.PARTLY, StoreDamaged(said, where=str(store), mend=CHOICES)


def table_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of the database's file; what is kept in memory beside it is none of it."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary ORDER BY 1"
    ).fetchall()
    return [str(name) for (name,) in found]


def unreadable_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Read every value of every table; the tables that can't be read, each with why."""
    faults = []
    for name in table_names(connection):
        try:
            connection.execute(f'SELECT bit_xor(hash(COLUMNS(*))) FROM "{name}"').fetchall()
        except duckdb.Error as error:
            faults.append((name, str(error).splitlines()[0]))
    return faults


def is_damage(error: Exception) -> bool:
    """Whether DuckDB says that what it reads is damaged."""
    lowered = str(error).lower()
    words = ("not a valid duckdb", "corrupt", "could not read enough bytes", "failed to deserialize", "checksum")
    kinds = (duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
    return isinstance(error, kinds) or any(each in lowered for each in words)


def behind_what_is_kept(store: Path, found: FoundCommit | None) -> tuple[Damage, StoreDamaged] | None:
    """What a database that opens lacks of what is known of it.

    Args:
        found: what it says of itself; None where commits were not counted yet.
    """
    kept = kept_commit(store)
    if found is not None and found.backup and log_of(store).exists():
        said = "The file of a backup was put beside the log of the database, to which it does not belong."
        return Damage.BACKUP, StoreDamaged(said, where=str(store), mend=CHOICES)
    if kept is None:
        if found is None or not found.in_use or log_of(store).exists():
            return None
        said = "The database file was copied while a studio had it open: the last changes may be missing."
        return Damage.COPIED, StoreDamaged(said, where=str(store), mend=CHOICES)
    if found is None or found.last.store != kept.store:
        said = "The database file is not the one that this data folder had."
        return Damage.OTHER, StoreDamaged(said, where=str(store), mend=CHOICES)
    if found.last.number < kept.number:
        lost = counted(kept.number - found.last.number, "change")
        said = f"The last changes are missing from the database ({lost}): its log is gone or cut short."
        return Damage.BEHIND, StoreDamaged(said, where=str(log_of(store)), mend=CHOICES)
    return None
