"""The table from which a rule is learned: a line for each candidate set."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from core.errors import RegressionError
from core.indicators import is_weak, registry
from core.regression.design import unfit_columns
from core.regression.terms import Scale, SetTerm, rounded
from core.rules.transform import Transform

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
        weights: of the evaluation examples in the mean loss, shape (examples,); None for equal ones.
        mean_logs: mean over each set's rows of the natural logarithm of an indicator, by its name; None where only
            means are known.
        terms: what the columns of a fit are, in a table made by `transformed`.
        within_sets: the indicator that was measured within each set, in place of its dataset; "" for none.
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
    weights: np.ndarray | None = None
    mean_logs: pd.DataFrame | None = None
    terms: Mapping[str, SetTerm] = field(default_factory=dict)
    within_sets: str = ""

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
    def skewed(self) -> tuple[str, ...]:
        """The fitting indicators that can be taken on a log scale."""
        skewed = (name for name in self.fit if name in registry() and registry()[name].skewed)
        return tuple(name for name in skewed if (self.sets[name] > 0).all())

    @property
    def scorable(self) -> tuple[str, ...]:
        """The fitting indicators by which rows can be scored; all fitting ones where there are none."""
        return tuple(name for name in self.fit if name in registry()) or self.fit

    @property
    def proposed(self) -> tuple[str, ...]:
        """The scorable indicators without those that are weak in the scores' profile; all of them where all are."""
        return tuple(name for name in self.scorable if not is_weak(name, self.profile)) or self.scorable

    def transformed(self, scale: Scale = Scale.RAW, squared: Sequence[str] = ()) -> "SetTable":
        """The table with its indicators in the form in which they are fitted, and squares beside some of them.

        Args:
            scale: of skewed indicators.
            squared: indicators whose square, about their mean over the sets, is a term too.

        Raises:
            RegressionError: the means of logarithms are not known, or a squared indicator is not in the table.
        """
        if unknown := [name for name in squared if name not in self.fit]:
            raise RegressionError(f"No square of {', '.join(unknown)}.", mend=f"Choose from {', '.join(self.fit)}.")
        if scale is Scale.MEAN_LOG and self.mean_logs is None:
            raise RegressionError(
                "Means of logarithms need the rows of the sets; a table has their means only.",
                mend="Use the log scale, or learn from experiments.",
            )
        sets, terms = self.sets.copy(), {}
        for name in self.indicators:
            column = sets[name]
            # Distances within sets are longer than among all rows: no range to hold a selection in.
            ends = (np.nan, np.nan) if name == self.within_sets else (float(column.min()), float(column.max()))
            form = scale.transform if name in self.skewed else Transform.IDENTITY
            terms[form.name_of(name)] = SetTerm(name, form, 0.0, *ends)
            if form is Transform.LOG:
                sets[form.name_of(name)] = np.log(column)
            elif form is Transform.MEAN_LOG and self.mean_logs is not None:
                sets[form.name_of(name)] = self.mean_logs[name].to_numpy()
            if name in squared:
                centre = rounded(float(column.mean()))
                terms[Transform.SQUARE.name_of(name)] = SetTerm(name, Transform.SQUARE, centre, *ends)
                sets[Transform.SQUARE.name_of(name)] = (column - centre) ** 2
        return replace(self, sets=sets, indicators=tuple(terms), terms=terms)

    def columns_of(self, indicators: Sequence[str]) -> tuple[str, ...]:
        """The columns in which these indicators stand in a table made by `transformed`."""
        chosen = (name for name, term in self.terms.items() if term.indicator in indicators)
        return tuple(name for name in chosen if name not in self.unfit)

    def choice(self, takes_all: bool) -> tuple[str, ...]:
        """The indicators that take part where none are named.

        Args:
            takes_all: the method stands more indicators than the sets carry at once.
        """
        return self.proposed if takes_all else self.first_choice

    @property
    def first_choice(self) -> tuple[str, ...]:
        """Fitting indicators that are not weak; where the sets are few, as many as they carry, the paper's first.

        Few sets can't tell two indicators apart that say the same (words and tokens): the second is passed over. So are
        a table's other columns then, by which no row can be scored, unless it has nothing else.
        """
        room = max(1, len(self.sets) // SETS_PER_INDICATOR)
        if room >= len(self.fit):
            return tuple(name for name in self.fit if not is_weak(name, self.profile)) or self.fit
        offered = self.proposed
        alike = self.sets[list(offered)].corr().abs()
        chosen: list[str] = []
        papers = [name for name in PAPERS_TERMS if name in offered]
        for name in dict.fromkeys([*papers, *offered]):
            if len(chosen) < room and not (alike.loc[name, chosen] > SAME_THING).any():
                chosen.append(name)
        return tuple(name for name in offered if name in chosen)
