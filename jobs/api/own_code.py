"""What a section offers whose things users may define themselves: where theirs come from, and a switch."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from core.errors import InputError
from jobs.api.section import Section

if TYPE_CHECKING:
    from core.own_code import OwnKind, OwnOffer


class OwnCodeSection(Section):
    """Those of one's own are listed, and switched on or off.

    Attributes:
        own_kind: what they are.
        own_setting: in the store: whether they are switched on.
    """

    own_kind: "ClassVar[OwnKind[Any]]"
    own_setting: ClassVar[str]

    @property
    def _own_offer(self) -> "OwnOffer[Any]":
        """What the folder came to, as the session has it."""
        raise NotImplementedError

    @property
    def _own_folder(self) -> Path:
        """Where files of one's own stand."""
        raise NotImplementedError

    def own_table(self) -> pd.DataFrame:
        """Where those of one's own come from: label, offered (its title, "" where it is not), fault ("" for none).

        While they are off, only the names of files and entry points are known: nothing of them is imported.
        """
        own = self._own_offer
        faults = {each.where: each.what for each in own.faults}
        titles = {each.origin.label: each.title for each in own.offered if each.origin}
        sources = self.own_kind.found(self._own_folder)
        lines = [(each.label, titles.get(each.label, ""), faults.get(each.label, "")) for each in sources]
        return pd.DataFrame(lines, columns=["label", "offered", "fault"])

    @property
    def own_allowed(self) -> bool:
        """Whether those of one's own are switched on."""
        return bool(self._store.settings.get(self.own_setting, False))

    def allow_own(self, allowed: bool) -> None:
        """Switch those of one's own on or off. They are code, which then runs with your rights.

        Raises:
            StoreError: the setting can't be written.
        """
        self._store.settings.set(self.own_setting, allowed)
        self._session.refresh_scores()

    def faults(self) -> tuple[InputError, ...]:
        """Why some of one's own can't be offered, as far as they are switched on."""
        return self._own_offer.faults
