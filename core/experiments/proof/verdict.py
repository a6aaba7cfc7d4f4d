"""What a proof came to: is the model tuned on the selection better than one tuned on random rows, or can't one tell?

Two things vary and both must be passed. Over seeds vary the draw and the tuning: Welch's test over the models' mean
losses, one number a model, says whether the sides differ by more than that. Over evaluation examples varies what is
asked: the paired difference, averaged over seeds first, says whether the gain is there across the instructions. To be
called better, a selection has to stand in both. Where it does not, that is told apart from being no better: only an
interval without any gain worth having says the latter.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from core.experiments.proof.plan import Arm, ProofRun
from core.humanize import counted, fixed, interval
from core.statistics import LEVEL, SIGNIFICANT, PairedDifference, paired_difference

FEWEST_SEEDS = 3  # below, the spread over seeds is not known well enough to test against
WORTHWHILE = 0.01  # of the loss: a gain below this is none
EXACT_SPLITS = 20_000  # a permutation test looks at every split of the models up to so many
TITLES = {
    Arm.SELECTED: "selected rows",
    Arm.RANDOM: "random rows",
    Arm.LOWEST: "lowest-ranked rows",
    Arm.WHOLE: "all rows",
}


class Ruling(StrEnum):
    """How a proof ends."""

    BETTER = "better"
    NO_BETTER = "no better"
    WORSE = "worse"
    UNCLEAR = "inconclusive"
    TOO_FEW = "too few seeds"
    UNMEASURED = "not measured yet"


@dataclass(frozen=True)
class ArmLoss:
    """One side: the loss of each of its models in nats per token, their mean, and its 95% interval over seeds.

    Attributes:
        seeds, losses: of the models, in the order of their numbers.
        low, high: of the mean; NaN for a single model.
    """

    arm: Arm
    seeds: tuple[int, ...]
    losses: tuple[float, ...]
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class SeedTest:
    """Mean loss of one side's models less that of another's: below 0 the first is better.

    Attributes:
        low, high: 95% interval after Welch; NaN where a side has a single model, as p_value then.
        p_value: two-sided, of Welch's test, which takes losses to be normally distributed over seeds.
        exact_p_value: two-sided, of the permutation test over every split of the models, which takes nothing for
            granted; NaN where there are too many splits.
        least_p_value: below which the permutation test can't come with so few models.
    """

    difference: float
    low: float
    high: float
    p_value: float
    exact_p_value: float
    least_p_value: float


@dataclass(frozen=True)
class Comparison:
    """The selection against another side.

    Attributes:
        quality: of the selection relative to the other side, the ratio of losses (Equation 1): above 1 it is better.
        examples: paired over the evaluation examples, losses averaged over seeds first.
    """

    against: Arm
    quality: float
    over_seeds: SeedTest
    examples: PairedDifference


@dataclass(frozen=True)
class Proof:
    """The verdict with all that it rests on.

    Attributes:
        arms: those of which at least one model is measured.
        comparisons: the selection against each other side.
        measured, wanted: models.
        verdict: in a sentence or two.
    """

    arms: tuple[ArmLoss, ...]
    comparisons: tuple[Comparison, ...]
    measured: int
    wanted: int
    ruling: Ruling
    verdict: str

    def arm(self, wanted: Arm) -> ArmLoss | None:
        return next((each for each in self.arms if each.arm is wanted), None)

    def against(self, wanted: Arm) -> Comparison | None:
        return next((each for each in self.comparisons if each.against is wanted), None)


def judge_proof(losses: pd.DataFrame, runs: Sequence[ProofRun]) -> Proof:
    """Compare the sides of a proof by the losses that are there; models without any are passed over.

    Args:
        losses: number, example, loss_nats_per_token; a line a response.
    """
    by_example = (
        losses.groupby(["number", "example"])["loss_nats_per_token"].mean().unstack("number").dropna(how="all", axis=1)
    )
    there = [run for run in runs if run.number in by_example]
    by_example = by_example[[run.number for run in there]].dropna()  # what every model was measured on
    arms = tuple(_arm_loss(arm, there, by_example) for arm in Arm if any(run.arm is arm for run in there))
    found = {each.arm: each for each in arms}
    comparisons: tuple[Comparison, ...] = ()
    if Arm.SELECTED in found:
        others = [arm for arm in found if arm is not Arm.SELECTED]
        comparisons = tuple(_compared(found[Arm.SELECTED], found[arm], there, by_example) for arm in others)
    first = next((each for each in comparisons if each.against is Arm.RANDOM), None)
    if first is None:
        ruling, verdict = Ruling.UNMEASURED, "No verdict before both arms are measured."
    else:
        seeds = min(len(found[Arm.SELECTED].seeds), len(found[Arm.RANDOM].seeds))
        ruling = _ruling(first, found[Arm.RANDOM].mean, seeds)
        verdict = _sentence(ruling, first, found[Arm.SELECTED], found[Arm.RANDOM], seeds)
    if len(there) < len(runs):
        verdict = f"{len(there)} of {len(runs)} models measured so far. {verdict}"
    return Proof(arms, comparisons, len(there), len(runs), ruling, verdict)


def seed_test(first: Sequence[float], second: Sequence[float]) -> SeedTest:
    """Compare two sides by the losses of their models.

    Args:
        first, second: mean losses, one a model.
    """
    from scipy import stats

    difference = float(np.mean(first) - np.mean(second))
    least = min(1.0, 2 / math.comb(len(first) + len(second), len(first)))
    if min(len(first), len(second)) < 2:
        return SeedTest(difference, math.nan, math.nan, math.nan, math.nan, least)
    if np.ptp(first) == 0 and np.ptp(second) == 0:  # Welch has no spread to divide by
        low = high = difference
        p_value = 1.0 if difference == 0 else 0.0
    else:
        test = stats.ttest_ind(first, second, equal_var=False)
        interval = test.confidence_interval(LEVEL)
        low, high, p_value = float(interval.low), float(interval.high), float(test.pvalue)
    return SeedTest(difference, low, high, p_value, _exact(first, second), least)


def _exact(first: Sequence[float], second: Sequence[float]) -> float:
    from scipy import stats

    splits = math.comb(len(first) + len(second), len(first))
    if splits > EXACT_SPLITS:
        return math.nan

    def gap(one: np.ndarray, other: np.ndarray, axis: int) -> np.ndarray:
        return np.mean(one, axis=axis) - np.mean(other, axis=axis)

    found = stats.permutation_test((first, second), gap, n_resamples=splits, vectorized=True)
    return float(found.pvalue)


def _arm_loss(arm: Arm, there: Sequence[ProofRun], by_example: pd.DataFrame) -> ArmLoss:
    from scipy import stats

    own = [run for run in there if run.arm is arm]
    values = [float(by_example[run.number].mean()) for run in own]
    mean, low, high = float(np.mean(values)), math.nan, math.nan
    if len(values) > 1:
        half = float(stats.sem(values) * stats.t.ppf((1 + LEVEL) / 2, len(values) - 1))
        low, high = mean - half, mean + half
    return ArmLoss(arm, tuple(run.seed for run in own), tuple(values), mean, low, high)


def _compared(selected: ArmLoss, other: ArmLoss, there: Sequence[ProofRun], by_example: pd.DataFrame) -> Comparison:
    first, second = (
        by_example[[run.number for run in there if run.arm is side.arm]]
        .mean(axis=1)
        .rename("loss_nats_per_token")
        .rename_axis("example")
        .reset_index()
        for side in (selected, other)
    )
    return Comparison(
        other.arm,
        other.mean / selected.mean,
        seed_test(selected.losses, other.losses),
        paired_difference(first, second),
    )


def _ruling(found: Comparison, random_loss: float, seeds: int) -> Ruling:
    if seeds < FEWEST_SEEDS:
        return Ruling.TOO_FEW
    test, paired = found.over_seeds, found.examples
    if test.p_value < SIGNIFICANT:
        if test.difference < 0 and paired.high < 0:
            return Ruling.BETTER
        if test.difference > 0 and paired.low > 0:
            return Ruling.WORSE
    if min(test.low, paired.low) > -WORTHWHILE * random_loss:
        return Ruling.NO_BETTER
    return Ruling.UNCLEAR


def _sentence(ruling: Ruling, found: Comparison, selected: ArmLoss, random: ArmLoss, seeds: int) -> str:
    test, paired = found.over_seeds, found.examples
    change = 100 * test.difference / random.mean
    losses = f"{selected.mean:.4f} against {random.mean:.4f} nats/token"
    if ruling is Ruling.TOO_FEW:
        return (
            f"Inconclusive: {counted(seeds, 'seed')} per arm cannot show the variance of the loss ({losses}). Use at "
            f"least {FEWEST_SEEDS} seeds."
        )
    spread = f"95% interval {interval(test.low, test.high, '+.4f')}, p = {test.p_value:.2g} over {seeds} seeds per arm"
    basis = f"({losses}; difference {fixed(test.difference, 4, signed=True)}, {spread})"
    if ruling is Ruling.BETTER:
        return (
            f"The selected rows are better than random rows: the loss is {-change:.2g}% lower "
            f"{basis}.{_caveat(test, seeds)}"
        )
    if ruling is Ruling.WORSE:
        return f"The selected rows are worse than random rows: the loss is {change:.2g}% higher {basis}." + _caveat(
            test, seeds
        )
    if ruling is Ruling.NO_BETTER:
        return (
            f"The selected rows are no better than random rows: a reduction by {100 * WORTHWHILE:g}% or more of the "
            f"loss is ruled out {basis}."
        )
    if test.p_value < SIGNIFICANT:
        return (
            f"Inconclusive: the arms differ over seeds {basis}, but not across the {paired.examples} evaluation "
            f"instructions ({fixed(paired.mean, 4, signed=True)}, {interval(paired.low, paired.high, '+.4f')}). "
            "Evaluate on more instructions."
        )
    return (
        f"Inconclusive: the arms do not differ significantly, and a reduction is not ruled out {basis}. Use more "
        "seeds or larger sets."
    )


def _caveat(test: SeedTest, seeds: int) -> str:
    """What stands against a p-value of few seeds."""
    if test.least_p_value < SIGNIFICANT:
        return ""
    return (
        f" With {seeds} seeds per arm a permutation test cannot give p below {test.least_p_value:.2g}, so this assumes "
        "normally distributed losses; from 4 seeds on it does not."
    )
