"""Loss against the number of rows, and what can be told of it beyond noise.

Two things make noise. Over evaluation examples varies what is asked: sizes are compared example by example, so that
hard questions don't blur them. Over tuning seeds varies the model: the variance over seeds is taken from all sizes
together, as a few seeds of one size would tell it poorly.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from core.statistics import LEVEL, holm


@dataclass(frozen=True, eq=False)
class SizeLoss:
    """What the models tuned on so many rows came to; 0 rows for the untuned model.

    Attributes:
        by_example: loss of each evaluation example in nats per token, averaged over seeds, shape (examples,).
        by_seed: mean loss of each model.
    """

    rows: int
    by_example: np.ndarray
    by_seed: tuple[float, ...]

    @property
    def loss(self) -> float:
        """Mean loss over the examples."""
        return float(self.by_example.mean())


@dataclass(frozen=True)
class SeedSpread:
    """Variance of a model's loss over seeds, pooled over the sizes; 0 degrees of freedom where each has one seed."""

    variance: float
    degrees: int


@dataclass(frozen=True)
class PairedGap:
    """Loss of one size less that of another in nats per token, with its interval; below 0 the first is better.

    Attributes:
        p_value: two-sided, of this pair alone.
    """

    mean: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class DoubleDescent:
    """The loss falls to `trough` rows, rises to `peak` and falls again to `second`, each by more than noise."""

    trough: int
    peak: int
    second: int


def size_losses(losses: pd.DataFrame, rows_of: Mapping[int, int]) -> list[SizeLoss]:
    """The measured sizes in the order in which they were proposed; one of which a model is not measured is left out.

    Args:
        losses: number, example, loss_nats_per_token; a line a response.
        rows_of: how many rows each set has, by its number, in order; 0 for the untuned model.
    """
    by_example = losses.groupby(["number", "example"])["loss_nats_per_token"].mean().unstack("number")
    numbers: dict[int, list[int]] = {}
    for number, rows in rows_of.items():
        numbers.setdefault(rows, []).append(number)
    whole = {rows: models for rows, models in numbers.items() if set(models) <= set(by_example)}
    table = by_example[[number for models in whole.values() for number in models]].dropna()
    return [
        SizeLoss(rows, table[models].mean(axis=1).to_numpy(), tuple(float(table[n].mean()) for n in models))
        for rows, models in whole.items()
    ]


def seed_spread(sizes: Sequence[SizeLoss]) -> SeedSpread:
    """How much a model's loss varies over seeds, from all sizes that have several."""
    several = [np.array(each.by_seed) for each in sizes if len(each.by_seed) > 1]
    degrees = sum(len(each) - 1 for each in several)
    squares = sum(float(((each - each.mean()) ** 2).sum()) for each in several)
    return SeedSpread(squares / degrees if degrees else 0.0, degrees)


def gap(first: SizeLoss, second: SizeLoss, spread: SeedSpread, level: float = LEVEL) -> PairedGap:
    """Compare two sizes over examples and seeds.

    The variances of both are added, and the interval is Student's with the degrees of freedom of Satterthwaite (1946).
    """
    from scipy import stats

    difference = first.by_example - second.by_example
    mean, examples = float(difference.mean()), len(difference)
    of_examples = float(difference.var(ddof=1)) / examples if examples > 1 else math.nan
    of_seeds = sum(spread.variance / len(each.by_seed) for each in (first, second) if each.rows)
    total = of_examples + of_seeds
    if total == 0:
        return PairedGap(mean, mean, mean, 1.0 if mean == 0 else 0.0)
    shares = of_examples**2 / max(1, examples - 1) + (of_seeds**2 / spread.degrees if spread.degrees else 0.0)
    error, degrees = math.sqrt(total), total**2 / shares
    half = error * float(stats.t.ppf((1 + level) / 2, degrees))
    return PairedGap(mean, mean - half, mean + half, 2 * float(stats.t.sf(abs(mean) / error, degrees)))


def adjusted_p_values(points: Sequence[SizeLoss], spread: SeedSpread) -> dict[tuple[int, int], float]:
    """p of every pair by rows, fewer first, adjusted for all pairs by Holm (1979); 1 where it is not known.

    Args:
        points: the sizes, and the untuned model where it is compared, too.
    """
    pairs = list(combinations(sorted(points, key=lambda each: each.rows), 2))
    adjusted = holm([gap(first, second, spread).p_value for first, second in pairs])
    return {(first.rows, second.rows): float(p) for (first, second), p in zip(pairs, adjusted, strict=True)}


def double_descent(sizes: Sequence[SizeLoss], untuned: SizeLoss | None = None) -> DoubleDescent | None:
    """The highest peak between two descents, where the fall, the rise and the second fall are each beyond noise.

    Any two of the points may be such a pair, so the level of each comparison is Bonferroni's.

    Args:
        untuned: from whose loss the first fall may start.
    """
    spread = seed_spread(sizes)
    points = [*([untuned] if untuned else []), *sorted(sizes, key=lambda each: each.rows)]
    pairs = len(points) * (len(points) - 1) // 2
    if len(points) < 4:
        return None
    level = 1 - (1 - LEVEL) / pairs

    def falls(start: SizeLoss, end: SizeLoss) -> bool:
        return gap(end, start, spread, level).high < 0

    found: list[tuple[float, DoubleDescent]] = []
    for place in range(2, len(points) - 1):
        peak = points[place]
        trough = min(points[1:place], key=lambda each: each.loss)
        start = max(points[: points.index(trough)], key=lambda each: each.loss)
        second = min(points[place + 1 :], key=lambda each: each.loss)
        if falls(start, trough) and falls(peak, trough) and falls(peak, second):
            found.append((peak.loss - trough.loss, DoubleDescent(trough.rows, peak.rows, second.rows)))
    return max(found, key=lambda each: each[0])[1] if found else None
