"""A selection by a learned rule stays within the means of the sets on which it was learned, or says that it can't."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rows.marks import Mark
from core.rules.rule import Learned, Rule, Term
from core.rules.spread import SetSpread
from core.selection.select import DropReason, Quotas, RankBy, Selection, SelectionSpec, select
from core.selection.within_range import Limit, hold_within


def no_embeddings(row_ids: object) -> np.ndarray:
    raise AssertionError("this selection needs no embeddings")


def learned(ranges: dict[str, tuple[float, float]], **coefficients: float) -> Rule:
    terms = tuple(Term(name, value) for name, value in coefficients.items())
    seen = Learned("least squares", "a model", {}, ("data",), 8, ranges, 0.5)
    return Rule("own", "Own", 0.0, terms, learned=seen)


def rows_of(lengths: list[float], marks: list[str] | None = None) -> pd.DataFrame:
    rows = pd.DataFrame({"dataset_id": 1, "row_id": range(len(lengths)), "output_length": lengths})
    return rows if marks is None else rows.assign(mark=marks)


def kept(selection: Selection, rows: pd.DataFrame) -> list[float]:
    return rows.set_index("row_id")["output_length"][selection.kept["row_id"]].tolist()


LONGER_IS_BETTER = {"output_length": -0.001}


def test_rows_beyond_the_loosest_limit_are_passed_over() -> None:
    rows = rows_of([100, 200, 300, 400, 500, 600])
    rule = learned({"output_length": (100, 350)}, **LONGER_IS_BETTER)
    selection = select(rows, SelectionSpec(rule=rule, rows=2, within_range=True), no_embeddings)
    assert kept(selection, rows) == [400, 300], "500 and 400 have a mean of 450, 400 and 300 one of 350"
    assert selection.reasons[str(DropReason.BEYOND_RANGE)] == 2
    [limit] = selection.limits
    assert (limit.indicator, limit.value, limit.upper, limit.rows) == ("output_length", 400, True, 2)


def test_without_it_the_rule_is_followed_to_the_end() -> None:
    rows = rows_of([100, 200, 300, 400, 500, 600])
    rule = learned({"output_length": (100, 350)}, **LONGER_IS_BETTER)
    selection = select(rows, SelectionSpec(rule=rule, rows=2), no_embeddings)
    assert kept(selection, rows) == [600, 500] and not selection.limits


def test_a_lower_end_is_held_as_well() -> None:
    rows = rows_of([1, 2, 50, 60, 70])
    rule = learned({"output_length": (50, 90)}, output_length=0.001)
    selection = select(rows, SelectionSpec(rule=rule, rows=2, within_range=True), no_embeddings)
    assert kept(selection, rows) == [50, 60]


def test_where_too_few_rows_are_within_nothing_is_passed_over() -> None:
    rows = rows_of([500, 600, 700])
    rule = learned({"output_length": (100, 350)}, **LONGER_IS_BETTER)
    selection = select(rows, SelectionSpec(rule=rule, rows=2, within_range=True), no_embeddings)
    assert kept(selection, rows) == [700, 600] and not selection.limits
    assert rule.applied_outside(rows[rows["row_id"].isin(selection.kept["row_id"])])


@pytest.mark.parametrize("ranges", [{}, {"reward": (0.0, 1.0)}])
def test_a_rule_whose_ranges_are_not_of_its_indicators_is_followed(ranges: dict[str, tuple[float, float]]) -> None:
    rows = rows_of([500, 600, 700])
    spec = SelectionSpec(rule=learned(ranges, **LONGER_IS_BETTER), rows=2, within_range=True)
    selection = select(rows, spec, no_embeddings)
    assert kept(selection, rows) == [700, 600] and not selection.limits


def test_rows_kept_by_hand_stay_and_the_others_make_up_for_them() -> None:
    rows = rows_of([100, 200, 300, 400, 600], [Mark.NONE, Mark.NONE, Mark.NONE, Mark.NONE, Mark.KEEP])
    rule = learned({"output_length": (100, 400)}, **LONGER_IS_BETTER)
    selection = select(rows, SelectionSpec(rule=rule, rows=2, within_range=True), no_embeddings)
    assert kept(selection, rows) == [600, 200]


def test_a_rule_that_was_not_learned_here_has_no_range() -> None:
    rows = rows_of([100, 600])
    rule = Rule("own", "Own", 0.0, (Term("output_length", -0.001),))
    selection = select(rows, SelectionSpec(rule=rule, rows=1, within_range=True), no_embeddings)
    assert kept(selection, rows) == [600]


finite = st.floats(-1e6, 1e6, allow_subnormal=False)


@settings(max_examples=200)
@given(st.lists(st.tuples(finite, finite), min_size=3, max_size=60), st.integers(1, 10), st.data())
def test_means_are_within_or_no_limit_could_do_it(
    rows: list[tuple[float, float]], wanted: int, data: st.DataObject
) -> None:
    values = np.array(sorted(rows, reverse=True))
    low, high = sorted(data.draw(st.tuples(finite, finite)))
    ranges = {"a": (low, high)}
    allowed, limits = hold_within({"a": values[:, 0], "b": values[:, 1]}, ranges, wanted)
    chosen = values[allowed][:wanted, 0]
    assert len(chosen) == min(wanted, len(values)), "never fewer rows than without limits"
    if low <= chosen.mean().clip(chosen.min(), chosen.max()) <= high:
        return
    inside = values[(values[:, 0] >= low) & (values[:, 0] <= high)]
    assert len(inside) < len(chosen), "rows that are all within have a mean that is"
    assert all(limit.indicator == "a" for limit in limits)


@settings(max_examples=50)
@given(st.lists(finite, min_size=4, max_size=40), st.integers(1, 8))
def test_a_selection_that_is_within_is_left_alone(values: list[float], wanted: int) -> None:
    best = np.array(sorted(values, reverse=True))
    mean = float(best[:wanted].mean())
    allowed, limits = hold_within({"a": best}, {"a": (mean, mean)}, wanted)
    assert allowed.all() and not limits


def test_two_indicators_that_push_each_other_out_are_both_held() -> None:
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 400))
    order = np.argsort(-(a + b))
    values, ranges = {"a": a[order], "b": b[order]}, {"a": (-0.2, 0.6), "b": (-0.2, 0.4)}
    allowed, limits = hold_within(values, ranges, 40)
    chosen = np.flatnonzero(allowed)[:40]
    assert {limit.indicator for limit in limits} == {"a", "b"}
    assert values["a"][chosen].mean() <= 0.6 and values["b"][chosen].mean() <= 0.4
    assert values["a"][chosen].mean() == pytest.approx(0.6, abs=0.2), "no tighter than need be"


def test_limits_are_told_with_their_range_and_how_many_rows_lie_beyond() -> None:
    values = np.array([9.0, 8.0, 7.0, 6.0, 5.0, 4.0])
    allowed, limits = hold_within({"a": values}, {"a": (0.0, 6.5)}, 2)
    assert allowed.tolist() == [False, False, True, True, True, True], "7 and 6 have a mean of 6.5"
    assert limits == [Limit("a", 7.0, True, (0.0, 6.5), 2)]
    allowed, limits = hold_within({"a": -values}, {"a": (-6.5, 0.0)}, 2)
    assert limits == [Limit("a", -7.0, False, (-6.5, 0.0), 2)] and allowed.sum() == 4


def test_a_limit_has_to_leave_as_many_rows_as_are_wanted_and_no_more() -> None:
    values = np.array([9.0, 8.0, 3.0, 2.0])
    allowed, limits = hold_within({"a": values}, {"a": (0.0, 2.5)}, 2)
    assert allowed.tolist() == [False, False, True, True] and [limit.value for limit in limits] == [3.0]
    allowed, limits = hold_within({"a": values}, {"a": (0.0, 2.5)}, 3)
    assert allowed.all() and not limits, "with three rows the mean can't be within"
    allowed, limits = hold_within({"a": np.array([9.0, 2.0])}, {"a": (0.0, 2.5)}, 5)
    assert allowed.all() and not limits, "fewer rows than are wanted are all kept"


def test_a_mean_on_the_edge_of_its_range_is_within() -> None:
    for values, ranges in (([4.0, 2.0, 0.0], (0.0, 3.0)), ([-4.0, -2.0, 0.0], (-3.0, 0.0))):
        allowed, limits = hold_within({"a": np.array(values)}, {"a": ranges}, 2)
        assert allowed.all() and not limits


def test_rows_kept_by_hand_are_never_beyond_and_those_without_a_score_count_in_no_mean() -> None:
    values = np.array([np.nan, 9.0, 8.0, 3.0, 2.0, 1.0])
    allowed, limits = hold_within({"a": values}, {"a": (0.0, 5.0)}, 4, given=2)
    assert allowed.tolist() == [True, True, False, True, True, True], "9, 3 and 2 have a mean of 4.67; 9, 8, 3 of 6.67"
    assert [(limit.value, limit.rows) for limit in limits] == [(3.0, 1)]
    allowed, limits = hold_within({"a": np.full(3, np.nan)}, {"a": (0.0, 1.0)}, 2, given=3)
    assert allowed.all() and not limits


def test_one_hopeless_indicator_leaves_the_others_to_be_held() -> None:
    values = {"a": np.array([9.0, 9.0, 9.0, 9.0]), "b": np.array([8.0, 7.0, 2.0, 1.0])}
    allowed, limits = hold_within(values, {"a": (0.0, 1.0), "b": (0.0, 3.0)}, 2)
    assert allowed.tolist() == [False, False, True, True]
    assert [limit.indicator for limit in limits] == ["b"]


def test_a_limit_is_the_value_of_a_row_that_the_limits_before_it_leave() -> None:
    values = {"a": np.array([9.0, 1.0, 1.0, 1.0, 1.0]), "b": np.array([5.0, 8.0, 4.0, 2.0, 2.0])}
    allowed, limits = hold_within(values, {"a": (0.0, 2.0), "b": (0.0, 3.0)}, 2)
    assert allowed.tolist() == [False, False, True, True, True]
    assert limits == [Limit("a", 1.0, True, (0.0, 2.0), 1), Limit("b", 4.0, True, (0.0, 3.0), 2)]


def test_no_rows_are_held_within_nothing() -> None:
    allowed, limits = hold_within({}, {}, 1)
    assert allowed.size == 0 and not limits


def test_only_a_choice_by_the_rule_is_held_and_only_for_indicators_of_the_rule() -> None:
    rows = rows_of([100, 200, 300, 400]).assign(reward=9.0)
    rule = learned({"output_length": (100, 250), "reward": (0, 1)}, **LONGER_IS_BETTER)
    held = SelectionSpec(rule=rule, rows=2, within_range=True)
    assert kept(select(rows, held, no_embeddings), rows) == [300, 200]
    free = replace(held, rank_by=RankBy.INDICATOR, indicator="output_length", descending=True)
    selection = select(rows, free, no_embeddings)
    assert kept(selection, rows) == [400, 300] and not selection.limits


def correlated_rule() -> Rule:
    """Learned on sets of which the longer ones had the higher rewards."""
    generator = np.random.default_rng(5)
    length = generator.uniform(100, 300, 24)
    reward = length / 100 + generator.normal(0, 0.1, 24)
    rule = learned(
        {"output_length": (length.min(), length.max()), "reward": (reward.min(), reward.max())},
        output_length=0.001, reward=-1.0,
    )  # fmt: skip
    assert rule.learned
    return replace(
        rule, learned=replace(rule.learned, spread=SetSpread.of({"output_length": length, "reward": reward}))
    )


def test_leverage_is_that_of_the_regression() -> None:
    generator = np.random.default_rng(1)
    columns = {"output_length": generator.uniform(10, 900, 15), "reward": generator.normal(0, 1, 15)}
    spread = SetSpread.of(columns)
    design = sm.add_constant(np.column_stack(list(columns.values())))
    leverages = sm.OLS(generator.normal(size=15), design).fit().get_influence().hat_matrix_diag
    found = [spread.leverage({name: values[i] for name, values in columns.items()}) for i in range(15)]
    assert found == pytest.approx(leverages) and spread.max_leverage == pytest.approx(leverages.max())


def test_a_selection_within_each_range_but_far_from_every_set_is_held_by_its_leverage() -> None:
    """Short rows with high rewards are the best by the rule, and no set had such a mean."""
    generator = np.random.default_rng(2)
    rows = rows_of(generator.uniform(100, 300, 2_000).tolist())
    rows["reward"] = (rows["output_length"] - 200) / 200 + 2 + generator.normal(0, 1.0, 2_000)
    rule = correlated_rule()
    free = select(rows, SelectionSpec(rule=rule, rows=300), no_embeddings)
    held = select(rows, SelectionSpec(rule=rule, rows=300, within_range=True), no_embeddings)
    spread = rule.learned.spread if rule.learned else None
    assert spread and len(held.kept) == 300 and held.leverage
    means = {
        name: rule.leverage(rows[rows["row_id"].isin(each.kept["row_id"])])
        for name, each in {"free": free, "held": held}.items()
    }
    assert means["free"] > spread.max_leverage >= means["held"] > 0.7 * spread.max_leverage
    assert held.reasons[str(DropReason.BEYOND_RANGE)] == held.leverage.rows + sum(each.rows for each in held.limits)


def test_an_ordinary_set_is_not_said_to_be_far_out_and_one_off_the_line_is() -> None:
    rule = correlated_rule()
    assert not rule.applied_outside(pd.DataFrame({"output_length": [150.0, 250.0], "reward": [1.5, 2.5]}))
    (said,) = rule.applied_outside(pd.DataFrame({"output_length": [150.0], "reward": [2.6]}))
    assert "together they are far from the sets" in said


def test_means_are_held_within_quotas() -> None:
    """The best rows are the long ones of one dataset; equal quotas bring in short ones of another."""
    rows = rows_of([500, 490, 480, 470, 100, 90, 80, 70]).assign(dataset_id=[1] * 4 + [2] * 4)
    rule = learned({"output_length": (0, 300)}, **LONGER_IS_BETTER)
    spec = SelectionSpec(rule=rule, rows=4, within_range=True, quotas=Quotas.EQUAL)
    selection = select(rows, spec, no_embeddings)
    assert kept(selection, rows) == [500, 490, 100, 90] and not selection.limits
