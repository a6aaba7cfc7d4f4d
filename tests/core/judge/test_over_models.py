"""Several pairs of models judged alike: scipy's t test and exact test over the pairs, never over the instructions."""

import math

import numpy as np
import pytest
from scipy import stats

from core.judge.over_models import over_models
from core.judge.tally import Tally, tally
from core.judge.verdict import VerdictOutcome


def of(a: int, b: int, ties: int = 0) -> Tally:
    return tally([VerdictOutcome.A] * a + [VerdictOutcome.B] * b + [VerdictOutcome.TIE] * ties, [])


def test_pairs_of_models_are_the_unit() -> None:
    found = over_models([of(30, 8, 2), of(25, 10, 5), of(28, 6, 6), of(22, 12, 6), of(0, 0)])
    nets = [22 / 40, 15 / 40, 22 / 40, 10 / 40]
    test = stats.ttest_1samp(nets, 0)
    assert found.nets == pytest.approx(nets)
    assert (found.mean, found.p_value) == pytest.approx((np.mean(nets), test.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(test.confidence_interval()))
    assert found.exact_p_value == pytest.approx(2 / 2**4)
    assert found.told.startswith("A is better over models") and "rests on 4 models a side" in found.told


def test_many_instructions_of_models_that_disagree_show_nothing() -> None:
    found = over_models([of(300, 100), of(100, 300), of(250, 150)])
    assert found.told.startswith("No significant difference over models")
    turned = over_models([of(100, 300), of(300, 100), of(150, 250)])
    assert turned.mean == pytest.approx(-found.mean) and turned.p_value == pytest.approx(found.p_value)


def test_few_pairs_are_inconclusive_and_equal_ones_have_no_width() -> None:
    one = over_models([of(9, 1)])
    assert math.isnan(one.low) and "Inconclusive" in one.told and "1 model a side" in one.told
    assert "at least 3 pairs" in over_models([of(9, 1), of(8, 2)]).told
    same = over_models([of(9, 1)] * 3)
    assert (same.low, same.high, same.p_value, same.exact_p_value) == pytest.approx((0.8, 0.8, 0.0, 0.25))
    assert over_models([of(5, 5)] * 3).p_value == over_models([of(5, 5)] * 3).exact_p_value == 1.0


def test_of_many_pairs_the_exact_test_is_the_same_every_time() -> None:
    pairs = [of(6 + i % 4, 6 + i % 3) for i in range(15)]
    assert len({over_models(pairs).exact_p_value for _ in range(3)}) == 1
    assert math.isnan(over_models(pairs * 2).exact_p_value)
