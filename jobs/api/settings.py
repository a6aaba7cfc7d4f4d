"""What a data folder remembers of how it is looked at."""

from typing import Any

import pandas as pd

from core.models.precision import ComputeRates, PrecisionChoice, compute_rates
from core.models.profiles import profiles
from core.rows.filters import Filters
from core.values import mended
from jobs.api.lookup import of_what_is_here
from jobs.api.section import Section
from jobs.api.session import PRECISION, refuse_unknown_profile


class SettingSection(Section):
    """Settings by name, JSON values, which survive a restart; the profile and the filters among them."""

    name = "settings"

    def get(self, name: str, default: Any = None) -> Any:
        """A setting; `default` where it was never set."""
        return self._store.settings.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Keep a setting.

        Raises:
            StoreError: it can't be written.
        """
        self._store.settings.set(name, value)

    def profiles(self) -> pd.DataFrame:
        """All model profiles: name, title, chosen (whether its models score now)."""
        chosen = self._session.profile.name
        lines = [(name, each.title, name == chosen) for name, each in profiles().items()]
        return pd.DataFrame(lines, columns=["name", "title", "chosen"])

    def choose_profile(self, name: str) -> None:
        """Let the models of a profile score from now on, here and at the next start.

        Raises:
            InputError: there is no such profile.
        """
        refuse_unknown_profile(name)
        self.set("profile", name)
        self._session.refresh_scores()

    @property
    def precision(self) -> PrecisionChoice:
        """In which precision models score: one that was chosen, or `auto` for the fastest that is exact enough."""
        return self._session.precision

    def compute_rates(self) -> ComputeRates:
        """How fast this computer multiplies in each precision; measured once, in a few seconds."""
        return compute_rates()

    def choose_precision(self, precision: PrecisionChoice) -> None:
        """Let models score in a precision from now on, here and at the next start. Scores that are there stay.

        Args:
            precision: `auto` for the fastest that is exact enough on this computer.
        """
        self.set(PRECISION, precision)
        self._session.refresh_scores()

    def filters(self) -> Filters:
        """The filters in force on all pages, without what is gone."""
        return of_what_is_here(self._store, mended(Filters, self.get("filters", {})))
