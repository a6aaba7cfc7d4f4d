"""A selection held within what its rule has seen: a linear rule says nothing of sets beyond those it was learned on.

The best rows by a rule with one strong term are the most extreme there are, so that their mean leaves the range of the
set means from which the rule was learned, and the prediction with it. Here the most extreme rows are passed over until
the mean of every indicator of the rule is within its range; of the limits that do so the loosest one is taken. Where
the spread of the sets over all terms together is known, rows that lie farthest out in the direction of the selection
are passed over as well, until its leverage is no greater than that of a set. Means are those of the rows that are kept
within quotas.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.rules.rule import Rule

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


Choose = Callable[[np.ndarray], np.ndarray]  # which rows may be kept to the places of those that are


@dataclass(frozen=True)
class LeverageLimit:
    """Rows farthest from the learned sets, in the direction of the selection, are passed over.

    Attributes:
        without: leverage of the selection without this limit.
        limit: the greatest leverage of a set on which the rule was learned.
        rows: how many of the ranked rows are passed over.
    """

    without: float
    limit: float
    rows: int


def hold_leverage(
    ranked: pd.DataFrame, rule: Rule, choose: Choose, allowed: np.ndarray, given: int = 0
) -> tuple[np.ndarray, LeverageLimit | None]:
    """Which of the allowed ranked rows may be kept so that the leverage of those chosen is at most that of a set.

    Where no limit does so while as many rows remain, or the sets' spread is not known, all stay allowed.

    Args:
        ranked: rows with the indicators of the rule, best first.
        choose: the places of the rows that are kept, given which may be.
        given: so many first rows are kept whatever their values.
    """
    spread = rule.learned.spread if rule.learned else None
    first = choose(allowed)
    without = rule.leverage(ranked.iloc[first])
    if spread is None or spread.covers(without):
        return allowed, None
    direction = spread.direction(_means(ranked, rule, first))
    out = np.asarray(sum(direction[term.name] * term.values(ranked).to_numpy(float) for term in rule.terms))

    def left(step: int) -> np.ndarray:
        return allowed & ~_beyond(out, steps[step], True, given)

    def outside(step: int) -> bool:
        """Too far out still, and not on the other side of the sets, where rows too near to be kept are what is left."""
        means = _means(ranked, rule, choose(left(step)))
        ahead = sum(direction[name] * (mean - spread.means[name]) for name, mean in means.items())
        return ahead > 0 and not spread.covers(spread.leverage(means))

    steps = np.unique(out[allowed & ~np.isnan(out)])
    loosest = bisect_left(range(len(steps)), True, key=outside) - 1
    if loosest < 0:
        return allowed, None
    found = left(loosest)
    chosen = choose(found)
    if len(chosen) < len(first) or not spread.covers(rule.leverage(ranked.iloc[chosen])):
        return allowed, None
    return found, LeverageLimit(without, spread.max_leverage, int((allowed & ~found).sum()))


def _means(ranked: pd.DataFrame, rule: Rule, places: np.ndarray) -> dict[str, float]:
    return {term.name: term.set_value(ranked.iloc[places]) for term in rule.terms}


def hold_within(
    values: Mapping[str, np.ndarray],
    ranges: Mapping[str, tuple[float, float]],
    wanted: int,
    given: int = 0,
    choose: Choose | None = None,
) -> tuple[np.ndarray, list[Limit]]:
    """Which ranked rows may be kept so that the best `wanted` of them have means within the ranges.

    A range that no limit can hold while `wanted` rows remain is left as it is.

    Args:
        values: of each indicator for the rows, best first, shape (rows,).
        ranges: least and greatest mean by indicator.
        wanted: how many rows will be kept.
        given: so many first rows are kept whatever their values.
        choose: the places of the rows that are kept, given which may be; the first `wanted` without.

    Returns: which rows may be kept, shape (rows,), and the limits beyond which the others lie.
    """
    choose = choose or (lambda allowed: np.flatnonzero(allowed)[:wanted])
    held = {name: np.asarray(values[name], float) for name in ranges if name in values}
    rows = len(next(iter(held.values()), ()))
    allowed = np.ones(rows, bool)
    limits: dict[tuple[str, bool], float] = {}
    hopeless: set[tuple[str, bool]] = set()
    for _ in range(_ROUNDS):
        outside = _outside(held, ranges, choose(allowed)) - hopeless
        if not outside:
            break
        name, upper = min(outside)
        found = _loosest(held[name], ranges[name], upper, allowed, choose, given)
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
    values: np.ndarray, mean_range: tuple[float, float], upper: bool, allowed: np.ndarray, choose: Choose, given: int
) -> float | None:
    """The loosest limit under which the mean of the best allowed rows is within range; None where too few are left."""
    steps = np.unique(values[allowed & ~np.isnan(values)])
    if not upper:
        steps = steps[::-1]

    def kept(step: int) -> np.ndarray:
        return choose(allowed & ~_beyond(values, steps[step], upper, given))

    def outside(step: int) -> bool:
        mean = _mean(values[kept(step)])
        return mean > mean_range[1] if upper else mean < mean_range[0]

    # Each step lets more extreme rows in, so that the mean moves outwards.
    loosest = bisect_left(range(len(steps)), True, key=outside) - 1
    if loosest < 0 or len(kept(loosest)) < len(choose(allowed)):
        return None
    return float(steps[loosest])
