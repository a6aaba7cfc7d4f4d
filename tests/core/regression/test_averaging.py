"""Averaged single-term rules: their lines are statsmodels', their weights the jackknife's, the average is a rule."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize

from core.errors import RegressionError
from core.regression.averaging import average_singles
from core.regression.learn import learn_rule
from core.regression.ols import fit_ols
from core.regression.procedure import Procedure, RuleMethod, examine
from tests.core.regression.candidate_sets import made_up

NAMES = ["reward", "output_length", "knn_distance", "perplexity"]


def left_out(sets: pd.DataFrame) -> np.ndarray:
    """Errors of the mean and of each single-term fit for the set that it has not seen, by fitting anew."""
    errors = np.empty((len(sets), 1 + len(NAMES)))
    for place in range(len(sets)):
        rest, held = sets.drop(index=sets.index[place]), sets.iloc[place]
        errors[place, 0] = held["log_loss"] - rest["log_loss"].mean()
        for number, name in enumerate(NAMES, start=1):
            fit = sm.OLS(rest["log_loss"], sm.add_constant(rest[name])).fit()
            errors[place, number] = held["log_loss"] - fit.params["const"] - fit.params[name] * held[name]
    return errors


def test_the_weights_are_those_of_least_error_on_the_set_left_out() -> None:
    sets = made_up(3, sets=16)
    errors = left_out(sets)
    start = np.full(errors.shape[1], 1 / errors.shape[1])
    best = minimize(
        lambda w: ((errors @ w) ** 2).sum(), start, bounds=[(0, 1)] * len(start), method="SLSQP",
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-14},
    )  # fmt: skip
    found = average_singles(sets, NAMES)
    weights = np.array([found.constant_weight, *found.singles["weight"]])
    assert weights.sum() == pytest.approx(1) and (weights >= 0).all()
    np.testing.assert_allclose(weights, best.x, atol=2e-4)
    spread = ((sets["log_loss"] - sets["log_loss"].mean()) ** 2).sum()
    np.testing.assert_allclose(found.singles["predicted_r_squared"], 1 - (errors[:, 1:] ** 2).sum(axis=0) / spread)


def test_the_average_predicts_what_its_lines_predict_on_average() -> None:
    sets = made_up(4, sets=14)
    found = average_singles(sets, NAMES)
    expected = found.constant_weight * sets["log_loss"].mean() + sum(
        found.singles.loc[name, "weight"] * sm.OLS(sets["log_loss"], sm.add_constant(sets[name])).fit().fittedvalues
        for name in NAMES
    )
    np.testing.assert_allclose(found.predict(sets), expected)
    np.testing.assert_allclose(learn_rule(found, "x", "X").predict(sets), expected)


def test_more_indicators_than_sets_are_averaged() -> None:
    sets = made_up(5, sets=6, indicators=6)
    assert len(average_singles(sets, list(sets.columns[:6])).coefficients) == 6
    with pytest.raises(RegressionError, match="needs at least 4"):
        average_singles(sets.iloc[:3], ["reward"])


def test_a_set_that_alone_decides_a_slope_gives_its_indicator_no_weight() -> None:
    sets = made_up(6, sets=12).assign(odd=[1.0, *[0.0] * 11])
    assert average_singles(sets, [*NAMES, "odd"]).singles.loc["odd", "weight"] == 0


def test_an_average_is_validated_with_its_weights_found_anew() -> None:
    sets = made_up(7, sets=12)
    report = examine(sets, NAMES, Procedure(RuleMethod.AVERAGED))
    assert report.chosen and report.alone is not None and report.alone.method == "nested leave-one-out"
    without = average_singles(sets.iloc[1:], NAMES).predict(sets.iloc[:1])
    assert report.alone.predicted[0] == pytest.approx(float(without.iloc[0]))
    assert report.over_sets is not None and not report.over_sets.covers


def test_few_sets_are_averaged_by_default() -> None:
    assert (RuleMethod.default(29), RuleMethod.default(30)) == (RuleMethod.AVERAGED, RuleMethod.ALL)


def test_on_few_sets_the_average_predicts_new_sets_better_than_all_indicators_together() -> None:
    averaged, together = [], []
    for seed in range(30):
        everything = made_up(seed, sets=214, indicators=6)
        few, new, names = everything.iloc[:14], everything.iloc[14:], list(everything.columns[:6])
        averaged.append(((average_singles(few, names).predict(new) - new["log_loss"]) ** 2).mean())
        together.append(((fit_ols(few, names).predict(new) - new["log_loss"]) ** 2).mean())
    assert np.mean(averaged) < np.mean(together)
