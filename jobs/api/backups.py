"""Backups of the database: made, listed, read through, restored, deleted."""

from collections.abc import Sequence

import pandas as pd

from core.errors import JobError, StoreDamaged
from core.humanize import counted
from core.store.backups import Backup, Backups, Occasion
from jobs.api.section import Section
from jobs.api.session import Session

COLUMNS = ("backup", "made", "occasion", "megabytes", "datasets", "rows", "selections", "rules", "experiments")


class BackupSection(Section):
    """Datasets, rows, scores, selections, rules and settings as they were. Files of jobs and exports are not in it.

    One is made by itself every day in which something changed, before an update of the studio, before starting over
    and before a restore. Of many the oldest go.
    """

    name = "backups"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._backups = Backups(session.paths.store)

    def all(self) -> list[Backup]:
        """All backups, newest first."""
        return self._backups.all()

    def table(self) -> pd.DataFrame:
        """All backups, newest first: backup (its name), made, occasion, megabytes, and how much is in it."""
        return backup_table(self.all())

    @property
    def fault(self) -> str:
        """Why the last daily backup could not be made, a sentence; "" where nothing is wrong."""
        return self._session.upkeep.fault if self._session.upkeep else ""

    def make(self) -> Backup:
        """Make a backup now, while everything goes on.

        Raises:
            StorageFull: there is no space left for it.
            StoreDamaged: a part of the database can't be read; earlier backups are kept.
        """
        return self._backups.make(self._store.connection, Occasion.BY_HAND)

    def verify(self, name: str) -> str:
        """Read a backup through: what is wrong with it, a sentence; "" where it is whole.

        Args:
            name: as listed, or `newest`.

        Raises:
            InputError: there is no such backup.
        """
        return self._backups.verify(self._backups.get(name))

    def restore(self, name: str) -> Backup | None:
        """Go back to what the database was when a backup was made. What is there now is backed up before.

        Args:
            name: as listed, or `newest`.

        Returns: the backup of what was there, by which this is undone; None where that could not be read.

        Raises:
            InputError: there is no such backup.
            JobError: something waits or is computed.
            StoreError: the backup is damaged.
            StorageFull: there is no space left; nothing is changed then.
        """
        wanted = self._backups.get(name)
        if self._session.client.active():
            raise JobError("A job is still running.", mend="Wait until it is done, or cancel it, then restore.")
        refuse_damaged(self._backups, wanted)
        try:
            undo = self._backups.make(self._store.connection, Occasion.RESTORE, keep=wanted)
        except StoreDamaged:
            undo = None  # what cannot be read is kept as it is, in a folder of its own
        self._session.restore(self._backups.file(wanted), aside=undo is None)
        return undo

    def delete(self, name: str) -> None:
        """Delete a backup.

        Raises:
            InputError: there is no such backup.
        """
        self._backups.remove(self._backups.get(name))


def backup_table(backups: Sequence[Backup]) -> pd.DataFrame:
    """A line a backup."""
    lines = [
        [each.name, f"{each.moment.astimezone():%Y-%m-%d %H:%M}", str(each.occasion), each.bytes / 1e6]
        + [each.contents.get(n, 0) for n in COLUMNS[4:]]
        for each in backups
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def told(backup: Backup) -> str:
    """A backup in words: when, why and what is in it."""
    about = ", ".join(counted(backup.contents.get(name, 0), name.removesuffix("s")) for name in COLUMNS[4:])
    return f"{backup.moment.astimezone():%d %b %Y, %H:%M}, {backup.occasion}: {about}"


def refuse_damaged(backups: Backups, backup: Backup) -> None:
    """See that a backup is whole.

    Raises:
        StoreDamaged: it is not.
    """
    if fault := backups.verify(backup):
        raise StoreDamaged(f"This backup is damaged. {fault}", where=backup.name, mend="Choose another backup.")
