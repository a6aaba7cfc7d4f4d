"""The ways of choosing rows that there are, and those of one's own."""

from pathlib import Path

import pandas as pd

from core.own_code import OwnOffer
from core.selection.own_ways import OWN, SETTING
from core.selection.ways import ways
from jobs.api.own_code import OwnCodeSection


class WaySection(OwnCodeSection):
    """Ways of choosing are listed, and those of one's own are switched on or off."""

    own_kind, own_setting = OWN, SETTING
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

    @property
    def _own_offer(self) -> OwnOffer:
        return self._session.own_ways

    @property
    def _own_folder(self) -> Path:
        return self._session.paths.ways
