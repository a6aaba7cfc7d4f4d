"""A data folder whose database is damaged: what the user can choose, and doing it. No store is open here."""

import os
import threading
from pathlib import Path
from typing import Self

import duckdb

from core.environment import read_environment
from core.errors import StoreDamaged, StoreError
from core.paths import StudioPaths
from core.store.backups import Backup, Backups
from core.store.examine import Damage, damage_of, part_damage_of
from core.store.opening import put_in_place, told
from core.store.rescue import go_on_with_rest, set_aside
from jobs.api.backups import refuse_damaged

_ONE_AT_A_TIME = threading.Lock()


class Rescue:
    """Of one data folder. Whatever is chosen, the damaged files are kept in a folder of `damaged/`."""

    def __init__(self, paths: StudioPaths) -> None:
        self.paths = paths
        self._backups = Backups(paths.store)

    @classmethod
    def of(cls, data: str = "") -> Self:
        """Of a data folder; "" for `STUDIO_DATA`, else `data/` beside the code."""
        return cls(StudioPaths.of(data) if data else read_environment(os.environ).paths)

    @property
    def damage(self) -> tuple[Damage, StoreDamaged] | None:
        """What is the matter, and in words; None where nothing is.

        Raises:
            StoreError: it can't be opened for another reason than damage.
        """
        try:
            return damage_of(self.paths.store) or part_damage_of(self.paths.store)
        except duckdb.Error as error:
            raise told(error, self.paths.store) from error

    def backups(self) -> list[Backup]:
        """What can be restored, newest first."""
        return self._backups.all()

    def restore(self, name: str) -> Path:
        """Set the damaged files aside and put a backup in their place.

        Args:
            name: as listed, or `newest`.

        Returns: where the damaged files are.

        Raises:
            InputError: there is no such backup.
            StoreError: the backup is damaged, too, or the database is not damaged any more.
            StorageFull: there is no space left.
        """
        wanted = self._backups.get(name)
        with _ONE_AT_A_TIME:
            self._refuse_whole()
            refuse_damaged(self._backups, wanted)
            aside = set_aside(self.paths.store, self.paths.damaged)
            put_in_place(self._backups.file(wanted), self.paths.store)
        return aside

    def go_on(self) -> Path:
        """Take what can be read of the database for all of it; copies of the damaged files are kept.

        Returns: where they are.

        Raises:
            StoreError: nothing can be read, or the database is not damaged any more.
            StorageFull: there is no space left for the copies.
        """
        with _ONE_AT_A_TIME:
            self._refuse_whole()
            return go_on_with_rest(self.paths.store, self.paths.damaged)

    def begin_anew(self) -> Path:
        """Set the damaged files aside, so that a new database is made.

        Returns: where they are.

        Raises:
            StoreError: they can't be moved, or the database is not damaged any more.
        """
        with _ONE_AT_A_TIME:
            self._refuse_whole()
            return set_aside(self.paths.store, self.paths.damaged)

    def _refuse_whole(self) -> None:
        """Another window may have done it already."""
        if self.damage is None:
            raise StoreError("The database is not damaged.", where=str(self.paths.store), mend="Reload the page.")
