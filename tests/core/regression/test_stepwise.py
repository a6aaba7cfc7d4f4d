"""Stepwise choice walks as R and the textbooks do, and stops where an exhaustive table of fits says it must."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RegressionError, ValueRefused
from core.regression.ols import fit_ols
from core.regression.stepwise import Action, Criterion, Direction, StepwiseSettings, stepwise
from core.values import read
from tests.core.regression.candidate_sets import made_up
from tests.core.regression.published import hald, mtcars

CARS = ("cyl", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb")
R_CONSTANT = 32 * (1 + np.log(2 * np.pi))  # by which R's extractAIC is smaller for the 32 cars
SEEDS = st.integers(0, 2**32 - 1)


def in_r(tried: tuple) -> dict[str, float]:
    signs = {Action.ADD: "+", Action.REMOVE: "-"}
    return {f"{signs[each.action]} {each.indicator}": each.value - R_CONSTANT for each in tried}


def test_backward_by_aic_takes_the_path_of_r_on_the_cars() -> None:
    found = stepwise(mtcars(), CARS, StepwiseSettings(Direction.BACKWARD))
    assert [step.indicator for step in found.steps] == ["cyl", "vs", "carb", "gear", "drat", "disp", "hp", ""]
    path = [70.898, 68.915, 66.973, 65.121, 63.457, 62.162, 61.515, 61.307]
    assert [step.value - R_CONSTANT for step in found.steps] == pytest.approx(path, abs=5e-4)
    assert found.kept == ("wt", "qsec", "am")
    first = {
        "- cyl": 68.915, "- vs": 68.932, "- carb": 68.986, "- gear": 69.190, "- drat": 69.249,
        "- disp": 69.736, "- hp": 70.348, "- qsec": 70.765, "- am": 71.108, "- wt": 74.280,
    }  # fmt: skip
    assert in_r(found.steps[0].tried) == pytest.approx(first, abs=5e-4)
    assert found.fit.coefficients == pytest.approx({"wt": -3.9165, "qsec": 1.2259, "am": 2.9358}, abs=5e-5)
    assert found.fit.intercept == pytest.approx(9.6178, abs=5e-5)


def test_forward_by_aic_takes_the_path_of_r_on_the_cars() -> None:
    found = stepwise(mtcars(), CARS, StepwiseSettings(Direction.FORWARD))
    assert [step.indicator for step in found.steps] == ["wt", "cyl", "hp", ""]
    assert [step.value - R_CONSTANT for step in found.steps] == pytest.approx(
        [115.943, 73.217, 63.198, 62.665], abs=5e-4
    )
    last = {
        "+ am": 63.442, "+ disp": 63.526, "+ carb": 64.205, "+ drat": 64.255, "+ qsec": 64.410,
        "+ gear": 64.509, "+ vs": 64.654,
    }  # fmt: skip
    assert in_r(found.steps[-1].tried) == pytest.approx(last, abs=5e-4)


def test_both_ways_from_all_by_aic_ends_as_in_r() -> None:
    found = stepwise(mtcars(), CARS, StepwiseSettings(from_all=True))
    assert found.kept == ("wt", "qsec", "am")
    last = {
        "+ hp": 61.515, "+ carb": 61.751, "+ disp": 62.682, "+ cyl": 63.022, "+ drat": 63.042, "+ gear": 63.284,
        "+ vs": 63.307, "- am": 63.908, "- qsec": 75.217, "- wt": 82.790,
    }  # fmt: skip
    assert in_r(found.steps[-1].tried) == pytest.approx(last, abs=5e-4)


def test_p_values_walk_as_in_the_worked_example_of_the_cement() -> None:
    """Montgomery, Peck and Vining, Introduction to Linear Regression Analysis, section 10.2: three procedures."""
    names = ("x1", "x2", "x3", "x4")
    forward = StepwiseSettings(Direction.FORWARD, Criterion.P_VALUE, enter_p=0.25, remove_p=0.25)
    assert [step.indicator for step in stepwise(hald(), names, forward).steps] == ["x4", "x1", "x2", ""]
    backward = StepwiseSettings(Direction.BACKWARD, Criterion.P_VALUE, enter_p=0.10, remove_p=0.10)
    assert [step.indicator for step in stepwise(hald(), names, backward).steps] == ["x3", "x4", ""]
    both = StepwiseSettings(Direction.BOTH, Criterion.P_VALUE, enter_p=0.15, remove_p=0.15)
    found = stepwise(hald(), names, both)
    assert [(step.action, step.indicator) for step in found.steps] == [
        (Action.ADD, "x4"),
        (Action.ADD, "x1"),
        (Action.ADD, "x2"),
        (Action.REMOVE, "x4"),
        (Action.STOP, ""),
    ]
    assert found.steps[3].reason == "Removed 'x4': p = 0.205, the highest above 0.15."
    assert found.fit.coefficients == pytest.approx({"x1": 1.4683, "x2": 0.6623}, abs=5e-5)


def every_fit(sets: pd.DataFrame, names: list[str]) -> dict[frozenset[str], object]:
    """All 2^p fits, by statsmodels on the raw columns."""
    subsets = [subset for size in range(len(names) + 1) for subset in combinations(names, size)]
    constant = pd.DataFrame({"const": 1.0}, index=sets.index)
    return {frozenset(s): sm.OLS(sets["log_loss"], constant.join(sets[list(s)])).fit() for s in subsets}


def neighbours(now: frozenset[str], names: list[str], direction: Direction) -> list[frozenset[str]]:
    """One indicator more or less, as the direction allows."""
    changes = [name for name in names if not (direction is Direction.FORWARD and name in now)]
    return [now ^ {name} for name in changes if not (direction is Direction.BACKWARD and name not in now)]


@pytest.mark.parametrize("criterion", [Criterion.AIC, Criterion.BIC])
@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("from_all", [False, True])
@pytest.mark.parametrize("seed", [3, 4])
def test_the_path_is_the_greedy_one_through_all_fits(
    criterion: Criterion, direction: Direction, from_all: bool, seed: int
) -> None:
    sets = made_up(seed, sets=25, indicators=5, noise=0.6, shared=1.0)
    names = [name for name in sets if name != "log_loss"]
    values = {terms: getattr(fit, criterion.value.lower()) for terms, fit in every_fit(sets, names).items()}
    full = direction is Direction.BACKWARD or (direction is Direction.BOTH and from_all)
    path = [frozenset(names if full else ())]
    while (best := min(neighbours(path[-1], names, direction), key=values.__getitem__, default=None)) is not None:
        if values[best] >= values[path[-1]]:
            break
        path.append(best)

    found = stepwise(sets, names, StepwiseSettings(direction, criterion, from_all=from_all))
    assert [frozenset(step.before) for step in found.steps] == path
    assert [step.value for step in found.steps] == pytest.approx([values[terms] for terms in path])
    assert getattr(found.fit, criterion.value.lower()) >= min(values.values()) - 1e-9


@given(SEEDS, st.sampled_from([Criterion.AIC, Criterion.BIC]), st.sampled_from([Direction.BACKWARD, Direction.BOTH]))
@settings(max_examples=25)
def test_no_term_is_kept_whose_removal_improves_the_criterion(
    seed: int, criterion: Criterion, direction: Direction
) -> None:
    sets = made_up(seed, sets=20, noise=1.0)
    names = [name for name in sets if name != "log_loss"]
    found = stepwise(sets, names, StepwiseSettings(direction, criterion))
    kept = getattr(found.fit, criterion.value.lower())
    for name in found.kept:
        without = fit_ols(sets, [other for other in found.kept if other != name])
        assert getattr(without, criterion.value.lower()) >= kept - 1e-8


@given(SEEDS, st.floats(0.01, 0.3), st.floats(0.0, 0.3))
@settings(max_examples=25)
def test_by_p_value_all_inside_are_significant_and_none_outside_would_be(seed: int, enter: float, more: float) -> None:
    sets = made_up(seed, sets=20, noise=1.0)
    names = [name for name in sets if name != "log_loss"]
    limits = StepwiseSettings(Direction.BOTH, Criterion.P_VALUE, enter, enter + more)
    found = stepwise(sets, names, limits)
    assert all(term.p <= limits.remove_p + 1e-9 for term in found.fit.terms)
    for name in found.dropped:
        assert fit_ols(sets, [*found.kept, name]).terms[-1].p >= enter - 1e-9


@given(SEEDS)
@settings(max_examples=15)
def test_units_and_order_of_sets_don_t_change_the_choice(seed: int) -> None:
    sets = made_up(seed, sets=20, noise=1.0)
    names = [name for name in sets if name != "log_loss"]
    other = sets.sample(frac=1, random_state=seed).assign(output_length=lambda t: t["output_length"] / 1e6)
    before, after = stepwise(sets, names), stepwise(other, names)
    assert before.kept == after.kept
    assert [step.reason for step in before.steps] == [step.reason for step in after.steps]


def test_every_step_says_what_it_tried_and_why() -> None:
    found = stepwise(mtcars(), CARS)
    assert found.steps[0].reason == "Added 'wt': AIC falls from 206.76 to 164.03, the largest decrease."
    assert found.steps[-1].reason.startswith("Stopped: no change lowers AIC below")
    assert found.table.groupby("step").size().tolist() == [10] * len(found.steps)
    assert found.table.query("chosen")["indicator"].tolist() == [step.indicator for step in found.steps[:-1]]
    assert set(found.kept) | set(found.dropped) == set(CARS)
    assert "chosen on the same sets" in found.warnings[0]


def test_nothing_is_added_to_explain_rounding() -> None:
    sets = made_up(5, indicators=6)
    sets["log_loss"] = 1 + 0.1 * sets["reward"] - 0.002 * sets["output_length"]
    names = [name for name in sets if name != "log_loss"]
    assert stepwise(sets, names).kept == ("reward", "output_length")


def test_limits_that_go_round_in_circles_are_refused() -> None:
    with pytest.raises(ValueRefused, match=r"^steps\.enter_p: 0.2 is greater than remove_p.*not terminate"):
        read(StepwiseSettings, {"criterion": Criterion.P_VALUE, "enter_p": 0.2, "remove_p": 0.1}, "steps")


def test_more_candidates_than_sets_can_carry_are_refused() -> None:
    with pytest.raises(RegressionError, match="8 candidate sets are too few for 10 indicators"):
        stepwise(mtcars().head(8), CARS)
