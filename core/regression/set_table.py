"""The table from which a rule is learned: a line for each candidate set."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from core.indicators import registry
from core.regression.design import unfit_columns

SETS_PER_INDICATOR = 4  # at the start: with fewer, a fit follows the noise of the sets
SAME_THING = 0.95  # a correlation of two indicators over the sets, so a variance inflation of 10
PAPERS_TERMS = ("reward", "output_length", "knn_distance")


@dataclass(frozen=True, eq=False)
class SetTable:
    """Candidate sets as the regression takes them.

    Attributes:
        sets: indexed by the set's name; kind, the indicators' means, and log_loss (log of nats per token).
        indicators: the columns that may be predictors.
        remarks: sentences on what was left out and why.
        profile: of the models that made the scores; "" where that is not known.
        model: that was tuned on the sets.
        settings: of tuning and evaluation, JSON values.
        data: names of the datasets from which the sets were drawn.
        losses: nats per token of each evaluation example under each set's model, shape (sets, examples); None where
            they are not known, or not every set was measured on every example.
        untuned_loss: nats per token of the model before tuning.
        levels_of: by which indicator a hierarchical set was cut, by the set's name.
    """

    sets: pd.DataFrame
    indicators: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    profile: str = ""
    model: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    losses: np.ndarray | None = None
    untuned_loss: float | None = None
    levels_of: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Tells two tables apart: what was made of one can be kept under it."""
        lines = pd.util.hash_pandas_object(self.sets, index=True).to_numpy().tobytes()
        return hashlib.sha256(lines + "\n".join(self.sets.columns).encode()).hexdigest()

    @cached_property
    def unfit(self) -> dict[str, str]:
        """Why an indicator can't be a predictor, by its name."""
        return unfit_columns(self.sets, self.indicators) if len(self.sets) else {}

    @property
    def fit(self) -> tuple[str, ...]:
        """The indicators that can be predictors."""
        return tuple(name for name in self.indicators if name not in self.unfit) if len(self.sets) else ()

    @property
    def first_choice(self) -> tuple[str, ...]:
        """The fitting indicators; where the sets are few, as many as they carry, those of the paper's rule first.

        Few sets can't tell two indicators apart that say the same (words and tokens): the second is passed over. So are
        a table's other columns then, by which no row can be scored, unless it has nothing else.
        """
        room = max(1, len(self.sets) // SETS_PER_INDICATOR)
        if room >= len(self.fit):
            return self.fit
        offered = tuple(name for name in self.fit if name in registry()) or self.fit
        alike = self.sets[list(offered)].corr().abs()
        chosen: list[str] = []
        papers = [name for name in PAPERS_TERMS if name in offered]
        for name in dict.fromkeys([*papers, *offered]):
            if len(chosen) < room and not (alike.loc[name, chosen] > SAME_THING).any():
                chosen.append(name)
        return tuple(name for name in offered if name in chosen)
