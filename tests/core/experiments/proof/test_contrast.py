"""Differences and their intervals: scipy's t tests where nothing varies by question, and the sums worked by hand."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from core.experiments.proof.contrast import beside, contrast, paired, placed, rank, ratio
from core.statistics import sign_flips

ONE = np.ones(1)
DIFFERENCES = [-0.03, -0.01, -0.025, 0.002, -0.018, -0.011]


def losses(values: list[float]) -> np.ndarray:
    """One question, shape (units, 1)."""
    return np.array(values)[:, None]


def test_pairs_give_the_paired_t_interval_of_scipy() -> None:
    found = contrast(paired(losses(DIFFERENCES)[None], ONE), 6)
    test = stats.ttest_1samp(DIFFERENCES, 0)
    assert (found.difference, found.p_value) == pytest.approx((np.mean(DIFFERENCES), test.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(test.confidence_interval()))
    assert (found.units, found.degrees, found.of_questions) == (6, 5, 0)


def test_overlapping_sub_pools_widen_the_interval_as_nadeau_and_bengio_have_it() -> None:
    apart, alike = (contrast(paired(losses(DIFFERENCES)[None], ONE, share), 6) for share in (0.0, 0.3))
    assert (alike.high - alike.low) / (apart.high - apart.low) == pytest.approx(math.sqrt((1 / 6 + 0.3 / 0.7) * 6))


def test_one_selection_stands_among_draws_as_a_new_observation_does() -> None:
    draws = [1.52, 1.50, 1.55, 1.49, 1.53]
    found = contrast(placed(np.array([1.45]), losses(draws), ONE), 5)
    t = (1.45 - np.mean(draws)) / (np.std(draws, ddof=1) * math.sqrt(1 + 1 / 5))
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), 4))
    half = stats.t.ppf(0.975, 4) * np.std(draws, ddof=1) * math.sqrt(1.2)
    assert (found.low, found.high) == pytest.approx((1.45 - np.mean(draws) - half, 1.45 - np.mean(draws) + half))
    other = contrast(beside(np.array([1.45]), np.array([1.47]), losses(draws), ONE), 5)
    assert other.difference == pytest.approx(-0.02)
    assert other.high - other.difference == pytest.approx(half * math.sqrt(2 / 1.2))


@settings(max_examples=40)
@given(st.lists(st.integers(-50, 50), min_size=2, max_size=8))
def test_sign_flips_count_every_change_of_signs(values: list[int]) -> None:
    p, least = sign_flips([value / 64 for value in values])
    sums = [
        abs(sum(s * v for s, v in zip(signs, values, strict=True))) for signs in product((1, -1), repeat=len(values))
    ]
    assert p == np.mean([each >= abs(sum(values)) for each in sums])
    assert least == 2 / 2 ** len(values) and p >= least


def test_sign_flips_agree_with_scipy_and_the_rank_counts_draws_that_are_no_worse() -> None:
    def middle(one: np.ndarray, axis: int) -> np.ndarray:
        return np.mean(one, axis=axis)

    exact = stats.permutation_test((DIFFERENCES,), middle, permutation_type="samples", vectorized=True)
    assert sign_flips(DIFFERENCES)[0] == pytest.approx(exact.pvalue)
    assert rank(1.0, [1.1, 1.2, 0.9, 1.0]) == (3 / 5, 1 / 5)
    assert all(map(math.isnan, (*sign_flips([0.1]), *sign_flips([0.1] * 17))))


def test_fieller_holds_every_multiple_that_a_t_test_does_not_refuse() -> None:
    random = np.random.default_rng(3)
    gains = random.normal(0.03, 0.006, 7)
    better = 1.4 * gains + random.normal(0, 0.008, 7)
    found = ratio(paired(np.stack([-losses(better.tolist()), losses(gains.tolist())]), ONE))
    assert found is not None and found.value == pytest.approx(better.mean() / gains.mean())

    def refused(multiple: float) -> float:
        return float(stats.ttest_1samp(better - multiple * gains, 0).pvalue) - 0.05

    ends = (
        optimize.brentq(refused, found.value - 2, found.value),
        optimize.brentq(refused, found.value, found.value + 2),
    )
    assert (found.low, found.high) == pytest.approx(ends, rel=1e-6)
    noisy = np.stack([-losses(better.tolist()), losses((gains - 0.028).tolist())])
    assert ratio(paired(noisy, ONE)) is None, "what random rows gain is not clear"


def test_what_questions_add_widens_the_interval_and_what_is_noise_does_not() -> None:
    random = np.random.default_rng(5)
    by_unit, by_question = random.normal(0, 0.01, 6), random.normal(0, 0.1, 40)
    weights = np.ones(40)
    shared = by_unit[:, None] + by_question
    narrow, wide = contrast(paired(losses(by_unit.tolist())[None], ONE), 6), contrast(paired(shared[None], weights), 6)
    expected = math.sqrt(np.var(by_unit, ddof=1) / 6 + np.var(by_question, ddof=1) / 40)
    assert (wide.high - wide.difference) / stats.t.ppf(0.975, wide.degrees) == pytest.approx(expected)
    assert wide.of_questions == pytest.approx(np.var(by_question, ddof=1) / 40 / expected**2)
    assert wide.high - wide.low > narrow.high - narrow.low
    mixed = (1 - wide.of_questions) * stats.t.ppf(0.975, 5) + wide.of_questions * stats.t.ppf(0.975, 39)
    assert stats.t.ppf(0.975, wide.degrees) == pytest.approx(mixed)
    noise = random.normal(0, 0.1, (6, 40))
    noise -= noise.mean(axis=0)  # no question adds anything in every sub-pool
    only = contrast(paired(noise[None], weights), 6)
    test = stats.ttest_1samp(noise.mean(axis=1), 0).confidence_interval()
    assert (only.low, only.high, only.degrees) == pytest.approx((*test, 5))


def test_questions_weigh_by_their_tokens() -> None:
    tokens = np.array([10.0, 30.0, 80.0])
    losses_of = np.array([[1.0, 2.0, 3.0], [1.5, 1.0, 2.0]])
    scaled = losses_of * tokens / tokens.mean()
    found = paired(scaled[None], tokens / tokens.mean())
    assert found.means[0] == pytest.approx((losses_of @ tokens / tokens.sum()).mean())


def test_one_unit_has_no_interval_and_equal_ones_no_width() -> None:
    alone = contrast(paired(losses([-0.1])[None], ONE), 1)
    assert alone.difference == -0.1 and math.isnan(alone.low) and math.isnan(alone.p_value)
    same = contrast(paired(losses([-0.1] * 3)[None], ONE), 3)
    assert (same.low, same.high, same.p_value) == pytest.approx((-0.1, -0.1, 0.0))
