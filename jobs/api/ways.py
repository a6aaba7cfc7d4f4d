"""The ways of choosing rows that there are, and those of one's own."""

import pandas as pd

from core.errors import InputError
from core.selection.own_ways import SETTING, found
from core.selection.ways import ways
from jobs.api.section import Section


class WaySection(Section):
    """Ways of choosing are listed, and those of one's own are switched on or off."""

    name = "ways"

    def table(self) -> pd.DataFrame:
        """All ways: name, title, needs (indicators, a list), unscored (those that no row has), definition, source,
        origin ("" for the studio's).
        """
        scored = self._store.matrix.columns()
        lines = [
            (
                each.name,
                each.title,
                list(each.needs),
                [name for name in each.needs if name not in scored],
                each.definition,
                each.source,
                each.origin.label if each.origin else "",
            )
            for each in ways().values()
        ]
        return pd.DataFrame(lines, columns=["name", "title", "needs", "unscored", "definition", "source", "origin"])

    def own_table(self) -> pd.DataFrame:
        """Where those of one's own come from: label, offered (its title, "" where it is not), fault ("" for none).

        While they are off, only the names of files and entry points are known: nothing of them is imported.
        """
        own = self._session.own_ways
        faults = {each.where: each.what for each in own.faults}
        titles = {each.origin.label: each.title for each in own.offered if each.origin}
        sources = found(self._session.paths.ways)
        lines = [(each.label, titles.get(each.label, ""), faults.get(each.label, "")) for each in sources]
        return pd.DataFrame(lines, columns=["label", "offered", "fault"])

    @property
    def own_allowed(self) -> bool:
        """Whether ways of one's own are switched on."""
        return bool(self._store.settings.get(SETTING, False))

    def allow_own(self, allowed: bool) -> None:
        """Switch ways of one's own on or off. They are code, which then runs with your rights.

        Raises:
            StoreError: the setting can't be written.
        """
        self._store.settings.set(SETTING, allowed)
        self._session.refresh_scores()

    def faults(self) -> tuple[InputError, ...]:
        """Why ways of one's own can't be offered, as far as they are switched on."""
        return self._session.own_ways.faults
