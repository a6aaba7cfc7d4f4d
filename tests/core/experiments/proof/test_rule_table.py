"""The table of rule values and losses: which subsets it has, and when there is nothing to correlate."""

import math
import warnings

import pytest

from core.experiments.proof.plan import Arm, ProofRun
from core.experiments.proof.rule_table import rule_table

RUNS = [ProofRun(1, Arm.SELECTED, 0), *(ProofRun(2 + draw, Arm.RANDOM, draw, draw) for draw in range(3))]
VALUES = {1: -0.4, 2: 0.3, 3: 0.1, 4: 0.2}
LOSSES = {1: 1.0, 2: 1.6, 3: 1.2, 4: 1.4}


def test_losses_that_follow_the_rule_are_correlated_wholly() -> None:
    exponential = {number: math.exp(2 * value + 1) for number, value in VALUES.items()}
    found = rule_table(RUNS, VALUES, exponential)
    assert found.lines["rule_value"].tolist() == [-0.4, 0.1, 0.2, 0.3], "lowest first"
    assert found.lines["log_loss"].tolist() == pytest.approx([0.2, 1.2, 1.4, 1.6])
    assert (found.pearson, found.spearman) == pytest.approx((1.0, 1.0))
    assert list(found.lines) == ["arm", "draw", "seeds", "rule_value", "loss", "log_loss"]
    assert list(found.lines.index) == [0, 1, 2, 3]


def test_models_without_a_loss_or_a_rule_value_are_no_subset() -> None:
    assert rule_table(RUNS, VALUES | {2: math.nan}, LOSSES).lines["draw"].tolist() == [0, 1, 2]
    assert rule_table(RUNS, {n: v for n, v in VALUES.items() if n != 3}, LOSSES).lines["draw"].tolist() == [0, 2, 0]
    assert len(rule_table(RUNS, VALUES, {n: v for n, v in LOSSES.items() if n != 1}).lines) == 3


def test_three_subsets_are_the_fewest_and_equal_ones_have_no_correlation() -> None:
    assert not math.isnan(rule_table(RUNS[:3], VALUES, LOSSES).pearson)
    with warnings.catch_warnings(action="error"):  # scipy would warn of a correlation of equal values
        for found in (
            rule_table(RUNS[:2], VALUES, LOSSES),
            rule_table(RUNS, dict.fromkeys(VALUES, 0.1), LOSSES),
            rule_table(RUNS, VALUES, dict.fromkeys(LOSSES, 1.5)),
        ):
            assert all(map(math.isnan, (found.pearson, found.p_value, found.spearman)))
    two_values = rule_table(RUNS, {1: 0.0, 2: 1.0, 3: 1.0, 4: 1.0}, {1: 1.0, 2: 2.0, 3: 2.0, 4: 2.0})
    assert two_values.pearson == pytest.approx(1.0)
