"""The table of candidate sets as a regression sees it: checked, and standardised for the arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.errors import RegressionError
from core.humanize import counted

RESPONSE = "log_loss"
CONSTANT = "constant"
SAME = 1e-12  # a column whose range is below this share of its size is constant but for rounding
DEPENDENT = 1e-6  # a column whose part outside the others is below this share of its spread is their combination


@dataclass(frozen=True, eq=False)
class Design:
    """Mean indicators and log losses of candidate sets (Equation 3 with one line a set).

    Indicators stand on scales as far apart as tokens and probabilities. The arithmetic therefore runs on standardised
    columns, and `back` leads to the original ones: coefficients keep their digits whatever the units.

    Attributes:
        indicators: names of the columns.
        values: mean indicators on their own scales, shape (sets, indicators).
        log_loss: natural logarithm of the inference loss in nats per token, shape (sets,).
        labels: what the sets are called: the index of the table.
    """

    indicators: tuple[str, ...]
    values: np.ndarray
    log_loss: np.ndarray
    labels: pd.Index

    @property
    def sets(self) -> int:
        return len(self.log_loss)

    @cached_property
    def centre(self) -> np.ndarray:
        """Mean of each indicator over the sets, shape (indicators,)."""
        return self.values.mean(axis=0)

    @cached_property
    def scale(self) -> np.ndarray:
        """Standard deviation (over n) of each indicator over the sets, shape (indicators,)."""
        return self.values.std(axis=0)

    @cached_property
    def standardised(self) -> np.ndarray:
        """Indicators with mean 0 and standard deviation 1, shape (sets, indicators)."""
        return (self.values - self.centre) / self.scale

    @cached_property
    def regressors(self) -> np.ndarray:
        """A column of ones and the standardised indicators, shape (sets, 1 + indicators)."""
        return np.column_stack([np.ones(self.sets), self.standardised])

    @cached_property
    def back(self) -> np.ndarray:
        """From coefficients of `regressors` to constant and coefficients on the original scales, a square matrix."""
        matrix = np.diag(np.concatenate([[1.0], 1.0 / self.scale]))
        matrix[0, 1:] = -self.centre / self.scale
        return matrix

    @cached_property
    def leverage(self) -> np.ndarray:
        """Diagonal of the hat matrix, shape (sets,): how much of a set's fitted value is its own loss."""
        orthonormal, _ = np.linalg.qr(self.regressors)
        return (orthonormal**2).sum(axis=1)

    def only(self, indicators: Sequence[str]) -> "Design":
        """The same sets with some of the indicators."""
        places = [self.indicators.index(name) for name in indicators]
        return Design(tuple(indicators), self.values[:, places], self.log_loss, self.labels)

    def table(self) -> pd.DataFrame:
        """The sets as the data frame that they came from."""
        return pd.DataFrame(self.values, columns=list(self.indicators), index=self.labels).assign(
            **{RESPONSE: self.log_loss}
        )


def unfit_columns(sets: pd.DataFrame, indicators: Sequence[str]) -> dict[str, str]:
    """Why a column can't be a predictor, by its name: missing, no numbers, gaps, constant, or made of others."""
    reasons: dict[str, str] = {}
    kept: list[str] = []
    columns = np.empty((len(sets), 0))
    for name in indicators:
        reason = _unfit_alone(sets, name)
        if not reason:
            column = sets[name].to_numpy(float)
            column = (column - column.mean()) / column.std()
            weights = np.linalg.lstsq(columns, column, rcond=None)[0]
            left = column - columns @ weights
            if kept and np.linalg.norm(left) < DEPENDENT * np.linalg.norm(column) and len(kept) < len(sets) - 1:
                partners = [f"'{k}'" for k, weight in zip(kept, weights, strict=True) if abs(weight) > DEPENDENT]
                reason = f"is an exact combination of {listed(partners)}"
        if reason:
            reasons[name] = reason
            continue
        kept.append(name)
        columns = np.column_stack([columns, column])
    return reasons


def design(sets: pd.DataFrame, indicators: Sequence[str], fewest: int | None = None) -> Design:
    """The regression's view of `sets`: one line a candidate set, mean indicators beside `log_loss`.

    Args:
        fewest: sets that a fit needs which does not solve for all indicators at once: a penalised or averaged one. Its
            columns may outnumber the sets and depend on each other.

    Raises:
        RegressionError: fewer sets than indicators + 2 (no residual would be left to judge the fit by), or a column
            that is missing, not numeric, has gaps, does not vary, or is an exact combination of others.
    """
    if len(set(indicators)) < len(indicators):
        raise RegressionError("An indicator is listed twice.", mend="List each indicator once.")
    least = len(indicators) + 2 if fewest is None else fewest
    if len(sets) < least:
        raise RegressionError(
            f"{len(sets)} candidate sets are too few for {counted(len(indicators), 'indicator')}: a fit needs at "
            f"least {least}.",
            mend="Measure more sets, or choose fewer indicators.",
        )
    if reason := _unfit_alone(sets, RESPONSE):
        raise RegressionError(
            f"The response '{RESPONSE}' {reason}.", mend="Use only sets whose tuning and evaluation are finished."
        )
    alone = {name: reason for name in indicators if (reason := _unfit_alone(sets, name))}
    if reasons := unfit_columns(sets, indicators) if fewest is None else alone:
        listed = "; ".join(f"'{name}' {reason}" for name, reason in reasons.items())
        raise RegressionError(f"No fit is possible: {listed}.", mend="Remove these indicators, or correct the sets.")
    values = sets[list(indicators)].to_numpy(float).reshape(len(sets), len(indicators))
    return Design(tuple(indicators), values, sets[RESPONSE].to_numpy(float), sets.index)


def _unfit_alone(sets: pd.DataFrame, name: str) -> str:
    if name not in sets:
        return "is not among the columns"
    if not pd.api.types.is_numeric_dtype(sets[name]):
        return "is not numeric"
    column = sets[name].to_numpy(float, na_value=np.nan)
    lacking = int((~np.isfinite(column)).sum())
    if lacking:
        return f"has no value in {lacking} of {len(column)} sets"
    if np.ptp(column) <= SAME * np.abs(column).max():
        return "is constant over the sets"
    return ""


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
