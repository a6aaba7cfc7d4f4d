"""Sizes compared: intervals as statsmodels has them, and what is said of curves whose shape is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel
from statsmodels.stats.weightstats import DescrStatsW

from core.experiments.size.curve import (
    DoubleDescent,
    SeedSpread,
    SizeLoss,
    adjusted_p_values,
    double_descent,
    gap,
    seed_spread,
    size_losses,
)
from core.experiments.size.verdict import ONE_SEED, judge_sizes

HARD = np.array([1.2, 0.8, 1.5, 1.1, 0.9, 1.3, 1.0, 1.4, 0.7, 1.6])  # how hard each of ten instructions is
WOBBLE = 0.01 * np.array([1, -2, 1.5, 0, -1, 2, -0.5, 1, -1.5, -0.5])


def size(rows: int, loss: float, seeds: tuple[float, ...] = (0.0,)) -> SizeLoss:
    """A size of about that loss: each example as hard as it is, and a little off by a pattern of its own."""
    by_example = loss + HARD - HARD.mean() + np.roll(WOBBLE, rows)
    return SizeLoss(rows, by_example, tuple(float(by_example.mean()) + each for each in seeds))


def test_the_interval_over_examples_is_that_of_the_paired_t_test() -> None:
    first, second = size(16, 1.4), size(32, 1.41)
    found = gap(first, second, seed_spread([first, second]))
    expected = DescrStatsW(first.by_example - second.by_example).tconfint_mean(0.05)
    assert (found.low, found.high) == pytest.approx(expected)


def test_the_interval_over_seeds_is_that_of_the_two_sample_t_test_where_the_examples_agree() -> None:
    flat = np.zeros(4)
    first, second = SizeLoss(16, flat, (0.99, 1.01, 1.0)), SizeLoss(32, flat + 0.5, (1.52, 1.49, 1.49))
    spread = seed_spread([first, second])
    found = gap(second, first, spread)
    pair = [DescrStatsW(np.array(each.by_seed)) for each in (second, first)]
    expected = pair[0].get_compare(pair[1]).tconfint_diff(usevar="pooled")
    assert spread.degrees == 4 and found.high - found.low == pytest.approx(expected[1] - expected[0])


def test_of_the_untuned_model_seeds_say_nothing() -> None:
    untuned, tuned = SizeLoss(0, np.zeros(4), (0.0,)), SizeLoss(8, np.zeros(4), (0.1, -0.1))
    spread = SeedSpread(0.02, 1)
    assert gap(untuned, untuned, spread).high == 0 and gap(tuned, untuned, spread).high > 0


def test_losses_of_a_size_are_averaged_over_responses_then_seeds_and_unfinished_sizes_wait() -> None:
    lines = [(n, e, r, 1.0 + n + 0.1 * e + 0.5 * r) for n in (0, 1, 2, 3) for e in (0, 1) for r in (0, 1)]
    table = pd.DataFrame(lines, columns=["number", "example", "response", "loss_nats_per_token"])
    untuned, small = size_losses(table, {0: 0, 1: 8, 2: 8, 3: 16, 4: 16})
    assert (untuned.rows, small.rows) == (0, 8)
    assert untuned.by_example == pytest.approx([1.25, 1.35])
    assert small.by_example == pytest.approx([2.75, 2.85]) and small.by_seed == pytest.approx((2.3, 3.3))


def test_the_best_size_is_told_with_those_that_are_as_good() -> None:
    found = judge_sizes([size(0, 2.0), *map(size, (16, 64, 256, 512, 1024), (1.6, 1.5, 1.402, 1.4, 1.403))])
    assert found.best is not None and found.best.rows == 512 and found.alike == (256, 1024)
    assert "sizes from 256 to 1,024 rows do not differ significantly from it" in found.told
    assert "has 256 rows." in found.told and not found.none_differs and found.descent is None


def test_a_size_that_stands_alone_and_one_at_the_edge_are_told() -> None:
    assert "all other sizes are significantly worse" in judge_sizes([size(8, 1.5), size(16, 1.3), size(32, 1.5)]).told
    assert "more rows may be better" in judge_sizes([size(8, 1.5), size(16, 1.3), size(32, 1.2)]).told
    assert "fewer rows may be better" in judge_sizes([size(8, 1.1), size(16, 1.3), size(32, 1.2)]).told


def test_that_seeds_are_not_counted_is_said_where_each_size_has_one() -> None:
    assert judge_sizes([size(8, 1.5), size(16, 1.3)]).told.endswith(ONE_SEED)
    assert ONE_SEED not in judge_sizes([size(8, 1.5, (0.0, 0.01)), size(16, 1.3)]).told


def test_p_is_adjusted_for_all_pairs_by_holm() -> None:
    sizes = [*map(size, (16, 64, 256), (1.41, 1.404, 1.4))]
    spread = seed_spread(sizes)
    alone = {
        (a.rows, b.rows): ttest_rel(a.by_example, b.by_example).pvalue
        for a, b in ((sizes[0], sizes[1]), (sizes[0], sizes[2]), (sizes[1], sizes[2]))
    }
    ordered = sorted(alone.values())
    by_hand = np.minimum(1, np.maximum.accumulate([3 * ordered[0], 2 * ordered[1], ordered[2]]))
    expected = {pair: float(by_hand[ordered.index(p)]) for pair, p in alone.items()}
    assert adjusted_p_values(sizes, spread) == pytest.approx(expected)
    alone_only = SizeLoss(8, np.zeros(1), (0.0,))
    assert adjusted_p_values([alone_only, SizeLoss(9, np.ones(1), (1.0,))], SeedSpread(0.0, 0)) == {(8, 9): 1.0}


def test_sizes_that_are_all_alike_are_seldom_called_worse_than_the_best_of_them() -> None:
    """Ten sizes of one truth: the best interval of each pair alone would call some worse most of the time."""
    random = np.random.default_rng(1)
    told, alone = 0, 0
    for _ in range(60):
        sizes = [SizeLoss(2**n, random.normal(1, 0.05, 40), (1.0,)) for n in range(1, 11)]
        found = judge_sizes(sizes)
        told += not found.none_differs
        alone += any(each.low > 0 for each in found.to_best.values())
    assert told <= 9 < 30 <= alone, "5% of 60 and three standard errors more"


def test_sizes_that_cannot_be_told_apart_are_called_so() -> None:
    found = judge_sizes([size(0, 1.4005), *map(size, (16, 64, 256), (1.401, 1.4, 1.4015))])
    assert found.none_differs and found.told.startswith(
        "No size from 16 to 256 rows differs significantly from the best"
    )
    assert "16 rows cost least" in found.told and "not differ significantly from the base model" in found.told
    assert "No size is better than the base model" in judge_sizes([size(0, 1.0), size(8, 1.5), size(16, 1.3)]).told
    assert judge_sizes([size(0, 2.0), size(8, 1.5)]).best is None


def test_seeds_that_differ_much_leave_sizes_alike_that_single_seeds_would_tell_apart() -> None:
    losses = ((16, 1.5), (64, 1.4), (256, 1.45))
    assert not judge_sizes([size(*each) for each in losses]).alike
    assert judge_sizes([size(*each, (0.1, -0.1)) for each in losses]).alike == (16, 256)


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ((1.7, 1.5, 1.6, 1.8, 1.6, 1.3), DoubleDescent(16, 64, 256)),
        ((1.7, 1.5, 1.45, 1.42, 1.41, 1.4), None),
        ((1.7, 1.5, 1.502, 1.503, 1.45, 1.4), None),
        ((1.4, 1.5, 1.6, 1.8, 1.9, 1.5), None),
    ],
)
def test_a_double_descent_is_told_where_each_turn_is_beyond_noise(
    losses: tuple[float, ...], expected: DoubleDescent | None
) -> None:
    sizes = [size(8 * 2**place, loss) for place, loss in enumerate(losses)]
    assert double_descent(sizes) == expected
    assert ("Double descent" in judge_sizes(sizes).told) is (expected is not None)


def test_the_first_descent_may_start_from_the_untuned_model() -> None:
    sizes = [size(8, 1.4), size(16, 1.6), size(32, 1.3)]
    assert double_descent(sizes) is None
    assert double_descent(sizes, size(0, 2.0)) == DoubleDescent(8, 16, 32)
