"""Least squares gives the figures of NIST and R, whatever the scales, and refuses in words what it can't fit."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.outliers_influence import variance_inflation_factor

from core.errors import RegressionError
from core.regression.design import unfit_columns
from core.regression.ols import fit_ols
from tests.core.regression.candidate_sets import made_up
from tests.core.regression.published import hald, longley, mtcars, norris, stackloss

LONGLEY = ("GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR")
SEEDS = st.integers(0, 2**32 - 1)


def test_longley_has_the_certified_values_of_nist() -> None:
    fit = fit_ols(longley(), LONGLEY)
    certified = {
        "constant": (-3482258.63459582, 890420.383607373),
        "GNPDEFL": (15.0618722713733, 84.9149257747669),
        "GNP": (-0.358191792925910e-01, 0.334910077722432e-01),
        "UNEMP": (-2.02022980381683, 0.488399681651699),
        "ARMED": (-1.03322686717359, 0.214274163161675),
        "POP": (-0.511041056535807e-01, 0.226073200069370),
        "YEAR": (1829.15146461355, 455.478499142212),
    }
    for name, (estimate, error) in certified.items():
        assert fit.table.loc[name, "estimate"] == pytest.approx(estimate, rel=1e-9)
        assert fit.table.loc[name, "standard_error"] == pytest.approx(error, rel=1e-9)
    assert fit.r_squared == pytest.approx(0.995479004577296, rel=1e-13)
    assert fit.f == pytest.approx(330.285339234588, rel=1e-10)
    assert fit.residual_standard_error == pytest.approx(304.854073561965, rel=1e-10)
    assert fit.degrees_of_freedom == 9


def test_norris_has_the_certified_values_of_nist() -> None:
    fit = fit_ols(norris(), ["x"])
    assert fit.intercept == pytest.approx(-0.262323073774029, rel=1e-10)
    assert fit.constant.standard_error == pytest.approx(0.232818234301152, rel=1e-10)
    assert fit.coefficients["x"] == pytest.approx(1.00211681802045, rel=1e-13)
    assert fit.standard_errors["x"] == pytest.approx(0.429796848199937e-03, rel=1e-10)
    assert fit.residual_standard_error == pytest.approx(0.884796396144373, rel=1e-10)
    assert fit.r_squared == pytest.approx(0.999993745883712, rel=1e-14)
    assert fit.f == pytest.approx(5436385.54079785, rel=1e-9)


def test_stackloss_prints_as_in_r() -> None:
    fit = fit_ols(stackloss(), ["AIRFLOW", "WATERTEMP", "ACIDCONC"])
    printed = {
        "constant": (-39.9197, 11.8960, -3.356, 0.00375),
        "AIRFLOW": (0.7156, 0.1349, 5.307, 5.8e-05),
        "WATERTEMP": (1.2953, 0.3680, 3.520, 0.00263),
        "ACIDCONC": (-0.1521, 0.1563, -0.973, 0.34405),
    }
    for name, (estimate, error, t, p) in printed.items():
        line = fit.table.loc[name]
        assert line["estimate"] == pytest.approx(estimate, abs=5e-5)
        assert line["standard_error"] == pytest.approx(error, abs=5e-5)
        assert line["t"] == pytest.approx(t, abs=5e-4)
        assert line["p"] == pytest.approx(p, rel=5e-3)
    assert fit.residual_standard_error == pytest.approx(3.243, abs=5e-4)
    assert (fit.r_squared, fit.adjusted_r_squared) == pytest.approx((0.9136, 0.8983), abs=5e-5)
    assert (fit.f, fit.f_p) == pytest.approx((59.9, 3.016e-09), rel=1e-3)


def test_information_criteria_differ_from_r_by_the_variance_that_r_counts() -> None:
    fit = fit_ols(mtcars(), ["wt", "qsec", "am"])
    assert fit.aic + 2 == pytest.approx(154.1194, abs=5e-5)
    assert fit.bic + np.log(32) == pytest.approx(161.4481, abs=1e-4)


def test_variance_inflation_is_that_of_the_books() -> None:
    """Longley in R's `car::vif`, Hald's cement in Montgomery and Peck."""
    found = fit_ols(longley(), LONGLEY).table["vif"].tolist()[1:]
    assert found == pytest.approx([135.53, 1788.51, 33.62, 3.59, 399.15, 758.98], abs=0.005)
    found = fit_ols(hald(), ["x1", "x2", "x3", "x4"]).table["vif"].tolist()[1:]
    assert found == pytest.approx([38.50, 254.42, 46.87, 282.51], abs=0.005)
    assert fit_ols(norris(), ["x"]).terms[0].vif == 1.0


def test_indicators_that_say_the_same_are_named_with_their_partners() -> None:
    fit = fit_ols(hald(), ["x1", "x2", "x3", "x4"])
    assert len(fit.warnings) == 4
    assert fit.warnings[1].startswith("'x2' is nearly collinear with 'x4' (VIF 254.4)")
    assert fit_ols(hald(), ["x1", "x2"]).warnings == ()


def test_overlap_below_ten_is_a_milder_warning() -> None:
    fit = fit_ols(mtcars(), ["wt", "disp", "cyl"])
    vifs = [term.vif for term in fit.terms]
    assert all(4 < vif < 10 for vif in vifs)
    assert len(fit.warnings) == sum(vif > 5 for vif in vifs)
    assert "is correlated with" in fit.warnings[0]
    assert f"{np.sqrt(max(vifs)):.1f} times" in " ".join(fit.warnings)


def test_condition_number_is_that_of_the_correlation_matrix() -> None:
    eigenvalues = np.linalg.eigvalsh(longley()[list(LONGLEY)].corr())
    assert fit_ols(longley(), LONGLEY).condition_number == pytest.approx(np.sqrt(eigenvalues[-1] / eigenvalues[0]))
    assert fit_ols(longley(), LONGLEY).condition_number == pytest.approx(110.54, abs=0.01)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_every_figure_is_that_of_statsmodels_on_the_raw_columns(level: float) -> None:
    sets = mtcars()
    names = ["hp", "wt", "qsec", "am"]
    reference = sm.OLS(sets["log_loss"], sm.add_constant(sets[names])).fit()
    robust = reference.get_robustcov_results("HC3", use_t=True)
    fit = fit_ols(sets, names, level)
    expected = {
        "estimate": reference.params,
        "standard_error": reference.bse,
        "t": reference.tvalues,
        "p": reference.pvalues,
        "low": reference.conf_int(1 - level)[0],
        "high": reference.conf_int(1 - level)[1],
        "robust_standard_error": robust.bse,
        "robust_t": robust.tvalues,
        "robust_p": robust.pvalues,
        "robust_low": robust.conf_int(1 - level)[:, 0],
        "robust_high": robust.conf_int(1 - level)[:, 1],
    }
    for column, values in expected.items():
        np.testing.assert_allclose(fit.table[column], values, rtol=1e-8)
    raw = sm.add_constant(sets[names]).to_numpy()
    np.testing.assert_allclose(fit.table["vif"][1:], [variance_inflation_factor(raw, i) for i in range(1, 5)])
    assert (fit.aic, fit.bic) == pytest.approx((reference.aic, reference.bic))
    assert (fit.r_squared, fit.adjusted_r_squared) == pytest.approx((reference.rsquared, reference.rsquared_adj))
    assert (fit.f, fit.f_p) == pytest.approx((reference.fvalue, reference.f_pvalue))
    np.testing.assert_allclose(fit.residuals, reference.resid, atol=1e-10)
    np.testing.assert_allclose(fit.fitted, reference.fittedvalues)
    np.testing.assert_allclose(fit.predict(sets), reference.fittedvalues)


@given(SEEDS, st.lists(st.integers(-9, 9), min_size=4, max_size=4))
@settings(max_examples=25)
def test_units_of_the_indicators_change_nothing_but_their_coefficients(seed: int, powers: list[int]) -> None:
    sets = made_up(seed)
    names = [name for name in sets if name != "log_loss"]
    factors = 10.0 ** np.array(powers)
    rescaled = sets.assign(**{name: sets[name] * factor for name, factor in zip(names, factors, strict=True)})
    before, after = fit_ols(sets, names), fit_ols(rescaled, names)
    for column in ("estimate", "standard_error", "robust_standard_error", "low", "high"):
        np.testing.assert_allclose(after.table[column][1:] * factors, before.table[column][1:], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(after.table["t"], before.table["t"], rtol=1e-6)
    np.testing.assert_allclose(after.table["vif"][1:], before.table["vif"][1:], rtol=1e-6)
    assert (after.r_squared, after.aic, after.f) == pytest.approx((before.r_squared, before.aic, before.f))


@given(SEEDS)
@settings(max_examples=25)
def test_the_order_of_sets_and_indicators_does_not_matter(seed: int) -> None:
    sets = made_up(seed)
    names = [name for name in sets if name != "log_loss"]
    before = fit_ols(sets, names)
    after = fit_ols(sets.sample(frac=1, random_state=seed), names[::-1])
    np.testing.assert_allclose(after.table.loc[before.table.index, :"high"], before.table.loc[:, :"high"], rtol=1e-8)
    assert after.bic == pytest.approx(before.bic)


def test_without_indicators_every_set_is_predicted_at_the_mean() -> None:
    sets = mtcars()
    fit = fit_ols(sets, [])
    assert fit.intercept == pytest.approx(sets["log_loss"].mean())
    assert fit.constant.standard_error == pytest.approx(sets["log_loss"].std() / np.sqrt(32))
    assert fit.r_squared == 0 and np.isnan(fit.f)
    assert set(fit.predict(sets)) == {fit.intercept}


def test_losses_that_are_a_formula_are_doubted() -> None:
    sets = made_up(0)
    sets["log_loss"] = 1 + 2 * sets["reward"] - 3 * sets["output_length"]
    fit = fit_ols(sets, ["reward", "output_length"])
    assert fit.coefficients == pytest.approx({"reward": 2, "output_length": -3})
    assert "check the losses" in fit.warnings[-1]


def test_fewer_sets_than_a_fit_needs_are_refused_with_the_number() -> None:
    names = ["reward", "output_length", "knn_distance", "perplexity"]
    assert fit_ols(made_up(0, sets=6), names).degrees_of_freedom == 1
    with pytest.raises(RegressionError, match="5 candidate sets are too few for 4 indicators: a fit needs at least 6"):
        fit_ols(made_up(0, sets=5), names)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("mtld", 5.0, "'mtld' is constant over the sets"),
        ("mtld", [np.nan] + [1.0, 2.0] * 14 + [np.inf], "'mtld' has no value in 2 of 30 sets"),
        ("mtld", "long", "'mtld' is not numeric"),
        ("absent", None, "'mtld' is not among the columns"),
        ("log_loss", 1.0, "The response 'log_loss' is constant over the sets"),
        ("log_loss", [np.nan] + [1.0] * 29, "The response 'log_loss' has no value in 1 of 30 sets"),
    ],
)
def test_an_unfit_column_is_refused_by_name(column: str, value: object, said: str) -> None:
    with pytest.raises(RegressionError, match=said):
        fit_ols(made_up(1).assign(**{column: value}), ["reward", "mtld"])


def test_exact_combinations_are_refused_with_all_their_parts() -> None:
    sets = made_up(2)
    sets["mtld"] = 3 * sets["reward"] - 0.01 * sets["knn_distance"] + 7
    with pytest.raises(RegressionError, match="'mtld' is an exact combination of 'reward' and 'knn_distance'"):
        fit_ols(sets, ["reward", "output_length", "knn_distance", "mtld"])
    assert list(unfit_columns(sets, ["mtld", "reward", "knn_distance"])) == ["knn_distance"]
    assert unfit_columns(sets, ["reward", "output_length", "mtld"]) == {}


def test_an_indicator_named_twice_and_a_strange_level_are_refused() -> None:
    with pytest.raises(RegressionError, match="twice"):
        fit_ols(made_up(0), ["reward", "reward"])
    with pytest.raises(RegressionError, match="between 0 and 1"):
        fit_ols(made_up(0), ["reward"], level=95)


def test_predicting_without_an_indicator_names_it() -> None:
    fit = fit_ols(made_up(0), ["reward", "output_length"])
    with pytest.raises(RegressionError, match="output_length"):
        fit.predict(made_up(0)[["reward"]])
    gaps = made_up(0).assign(reward=np.nan)
    assert fit.predict(gaps).isna().all()
