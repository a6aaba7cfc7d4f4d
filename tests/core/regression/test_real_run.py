"""The regression on a real run: candidate sets that were really tuned on, their losses really measured."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

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
