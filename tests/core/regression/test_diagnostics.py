"""Diagnostics are those of R and statsmodels, and speak up for exactly the faults that were put in."""

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import OLSInfluence

from core.errors import RegressionError
from core.regression.diagnostics import added_variable, diagnose
from core.regression.ols import fit_ols
from tests.core.regression.candidate_sets import made_up
from tests.core.regression.published import mtcars, stackloss

STACK = ["AIRFLOW", "WATERTEMP", "ACIDCONC"]


def test_the_last_day_of_the_plant_stands_out_as_in_r() -> None:
    """cooks.distance, hatvalues and rstudent of lm(stack.loss ~ .) for the 21st day."""
    found = diagnose(fit_ols(stackloss(), STACK))
    last = found.table.iloc[20]
    assert last["cooks_distance"] == pytest.approx(0.692, abs=5e-4)
    assert last["leverage"] == pytest.approx(0.2845, abs=5e-5)
    assert last["deleted"] == pytest.approx(-3.3305, abs=5e-5)
    assert found.influential.index.tolist() == [20]
    assert found.sentences == ("1 set is influential (Cook's distance above 0.19): 20.",)


def test_every_column_is_that_of_statsmodels_on_the_raw_columns() -> None:
    sets = mtcars()
    names = ["wt", "qsec", "am"]
    reference = OLSInfluence(sm.OLS(sets["log_loss"], sm.add_constant(sets[names])).fit())
    table = diagnose(fit_ols(sets, names)).table
    np.testing.assert_allclose(table["studentised"], reference.resid_studentized_internal)
    np.testing.assert_allclose(table["deleted"], reference.resid_studentized_external)
    np.testing.assert_allclose(table["leverage"], reference.hat_matrix_diag)
    np.testing.assert_allclose(table["cooks_distance"], reference.cooks_distance[0])
    assert table["leverage"].sum() == pytest.approx(4)


def test_normal_quantiles_rank_with_the_residuals_and_mirror_each_other() -> None:
    table = diagnose(fit_ols(mtcars(), ["wt"])).table.sort_values("studentised")
    quantiles = table["normal_quantile"].to_numpy()
    assert (np.diff(quantiles) > 0).all()
    np.testing.assert_allclose(quantiles, -quantiles[::-1], atol=1e-12)


@pytest.mark.parametrize("indicator", ["wt", "qsec", "am"])
def test_the_slope_of_an_added_variable_plot_is_the_coefficient(indicator: str) -> None:
    fit = fit_ols(mtcars(), ["wt", "qsec", "am"])
    plot = added_variable(fit, indicator)
    term = next(term for term in fit.terms if term.name == indicator)
    assert plot.slope == pytest.approx(term.estimate)
    assert np.polyfit(plot.indicator_left, plot.log_loss_left, 1) == pytest.approx([term.estimate, 0], abs=1e-10)
    assert plot.partial_correlation == pytest.approx(term.t / np.sqrt(term.t**2 + fit.degrees_of_freedom))


def test_the_only_indicator_is_plotted_against_means() -> None:
    sets = mtcars()
    plot = added_variable(fit_ols(sets, ["wt"]), "wt")
    np.testing.assert_allclose(plot.indicator_left, sets["wt"] - sets["wt"].mean(), atol=1e-12)
    np.testing.assert_allclose(plot.log_loss_left, sets["log_loss"] - sets["log_loss"].mean(), atol=1e-12)


def test_unequal_noise_and_outliers_are_pointed_out() -> None:
    random = np.random.default_rng(0)
    sets = made_up(0, sets=80, noise=0.02)
    spread = (sets["reward"] - sets["reward"].min()) / 3
    unequal = diagnose(fit_ols(sets.assign(log_loss=sets["log_loss"] + spread * random.normal(size=80)), ["reward"]))
    assert any("use the HC3 standard errors" in sentence for sentence in unequal.sentences)
    odd = sets["log_loss"].where(sets.index > 0, 9.0)
    outlier = diagnose(fit_ols(sets.assign(log_loss=odd), ["reward", "output_length"]))
    assert any("not normal" in sentence for sentence in outlier.sentences)
    assert outlier.influential.index[0] == 0


def test_a_fit_without_indicators_and_a_set_of_leverage_one_still_have_diagnostics() -> None:
    empty = diagnose(fit_ols(mtcars(), []))
    assert np.isnan(empty.equal_variance_p)
    assert empty.table["leverage"].tolist() == pytest.approx([1 / 32] * 32)
    alone = diagnose(fit_ols(made_up(0).assign(mtld=lambda t: (t.index == 4) * 1.0), ["reward", "mtld"]))
    assert alone.table["leverage"][4] == pytest.approx(1)
    unknown = alone.table[["studentised", "deleted", "cooks_distance", "normal_quantile"]].isna()
    assert unknown.loc[4].all() and not unknown.drop(index=4).any(axis=None)


def test_an_indicator_outside_the_fit_has_no_plot() -> None:
    with pytest.raises(RegressionError, match="'gear' is not in the fit"):
        added_variable(fit_ols(mtcars(), ["wt"]), "gear")
