"""The regression on a real run: candidate sets that were really tuned on, their losses really measured."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import pearsonr, t, ttest_ind

from core.paths import PROJECT
from core.regression.ols import fit_ols
from core.regression.validation import leave_one_out

FILE = PROJECT / "docs" / "runs" / "workstation.csv"
TERMS = ["reward", "knn_distance"]


@pytest.fixture(scope="module")
def sets() -> pd.DataFrame:
    return pd.read_csv(FILE)


def test_the_fit_is_the_one_that_statsmodels_makes(sets: pd.DataFrame) -> None:
    ours = fit_ols(sets, TERMS)
    plain = sm.OLS(sets["log_loss"], sm.add_constant(sets[TERMS])).fit()
    for name in TERMS:
        assert ours.coefficients[name] == pytest.approx(plain.params[name], rel=1e-6)
        assert ours.standard_errors[name] == pytest.approx(plain.bse[name], rel=1e-6)
    assert ours.r_squared == pytest.approx(plain.rsquared, rel=1e-9)


def test_held_back_sets_are_foretold_as_by_fitting_without_them(sets: pd.DataFrame) -> None:
    errors = []
    for held_back in sets.index:
        rest = sets.drop(index=held_back)
        fit = sm.OLS(rest["log_loss"], sm.add_constant(rest[TERMS])).fit()
        foretold = fit.params["const"] + (fit.params[TERMS] * sets.loc[held_back, TERMS]).sum()
        errors.append(sets.loc[held_back, "log_loss"] - foretold)
    total = ((sets["log_loss"] - sets["log_loss"].mean()) ** 2).sum()
    expected = 1 - np.square(errors).sum() / total
    assert leave_one_out(fit_ols(sets, TERMS)).predicted_r_squared == pytest.approx(expected, rel=1e-6)


def test_the_log_loss_is_that_of_the_loss_and_shares_sum_to_one(sets: pd.DataFrame) -> None:
    np.testing.assert_allclose(sets["log_loss"], np.log(sets["loss_per_example"]), atol=2e-6)
    shares = sets[[name for name in sets if name.startswith("share_")]].sum(axis=1)
    np.testing.assert_allclose(shares, 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("run", "terms", "r_squared", "held_back"),
    [
        ("workstation", ["reward"], 0.39, 0.30),
        ("workstation", ["reward", "output_length"], 0.40, 0.20),
        ("workstation", ["reward", "output_length", "knn_distance"], 0.40, 0.12),
        ("all_linear", ["input_length", "output_length"], 0.59, 0.44),
        ("all_linear", ["reward"], 0.25, 0.11),
        ("whole_rows", ["ifd"], 0.76, 0.57),
        ("whole_rows", ["mtld"], 0.73, 0.53),
        ("whole_rows", ["knn_distance"], 0.69, 0.46),
        ("whole_rows", ["reward"], 0.47, 0.23),
        ("whole_rows", ["reward", "output_length", "knn_distance"], 0.74, 0.28),
    ],
)
def test_the_figures_in_the_docs_follow_from_the_tables(
    run: str, terms: list[str], r_squared: float, held_back: float
) -> None:
    sets = pd.read_csv(FILE.with_name(f"{run}.csv"))
    fit = sm.OLS(sets["log_loss"], sm.add_constant(sets[terms])).fit()
    assert fit.rsquared == pytest.approx(r_squared, abs=0.0051)
    total = ((sets["log_loss"] - sets["log_loss"].mean()) ** 2).sum()
    assert 1 - fit.get_influence().ess_press / total == pytest.approx(held_back, abs=0.0051)


def test_the_sign_of_length_holds_with_the_share_of_tool_calls_held_fixed() -> None:
    sets = pd.read_csv(FILE.with_name("all_linear.csv"))
    fit = sm.OLS(sets["log_loss"], sm.add_constant(sets[["output_length", "share_gpteacher-toolformer"]])).fit()
    assert fit.params["output_length"] == pytest.approx(-0.00006, abs=0.000005)
    assert fit.pvalues["output_length"] == pytest.approx(0.015, abs=0.0005)


@pytest.mark.parametrize(
    ("run", "difference", "over_seeds", "among_draws"),
    [
        ("proof", 0.0088, (0.0046, 0.0129), (-0.0004, 0.0179)),
        ("proof_within", -0.0024, (-0.0072, 0.0025), (-0.0138, 0.0090)),
        ("proof_mixed", -0.0168, (-0.0298, -0.0039), (-0.0487, 0.0150)),
    ],
)
def test_the_intervals_of_the_earlier_proofs_in_the_docs_as_they_were_and_are(
    run: str, difference: float, over_seeds: tuple[float, float], among_draws: tuple[float, float]
) -> None:
    by_side = dict(list(pd.read_csv(FILE.with_name(f"{run}.csv")).groupby("side")["loss_per_example"]))
    selected, random = by_side["selected"], by_side["random"]
    was = ttest_ind(selected, random, equal_var=False).confidence_interval(0.95)
    assert (was.low, was.high) == pytest.approx(over_seeds, abs=0.00006)
    gap, half = selected.mean() - random.mean(), t.ppf(0.975, 4) * random.std() * np.sqrt(1 + 1 / 5)
    assert (gap, gap - half, gap + half) == pytest.approx((difference, *among_draws), abs=0.00006)


def test_what_the_rule_chose_and_foretold_on_the_mixed_pool_is_as_the_docs_say() -> None:
    sides = pd.read_csv(FILE.with_name("proof_mixed.csv")).groupby("side")
    assert sides["beside"].agg(["min", "max"]).to_dict("index") == {
        "longest": {"min": 0, "max": 0},
        "random": {"min": 38, "max": 54},
        "selected": {"min": 1, "max": 1},
    }
    foretold = np.exp(sides["rule_value"].mean())
    assert foretold[["selected", "random"]].tolist() == pytest.approx([1.637, 1.708], abs=0.0005)
    spread = sides["loss_per_example"].std()
    assert spread[["random", "longest", "selected"]].tolist() == pytest.approx([0.0105, 0.0020, 0.0006], abs=0.00005)


def test_the_rules_value_foretells_the_order_of_random_draws_from_a_mixed_pool() -> None:
    models = pd.read_csv(FILE.with_name("proof_mixed.csv")).query("side == 'random'")
    log_losses = np.log(models["loss_per_example"])
    assert pearsonr(models["rule_value"], log_losses).statistic == pytest.approx(0.98, abs=0.005)
    assert models["rule_value"].rank().tolist() == log_losses.rank().tolist()
