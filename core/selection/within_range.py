"""A selection held within what its rule has seen: a linear rule says nothing of sets beyond those it was learned on.

The best rows by a rule with one strong term are the most extreme there are, so that their mean leaves the range of the
set means from which the rule was learned, and the prediction with it. Here the most extreme rows are passed over until
the mean of every indicator of the rule is within its range; of the limits that do so the loosest one is taken.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

_ROUNDS = 50  # of limits set in turn: one indicator may push another out


@dataclass(frozen=True)
class Limit:
    """Rows beyond it are passed over.

    Attributes:
        upper: whether rows above the value are passed over, else those below.
        mean_range: least and greatest set mean on which the rule was learned.
        rows: how many of the ranked rows lie beyond.
    """

    indicator: str
    value: float
    upper: bool
    mean_range: tuple[float, float]
    rows: int


def hold_within(
    values: Mapping[str, np.ndarray], ranges: Mapping[str, tuple[float, float]], wanted: int, given: int = 0
) -> tuple[np.ndarray, list[Limit]]:
    """Which ranked rows may be kept so that the best `wanted` of them have means within the ranges.

    A range that no limit can hold while `wanted` rows remain is left as it is.

    Args:
        values: of each indicator for the rows, best first, shape (rows,).
        ranges: least and greatest mean by indicator.
        wanted: how many rows will be kept.
        given: so many first rows are kept whatever their values.

    Returns: which rows may be kept, shape (rows,), and the limits beyond which the others lie.
    """
    held = {name: np.asarray(values[name], float) for name in ranges if name in values}
    rows = len(next(iter(held.values()), ()))
    allowed = np.ones(rows, bool)
    limits: dict[tuple[str, bool], float] = {}
    hopeless: set[tuple[str, bool]] = set()
    for _ in range(_ROUNDS):
        outside = _outside(held, ranges, np.flatnonzero(allowed)[:wanted]) - hopeless
        if not outside:
            break
        name, upper = min(outside)
        found = _loosest(held[name], ranges[name], upper, allowed, wanted, given)
        if found is None:
            hopeless.add((name, upper))
            continue
        limits[name, upper] = found
        allowed &= ~_beyond(held[name], found, upper, given)
    return allowed, [
        Limit(name, value, upper, ranges[name], int(_beyond(held[name], value, upper, given).sum()))
        for (name, upper), value in limits.items()
    ]


def _outside(
    held: Mapping[str, np.ndarray], ranges: Mapping[str, tuple[float, float]], chosen: np.ndarray
) -> set[tuple[str, bool]]:
    """Indicators whose mean over the chosen rows is beyond its range, each with whether it is above."""
    means = {name: _mean(values[chosen]) for name, values in held.items()}
    above = {(name, True) for name, mean in means.items() if mean > ranges[name][1]}
    return above | {(name, False) for name, mean in means.items() if mean < ranges[name][0]}


def _mean(values: np.ndarray) -> float:
    """Of those that are known, as rows kept by hand may lack a score; NaN, which is beyond nothing, without any.

    Never beyond the values themselves, where rounding would put the mean of equal ones.
    """
    known = values[~np.isnan(values)]
    return float(known.mean().clip(known.min(), known.max())) if known.size else math.nan


def _beyond(values: np.ndarray, limit: float, upper: bool, given: int) -> np.ndarray:
    beyond = values > limit if upper else values < limit
    beyond[:given] = False
    return beyond


def _loosest(
    values: np.ndarray, mean_range: tuple[float, float], upper: bool, allowed: np.ndarray, wanted: int, given: int
) -> float | None:
    """The loosest limit under which the mean of the best allowed rows is within range; None where too few are left."""
    steps = np.unique(values[allowed & ~np.isnan(values)])
    if not upper:
        steps = steps[::-1]

    def kept(step: int) -> np.ndarray:
        return np.flatnonzero(allowed & ~_beyond(values, steps[step], upper, given))[:wanted]

    def outside(step: int) -> bool:
        mean = _mean(values[kept(step)])
        return mean > mean_range[1] if upper else mean < mean_range[0]

    # Each step lets more extreme rows in, so that the mean moves outwards.
    loosest = bisect_left(range(len(steps)), True, key=outside) - 1
    if loosest < 0 or len(kept(loosest)) < min(wanted, int(allowed.sum())):
        return None
    return float(steps[loosest])
