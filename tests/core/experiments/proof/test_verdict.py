"""The verdict of a proof on losses made so that its numbers are known beforehand."""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.experiments.proof.plan import Arm, ProofRun
from core.experiments.proof.verdict import Proof, Ruling, judge_proof, seed_test

EXAMPLES = np.array([-0.2, -0.1, 0.1, 0.2])  # how much harder each of four instructions is than their mean


def measured(sides: Mapping[Arm, Sequence[float]], uneven: float = 0.001) -> Proof:
    """The verdict where the models of each side have these mean losses, one response an instruction.

    Args:
        uneven: how much harder the first and third instruction, and easier the others, are for the selected models.
    """
    lines, runs = [], []
    for arm, means in sides.items():
        turned = np.array([uneven, -uneven, uneven, -uneven]) * (arm is Arm.SELECTED)
        for seed, mean in enumerate(means):
            number = len(runs) + 1
            runs.append(ProofRun(number, arm, seed))
            lines += [(number, example, loss) for example, loss in enumerate(mean + EXAMPLES + turned)]
    return judge_proof(pd.DataFrame(lines, columns=["number", "example", "loss_nats_per_token"]), runs)


def against_random(selected: Sequence[float], random: Sequence[float], uneven: float = 0.001) -> Proof:
    return measured({Arm.SELECTED: selected, Arm.RANDOM: random}, uneven)


def numbers(sentence: str) -> list[str]:
    return re.findall(r"[+−]?\d+(?:\.\d+)?", sentence)


def test_every_side_that_is_measured_is_compared_with_the_selection() -> None:
    found = measured({Arm.SELECTED: [0.8, 1.0], Arm.RANDOM: [1.0, 1.4], Arm.LOWEST: [1.8], Arm.WHOLE: [0.45]})
    assert [each.arm for each in found.arms] == [Arm.SELECTED, Arm.RANDOM, Arm.LOWEST, Arm.WHOLE]
    assert [each.against for each in found.comparisons] == [Arm.RANDOM, Arm.LOWEST, Arm.WHOLE]
    assert [each.quality for each in found.comparisons] == pytest.approx([1.2 / 0.9, 2.0, 0.5])
    assert [each.over_seeds.difference for each in found.comparisons] == pytest.approx([-0.3, -0.9, 0.45])
    assert [each.examples.mean for each in found.comparisons] == pytest.approx([-0.3, -0.9, 0.45])
    assert (found.measured, found.wanted) == (6, 6) and "models measured" not in found.verdict
    lowest = found.arm(Arm.LOWEST)
    assert lowest is not None and lowest.losses == pytest.approx((1.8,)) and math.isnan(lowest.low + lowest.high)
    assert found.against(Arm.SELECTED) is None


def test_the_interval_of_a_side_is_students() -> None:
    side = measured({Arm.SELECTED: [0.8, 1.0]}).arm(Arm.SELECTED)
    assert side is not None and side.seeds == (0, 1) and side.losses == pytest.approx((0.8, 1.0))
    half = 12.706 * 0.1  # t of one degree of freedom at 97.5 %, and a standard error of 0.2/2
    assert (side.mean, side.low, side.high) == pytest.approx((0.9, 0.9 - half, 0.9 + half), rel=1e-4)


def test_without_the_selection_nothing_is_compared() -> None:
    found = measured({Arm.RANDOM: [1.0, 1.1, 1.2], Arm.LOWEST: [1.3]})
    assert found.ruling is Ruling.UNMEASURED and not found.comparisons
    only_lowest = measured({Arm.SELECTED: [1.0, 1.1, 1.2], Arm.LOWEST: [1.3]})
    assert only_lowest.ruling is Ruling.UNMEASURED and len(only_lowest.comparisons) == 1


