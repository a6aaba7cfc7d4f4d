"""The files of the data folder: whether they are whole, and what they take."""

from typing import TYPE_CHECKING

import pandas as pd

from core.errors import JobError
from core.workspace.space import Place, free, places
from jobs.api.section import Section

if TYPE_CHECKING:
    from core.progress import Progress
    from core.workspace.check import FolderReport


class StorageSection(Section):
    """What lies where in the data folder."""

    name = "storage"

    def check(self, progress: "Progress | None" = None) -> "FolderReport":
        """Read everything: the database's tables, backups, job folders, adapters, models, exports by their manifests.

        Nothing is changed. What is damaged is listed with what to do.
        """
        from core.workspace.check import check_folder

        return check_folder(self._store, self._session.paths, progress or self._session.progress)

    def places(self) -> list[Place]:
        """The parts of the data folder, largest first, each with what it takes and what of it can be deleted."""
        return places(self._session.paths)

    def table(self) -> pd.DataFrame:
        """The same as a table: place, megabytes, can_be_freed (megabytes), about, fate (what freeing it means)."""
        lines = [[each.name, each.bytes / 1e6, each.free_bytes / 1e6, each.about, each.fate] for each in self.places()]
        return pd.DataFrame(lines, columns=["place", "megabytes", "can_be_freed", "about", "fate"])

    def free(self, place: str) -> int:
        """Delete what can be deleted of a place; how many bytes that was.

        Raises:
            InputError: there is no such place, or nothing of it can be deleted.
            JobError: something waits or is computed that may need it.
        """
        if place not in ("backups", "damaged") and self._session.client.active():
            raise JobError("A job is still running.", mend="Wait until it is done, or cancel it first.")
        return free(self._session.paths, place)
