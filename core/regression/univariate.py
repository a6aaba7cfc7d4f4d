"""One indicator at a time: its correlation with the log loss (paper, section 3), with interval and corrected p."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from core.errors import RegressionError
from core.humanize import counted
from core.regression.design import RESPONSE, unfit_columns
from core.statistics import LEVEL, holm

KIND = "kind"
FEWEST = 4  # Fisher's z has the variance 1 / (n − 3)


class CorrelationMethod(StrEnum):
    PEARSON = "pearson"
    SPEARMAN = "spearman"


@dataclass(frozen=True)
class Correlation:
    """How one indicator goes with the log loss over the sets of one kind.

    Attributes:
        kind: of the sets; "" where all sets are taken together.
        low, high: interval: Fisher's z for Pearson (Fisher 1921), percentiles of a bootstrap over sets for Spearman.
        p: two-sided, by Student's t; 0 and 1 are exact for |coefficient| = 1.
        p_holm, p_bh: corrected over the indicators of the same kind and method: Holm 1979 bounds the chance of any
            false finding, Benjamini and Hochberg 1995 the share of false ones among the findings.
    """

    kind: str
    indicator: str
    method: CorrelationMethod
    sets: int
    coefficient: float
    low: float
    high: float
    p: float
    p_holm: float
    p_bh: float


@dataclass(frozen=True)
class Correlations:
    """All correlations, and what could not be correlated.

    Attributes:
        left_out: sentences, one a kind or indicator that has none.
    """

    level: float
    found: tuple[Correlation, ...]
    left_out: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One line a correlation, one column an attribute of `Correlation`."""
        columns = list(Correlation.__dataclass_fields__)
        return pd.DataFrame([asdict(each) for each in self.found], columns=columns)

    def of(
        self, indicator: str, method: CorrelationMethod = CorrelationMethod.PEARSON, kind: str | None = None
    ) -> Correlation:
        """The one correlation asked for; `kind` may be left out where there is only one.

        Raises:
            KeyError: there is none, or more than one.
        """
        fitting = [
            each
            for each in self.found
            if each.indicator == indicator and each.method is method and kind in (None, each.kind)
        ]
        if len(fitting) != 1:
            raise KeyError((indicator, method, kind))
        return fitting[0]


def correlations(
    sets: pd.DataFrame,
    indicators: Sequence[str],
    by_kind: bool = True,
    level: float = LEVEL,
    draws: int = 2000,
    seed: int = 0,
) -> Correlations:
    """Pearson's and Spearman's correlation of each indicator with `log_loss`.

    Sets of different kinds are drawn differently, and a correlation over all of them can be one between kinds. So
    each value of the column `kind`, where there is one, is a family of its own.

    Args:
        sets: one line a candidate set: mean indicators, `log_loss` in log nats per token, and perhaps `kind`.
        by_kind: False takes all sets together.
        level: of the intervals.
        draws, seed: of the bootstrap over sets.

    Raises:
        RegressionError: no sets, or a level not between 0 and 1.
    """
    if not 0 < level < 1:
        raise RegressionError(f"The confidence level must be between 0 and 1, not {level:g}.", mend="Use 0.95.")
    if sets.empty:
        raise RegressionError("No candidate sets.", mend="Run an experiment first.")
    families = {str(k): part for k, part in sets.groupby(KIND)} if by_kind and KIND in sets else {"": sets}
    found: list[Correlation] = []
    left_out: list[str] = []
    for kind, part in families.items():
        where = f" in '{kind}' sets" if kind else ""
        if len(part) < FEWEST:
            few = f"{counted(len(part), 'set')} {'is' if len(part) == 1 else 'are'} too few"
            left_out.append(f"{few} for a correlation{where}: at least {FEWEST} are needed.")
            continue
        reasons = {name: unfit_columns(part, [name]).get(name, "") for name in (RESPONSE, *indicators)}
        left_out += [f"'{name}' {reason}{where}." for name, reason in reasons.items() if reason]
        if reasons[RESPONSE]:
            continue
        usable = [name for name in indicators if not reasons[name]]
        for method in CorrelationMethod:
            found += _family(part, usable, kind, method, level, _resample(len(part), draws, seed))
    return Correlations(level, tuple(found), tuple(left_out))


def _family(
    sets: pd.DataFrame,
    indicators: Sequence[str],
    kind: str,
    method: CorrelationMethod,
    level: float,
    resampled: np.ndarray,
) -> list[Correlation]:
    from scipy import stats

    loss = sets[RESPONSE].to_numpy(float)
    rows = []
    for name in indicators:
        values = sets[name].to_numpy(float)
        if method is CorrelationMethod.PEARSON:
            coefficient, p = map(float, stats.pearsonr(values, loss))
            low, high = fisher_interval(coefficient, len(sets), level)
        else:
            coefficient, p = map(float, stats.spearmanr(values, loss))
            low, high = _spearman_interval(values[resampled], loss[resampled], level)
        rows.append((name, coefficient, low, high, p))
    if not rows:
        return []
    p_values = np.nan_to_num([row[-1] for row in rows], nan=1.0)
    corrected = zip(rows, holm(p_values), stats.false_discovery_control(p_values), strict=True)
    return [
        Correlation(kind, name, method, len(sets), coefficient, low, high, p, float(h), float(b))
        for (name, coefficient, low, high, p), h, b in corrected
    ]


def fisher_interval(r: float, n: int, level: float) -> tuple[float, float]:
    """Interval of Pearson's r over n pairs: tanh(artanh(r) ± z / √(n − 3)) (Fisher 1921)."""

    from scipy import stats

    with np.errstate(divide="ignore"):
        centre = np.arctanh(np.clip(r, -1.0, 1.0))
    reach = stats.norm.ppf((1 + level) / 2) / np.sqrt(n - 3)
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def _resample(sets: int, draws: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(sets, size=(draws, sets))


def _spearman_interval(values: np.ndarray, losses: np.ndarray, level: float) -> tuple[float, float]:
    """Percentile interval over resampled pairs, both of shape (draws, sets); draws that don't vary are passed over."""

    from scipy import stats

    a, b = (stats.rankdata(each, axis=1) for each in (values, losses))
    a, b = (each - each.mean(axis=1, keepdims=True) for each in (a, b))
    spread = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    drawn = (a * b).sum(axis=1)[spread > 0] / spread[spread > 0]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