def test_models_are_compared_on_the_examples_that_all_were_measured_on() -> None:
    """The second model lacks the hard example, and each example counts once, however many responses it has."""
    lines = [(1, 0, 1.0), (1, 0, 3.0), (1, 1, 4.0), (1, 2, 99.0), (2, 0, 3.0), (2, 1, 5.0)]
    runs = [ProofRun(1, Arm.SELECTED, 0), ProofRun(2, Arm.RANDOM, 0), ProofRun(3, Arm.RANDOM, 1)]
    found = judge_proof(pd.DataFrame(lines, columns=["number", "example", "loss_nats_per_token"]), runs)
    assert [each.losses for each in found.arms] == [(3.0,), (4.0,)]
    assert (found.measured, found.wanted) == (2, 3) and found.verdict.startswith("2 of 3 ")
    (comparison,) = found.comparisons
    assert comparison.examples.mean == -1.0 and comparison.examples.examples == 2


def test_a_model_whose_losses_are_no_numbers_counts_as_not_measured() -> None:
    lines = [(1, 0, 1.0), (1, 1, 3.0), (2, 0, 2.0), (2, 1, 4.0), (3, 0, math.nan), (3, 1, math.nan)]
    runs = [ProofRun(1, Arm.SELECTED, 0), ProofRun(2, Arm.RANDOM, 0), ProofRun(3, Arm.RANDOM, 1)]
    found = judge_proof(pd.DataFrame(lines, columns=["number", "example", "loss_nats_per_token"]), runs)
    assert [each.losses for each in found.arms] == [(2.0,), (3.0,)] and (found.measured, found.wanted) == (2, 3)


def test_a_side_has_to_win_over_seeds_and_over_instructions() -> None:
    better, worse = [0.89, 0.9, 0.91], [1.11, 1.1, 1.09]
    usual = [0.99, 1.0, 1.01]
    assert against_random(better, usual).ruling is Ruling.BETTER
    assert against_random(worse, usual).ruling is Ruling.WORSE
    uneven = 0.3  # over the instructions the difference is anything
    assert against_random(better, usual, uneven).ruling is Ruling.UNCLEAR
    assert against_random(worse, usual, uneven).ruling is Ruling.UNCLEAR
    scattered = [0.5, 1.0, 1.2]  # over the seeds it is
    assert against_random(scattered, usual).ruling is Ruling.UNCLEAR


@pytest.mark.parametrize(
    ("offset", "spread", "uneven", "ruling"),
    [
        (0.0, 0.004, 0.0, Ruling.NO_BETTER),  # the interval ends 0.009 below a loss of 2, a gain of 0.5 %
        (0.0, 0.012, 0.0, Ruling.UNCLEAR),  # 0.027 below: 1.4 %
        (0.0, 0.004, 0.01, Ruling.NO_BETTER),  # over the instructions it ends 0.018 below
        (0.0, 0.004, 0.02, Ruling.UNCLEAR),  # 0.037: 1.8 %
        (0.05, 0.03, 0.0, Ruling.NO_BETTER),  # it ends 0.018 below though most of it is above
    ],
)
def test_no_better_is_what_leaves_no_gain_of_a_hundredth(
    offset: float, spread: float, uneven: float, ruling: Ruling
) -> None:
    selected = 2.0 + offset + np.array([-spread, 0.0, spread])
    random = 2.0 + np.array([spread, 0.0, -spread])
    found = against_random(selected.tolist(), random.tolist(), uneven)
    test = found.comparisons[0].over_seeds
    welch = stats.ttest_ind(selected, random, equal_var=False).confidence_interval(0.95)
    assert test.low == pytest.approx(welch.low)
    assert found.ruling is ruling


def test_the_sentence_has_losses_gain_interval_p_and_seeds() -> None:
    found = against_random([0.89, 0.9, 0.91, 0.9], [0.99, 1.0, 1.01, 1.0])
    test = stats.ttest_ind([0.89, 0.9, 0.91, 0.9], [0.99, 1.0, 1.01, 1.0], equal_var=False)
    low, high = test.confidence_interval(0.95)
    expected = ["10", "0.9000", "1.0000", "−0.1000", "95", f"−{-low:.4f}", f"−{-high:.4f}"]
    assert numbers(found.verdict)[:7] == expected
    assert f"p = {test.pvalue:.2g} over 4 seeds" in found.verdict
    worse = against_random([1.2, 1.21, 1.19], [1.0, 1.01, 0.99])
    assert numbers(worse.verdict)[:5] == ["20", "1.2000", "1.0000", "+0.2000", "95"]
    assert "below 0.1," in worse.verdict and "permutation" not in found.verdict


