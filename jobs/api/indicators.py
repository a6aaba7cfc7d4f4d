"""The indicators that there are, and those of one's own."""

import pandas as pd

from core.errors import InputError
from core.indicators import registry
from core.indicators.own import SETTING, found
from jobs.api.section import Section


class IndicatorSection(Section):
    """Indicators are listed, and those of one's own are switched on or off."""

    name = "indicators"

    def table(self) -> pd.DataFrame:
        """All indicators: name, title, needs (a list), origin ("" for the studio's)."""
        profile = self._session.profile
        lines = [
            (each.name, each.title, each.needs_told(profile), each.origin.label if each.origin else "")
            for each in registry().values()
        ]
        return pd.DataFrame(lines, columns=["name", "title", "needs", "origin"])

    def own_table(self) -> pd.DataFrame:
        """Where those of one's own come from: label, offered (its title, "" where it is not), fault ("" for none).

        While they are off, only the names of files and entry points are known: nothing of them is imported.
        """
        own = self._session.own
        faults = {each.where: each.what for each in own.faults}
        titles = {each.origin.label: each.title for each in own.offered if each.origin}
        sources = found(self._session.paths.indicators)
        lines = [(each.label, titles.get(each.label, ""), faults.get(each.label, "")) for each in sources]
        return pd.DataFrame(lines, columns=["label", "offered", "fault"])

    @property
    def own_allowed(self) -> bool:
        """Whether indicators of one's own are switched on."""
        return bool(self._store.settings.get(SETTING, False))

    def allow_own(self, allowed: bool) -> None:
        """Switch indicators of one's own on or off. They are code, which then runs with your rights.

        Raises:
            StoreError: the setting can't be written.
        """
        self._store.settings.set(SETTING, allowed)
        self._session.refresh_scores()

    def faults(self) -> tuple[InputError, ...]:
        """Why indicators of one's own can't be offered, as far as they are switched on."""
        return self._session.own.faults
