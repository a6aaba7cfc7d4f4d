"""Ridge and lasso meet their own definitions, on the original scales, at the penalty that predicts best."""

import numpy as np
import pytest
from sklearn.model_selection import KFold

from core.errors import RegressionError
from core.regression.bootstrap import bootstrap_penalised
from core.regression.ols import fit_ols
from core.regression.shrinkage import Shrinkage, shrink
from tests.core.regression.candidate_sets import made_up
from tests.core.regression.published import hald, longley, mtcars

CARS = ["cyl", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb"]


def standardised(frame, names: list[str]) -> np.ndarray:
    values = frame[names].to_numpy(float)
    return (values - values.mean(axis=0)) / values.std(axis=0)


def ridge_coefficients(values: np.ndarray, response: np.ndarray, penalty: float) -> np.ndarray:
    return np.linalg.solve(values.T @ values + penalty * np.eye(values.shape[1]), values.T @ response)


def test_ridge_is_its_closed_form() -> None:
    sets = mtcars()
    fit = shrink(sets, CARS, Shrinkage.RIDGE)
    centred = sets["log_loss"] - sets["log_loss"].mean()
    expected = ridge_coefficients(standardised(sets, CARS), centred.to_numpy(), fit.penalty)
    assert list(fit.standardised.values()) == pytest.approx(expected)
    assert list(fit.coefficients.values()) == pytest.approx(expected / sets[CARS].std(ddof=0).to_numpy())
    assert fit.intercept + (sets[CARS].mean() * list(fit.coefficients.values())).sum() == pytest.approx(
        sets["log_loss"].mean()
    )


def test_lasso_meets_the_conditions_of_its_minimum() -> None:
    """Karush-Kuhn-Tucker: correlation with the residual is the penalty for those kept, no greater for others."""
    sets = mtcars()
    fit = shrink(sets, CARS, Shrinkage.LASSO)
    residual = sets["log_loss"] - fit.predict(sets)
    pull = standardised(sets, CARS).T @ residual / len(sets)
    for name, value in zip(CARS, pull, strict=True):
        if name in fit.kept:
            assert value == pytest.approx(np.sign(fit.coefficients[name]) * fit.penalty, abs=1e-4 * fit.penalty)
        else:
            assert abs(value) <= fit.penalty * (1 + 1e-6)
    assert fit.kept and fit.dropped


@pytest.mark.parametrize("method", list(Shrinkage))
def test_next_to_no_penalty_is_least_squares(method: Shrinkage) -> None:
    fit = shrink(hald(), ["x1", "x2"], method, penalties=[1e-9])
    least = fit_ols(hald(), ["x1", "x2"])
    assert fit.coefficients == pytest.approx(least.coefficients, rel=1e-6)
    assert fit.intercept == pytest.approx(least.intercept, rel=1e-6)
    assert fit.r_squared == pytest.approx(least.r_squared)


def test_the_error_of_each_penalty_is_that_of_a_plain_loop_over_folds() -> None:
    sets = longley()
    names = ["GNP", "UNEMP", "ARMED", "YEAR"]
    penalties = [0.01, 1.0, 100.0]
    fit = shrink(sets, names, Shrinkage.RIDGE, penalties=penalties, folds=4, seed=5)
    values, loss = sets[names].to_numpy(float), sets["log_loss"].to_numpy()
    for penalty, found in zip(penalties, fit.path["mse"], strict=True):
        errors = []
        for train, held in KFold(4, shuffle=True, random_state=5).split(values):
            centre, scale = values[train].mean(axis=0), values[train].std(axis=0)
            mean = loss[train].mean()
            coefficients = ridge_coefficients((values[train] - centre) / scale, loss[train] - mean, penalty)
            errors.append(((loss[held] - mean - (values[held] - centre) / scale @ coefficients) ** 2).mean())
        assert found == pytest.approx(np.mean(errors))
    assert fit.penalty == penalties[int(fit.path["mse"].argmin())]


def test_one_standard_error_takes_a_greater_penalty_that_is_as_good() -> None:
    best = shrink(mtcars(), CARS, Shrinkage.LASSO)
    simpler = shrink(mtcars(), CARS, Shrinkage.LASSO, one_standard_error=True)
    line = best.path.set_index("penalty")
    assert simpler.penalty > best.penalty
    assert line.loc[simpler.penalty, "mse"] <= line.loc[best.penalty, "mse"] + line.loc[best.penalty, "standard_error"]
    assert len(simpler.kept) <= len(best.kept)


@pytest.mark.parametrize("method", list(Shrinkage))
def test_units_of_the_indicators_don_t_change_the_predictions(method: Shrinkage) -> None:
    sets = made_up(0)
    names = [name for name in sets if name != "log_loss"]
    rescaled = sets.assign(output_length=sets["output_length"] / 1e4)
    before, after = shrink(sets, names, method), shrink(rescaled, names, method)
    np.testing.assert_allclose(before.predict(sets), after.predict(rescaled), rtol=1e-6)
    assert after.coefficients["output_length"] == pytest.approx(1e4 * before.coefficients["output_length"], rel=1e-5)


def test_indicators_of_pure_noise_are_all_dropped_and_said_so() -> None:
    sets = made_up(8, indicators=6).assign(log_loss=np.random.default_rng(9).normal(size=30))
    fit = shrink(sets, [n for n in sets if n != "log_loss"], Shrinkage.LASSO, one_standard_error=True)
    assert fit.kept == ()
    assert fit.warnings == ("No indicator predicts the loss of held-out sets better than their mean.",)
    assert fit.predict(sets).tolist() == pytest.approx([sets["log_loss"].mean()] * 30)


def test_a_best_penalty_at_the_end_of_those_tried_is_pointed_out() -> None:
    fit = shrink(mtcars(), CARS, Shrinkage.RIDGE, penalties=[1000.0, 2000.0])
    assert "at the end of the grid" in fit.warnings[0]


def test_nothing_to_shrink_is_refused() -> None:
    for wrong in ({"indicators": []}, {"folds": 1}, {"penalties": [0.0]}, {"penalties": []}):
        with pytest.raises(RegressionError, match="needs indicators"):
            shrink(**{"sets": made_up(0), "indicators": ["reward"], "method": Shrinkage.RIDGE} | wrong)


@pytest.mark.parametrize("method", list(Shrinkage))
def test_more_indicators_than_sets_are_shrunk(method: Shrinkage) -> None:
    sets = made_up(1, sets=6, indicators=6)
    found = shrink(sets, list(sets.columns[:6]), method)
    assert np.isfinite(list(found.coefficients.values())).all()
    assert not bootstrap_penalised(found, draws=50).covers, "no interval is claimed where there is none"


@pytest.mark.parametrize("method", list(Shrinkage))
def test_intervals_of_penalised_coefficients_cover_the_truth_as_often_as_they_say(method: Shrinkage) -> None:
    """Of 600 intervals over tables with known coefficients 95% cover; three standard errors are 2.7%."""
    truth = {"reward": 0.3, "output_length": -0.2 / 300, "knn_distance": 0.0}
    hits = []
    for seed in range(200):
        sets = made_up(seed, sets=24, indicators=3)
        fit = shrink(sets, list(truth), method, penalties=[5.0 if method is Shrinkage.RIDGE else 0.1])
        found = bootstrap_penalised(fit, draws=2).table
        hits += [found.loc[name, "low"] <= true <= found.loc[name, "high"] for name, true in truth.items()]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.027)
