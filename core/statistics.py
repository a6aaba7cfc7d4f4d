"""What every comparison shares: its level, the paired tests, and p corrected for many tests."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

LEVEL = 0.95  # of confidence intervals
SIGNIFICANT = 0.05  # p below which a difference counts as one
MOST_UNITS = 16  # of which every change of signs is looked at


@dataclass(frozen=True)
class PairedDifference:
    """Loss of one model minus another's on the same examples, in nats per token; below 0 the first is better."""

    mean: float
    low: float
    high: float
    p_value: float
    examples: int


def paired_difference(first: pd.DataFrame, second: pd.DataFrame, level: float = LEVEL) -> PairedDifference:
    """Compare two models over the examples that both were measured on: paired t interval and test.

    Args:
        first, second: tables of `measure`.
        level: of the interval.
    """
    from scipy import stats

    means = [each.groupby("example")["loss_nats_per_token"].mean() for each in (first, second)]
    difference = (means[0] - means[1]).dropna()
    test = stats.ttest_1samp(difference, 0.0)
    interval = test.confidence_interval(level)
    return PairedDifference(
        float(difference.mean()), float(interval.low), float(interval.high), float(test.pvalue), len(difference)
    )


def holm(p_values: Sequence[float] | np.ndarray) -> np.ndarray:
    """p corrected for the number of tests (Holm 1979), in the order given; of an unknown one it is 1.

    That of statsmodels collects all garbage of the process at every call, which takes a third of a second.
    """
    known = np.nan_to_num(np.asarray(p_values, float), nan=1.0)
    order = np.argsort(known)
    corrected = np.empty_like(known)
    corrected[order] = np.maximum.accumulate(known[order] * np.arange(len(known), 0, -1)).clip(max=1.0)
    return corrected


def sign_flips(differences: Sequence[float]) -> tuple[float, float]:
    """Two-sided p of the mean over all changes of signs, which takes nothing for granted, and the least it can be.

    Both NaN for a single difference, and for more than `MOST_UNITS`.
    """
    count = len(differences)
    if not 2 <= count <= MOST_UNITS:
        return math.nan, math.nan
    signs = np.array(list(product((1, -1), repeat=count)))
    sums = np.abs(signs @ np.array(differences))
    reached = sums >= sums[0] - 1e-12 * np.abs(differences).sum()
    return float(reached.mean()), 2.0 ** (1 - count)
