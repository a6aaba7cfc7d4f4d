"""The indicators that there are, and those of one's own."""

from pathlib import Path

import pandas as pd

from core.indicators import registry
from core.indicators.own import OWN, SETTING
from core.own_code import OwnOffer
from jobs.api.own_code import OwnCodeSection


class IndicatorSection(OwnCodeSection):
    """Indicators are listed, and those of one's own are switched on or off."""

    own_kind, own_setting = OWN, SETTING
    name = "indicators"

    def table(self) -> pd.DataFrame:
        """All indicators: name, title, needs (a list), origin ("" for the studio's)."""
        profile = self._session.profile
        lines = [
            (each.name, each.title, each.needs_told(profile), each.origin.label if each.origin else "")
            for each in registry().values()
        ]
        return pd.DataFrame(lines, columns=["name", "title", "needs", "origin"])

    @property
    def _own_offer(self) -> OwnOffer:
        return self._session.own

    @property
    def _own_folder(self) -> Path:
        return self._session.paths.indicators