def test_the_gain_is_told_in_percent_of_the_loss_on_random_rows() -> None:
    assert "the loss is 9.5% lower" in against_random([1.8, 1.81, 1.82], [1.99, 2.0, 2.01]).verdict
    assert "the loss is 9.5% higher" in against_random([2.2, 2.19, 2.18], [1.99, 2.0, 2.01]).verdict


def test_other_rulings_say_what_they_rest_on() -> None:
    few = against_random([0.8, 0.81], [1.0, 1.01])
    assert numbers(few.verdict) == ["2", "0.8050", "1.0050", "3"]
    assert "1 seed " in against_random([0.8], [1.0]).verdict
    same = against_random([1.0, 1.001, 0.999], [1.0, 1.001, 0.999])
    assert same.ruling is Ruling.NO_BETTER and " 1% or more of the loss" in same.verdict
    uneven = against_random([0.89, 0.9, 0.91], [0.99, 1.0, 1.01], uneven=0.6)
    half = 3.1824 * np.std([0.6, -0.6, 0.6, -0.6], ddof=1) / 2  # t of three degrees of freedom
    assert "4 evaluation" in uneven.verdict
    assert f"−0.1000, −{0.1 + half:.4f} to +{half - 0.1:.4f}" in uneven.verdict
    assert "instructions (+0.1000, " in against_random([1.11, 1.1, 1.09], [0.99, 1.0, 1.01], uneven=0.6).verdict


def test_the_side_with_fewer_models_says_how_many_seeds_there_are() -> None:
    assert against_random([0.89, 0.9, 0.91, 0.9], [1.0, 1.01]).ruling is Ruling.TOO_FEW
    assert "over 3 seeds" in against_random([0.89, 0.9, 0.91], [0.99, 1.0, 1.01, 1.0]).verdict


@pytest.mark.parametrize(
    ("first", "second", "least"),
    [(1, 1, 1.0), (1, 2, 2 / 3), (2, 2, 2 / 6), (3, 3, 0.1), (4, 4, 2 / 70), (3, 4, 2 / 35)],
)
def test_an_exact_test_cannot_come_below_two_splits_of_all(first: int, second: int, least: float) -> None:
    found = seed_test([1.0 + 0.01 * i for i in range(first)], [2.0 + 0.01 * i for i in range(second)])
    assert found.least_p_value == pytest.approx(least)
    if min(first, second) == 1:
        assert all(map(math.isnan, (found.low, found.high, found.p_value, found.exact_p_value)))
    elif first == second:
        assert found.exact_p_value == pytest.approx(least), "the sides are as far apart as can be"


def test_too_many_splits_are_not_looked_at() -> None:
    apart = [float(i) for i in range(9)]
    assert math.isnan(seed_test(apart, [each + 0.5 for each in apart]).exact_p_value)  # 48,620 splits
    assert seed_test(apart[:7], [each + 100 for each in apart[:7]]).exact_p_value == pytest.approx(2 / 3432)


def test_one_side_without_spread_is_tested_as_scipy_does() -> None:
    for first, second in (([1.0] * 3, [1.1, 1.2, 1.15]), ([1.1, 1.2, 1.15], [1.0] * 3)):
        assert seed_test(first, second).p_value == pytest.approx(stats.ttest_ind(first, second, equal_var=False).pvalue)
    apart = seed_test([1.0] * 3, [1.5] * 3)
    assert (apart.low, apart.high, apart.difference, apart.p_value) == (-0.5, -0.5, -0.5, 0.0)
    assert seed_test([1.5] * 3, [1.0] * 3).p_value == 0.0
