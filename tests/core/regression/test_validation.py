"""Predicted R² is that of refits without each set, in closed form and by folds, and knows of the choice of terms."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.outliers_influence import OLSInfluence

from core.errors import RegressionError
from core.regression.ols import fit_ols
from core.regression.stepwise import stepwise
from core.regression.validation import k_fold, leave_one_out
from tests.core.regression.candidate_sets import made_up
from tests.core.regression.published import hald, mtcars


@pytest.mark.parametrize(
    ("terms", "press"),
    [
        (["x1", "x2"], 93.88),
        (["x1", "x2", "x4"], 85.35),
        (["x1", "x4"], 121.22),
        (["x1", "x2", "x3", "x4"], 110.35),
    ],
)
def test_press_of_the_cement_is_that_of_the_books(terms: list[str], press: float) -> None:
    """Hald's cement in Montgomery, Peck and Vining, all possible regressions."""
    assert leave_one_out(fit_ols(hald(), terms)).press == pytest.approx(press, abs=0.005)


def test_left_out_errors_are_those_of_statsmodels() -> None:
    sets = mtcars()
    reference = sm.OLS(sets["log_loss"], sm.add_constant(sets[["wt", "qsec", "am"]])).fit()
    found = leave_one_out(fit_ols(sets, ["wt", "qsec", "am"]))
    np.testing.assert_allclose(found.errors, OLSInfluence(reference).resid_press)
    assert found.predicted_r_squared == pytest.approx(1 - found.press / reference.centered_tss)
    assert found.rmse == pytest.approx(np.sqrt(found.press / 32))
    assert f"{found.predicted_r_squared:.1%}" in found.summary


@given(st.integers(0, 2**32 - 1), st.integers(7, 25))
@settings(max_examples=20)
def test_the_closed_form_equals_refits_by_brute_force(seed: int, sets: int) -> None:
    frame = made_up(seed, sets=sets)
    names = [name for name in frame if name != "log_loss"]
    values = np.column_stack([np.ones(sets), frame[names]])
    brute = []
    for i in range(sets):
        rest = np.arange(sets) != i
        coefficients = np.linalg.lstsq(values[rest], frame["log_loss"][rest], rcond=None)[0]
        brute.append(values[i] @ coefficients)
    closed = leave_one_out(fit_ols(frame, names))
    np.testing.assert_allclose(closed.predicted, brute, rtol=1e-6, atol=1e-7)
    folds = k_fold(frame, lambda some: fit_ols(some, names), folds=sets)
    np.testing.assert_allclose(folds.predicted, brute, rtol=1e-6, atol=1e-7)


def test_each_fold_is_predicted_by_the_others_alone() -> None:
    seen: list[set] = []

    def learner(some: pd.DataFrame):
        seen.append(set(some.index))
        return fit_ols(some, ["wt"])

    found = k_fold(mtcars(), learner, folds=5, seed=3)
    held = [set(range(32)) - each for each in seen]
    assert sorted(len(each) for each in held) == [6, 6, 6, 7, 7]
    assert sorted(i for each in held for i in each) == list(range(32))
    first = sorted(held[0])
    expected = fit_ols(mtcars().drop(index=first), ["wt"]).predict(mtcars().loc[first])
    np.testing.assert_allclose(found.predicted[first], expected)


def test_folds_report_how_far_they_are() -> None:
    class Heard:
        def __init__(self) -> None:
            self.reports: list[tuple[int, int]] = []

        def update(self, done: int, total: int, message: str = "") -> None:
            self.reports.append((done, total))

    heard = Heard()
    k_fold(mtcars(), lambda some: fit_ols(some, ["wt"]), folds=3, progress=heard)
    assert heard.reports == [(1, 3), (2, 3), (3, 3)]


def test_folds_are_those_of_the_seed() -> None:
    def predicted(seed: int) -> list[float]:
        return k_fold(mtcars(), lambda some: fit_ols(some, ["wt"]), folds=4, seed=seed).predicted.tolist()

    assert predicted(1) == predicted(1) != predicted(2)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_repeating_the_choice_unmasks_terms_chosen_from_noise(seed: int) -> None:
    random = np.random.default_rng(seed)
    sets = pd.DataFrame(random.normal(size=(40, 12)), columns=[f"i{n}" for n in range(12)])
    sets["log_loss"] = random.normal(size=40)
    names = list(sets.columns[:-1])
    chosen = stepwise(sets, names)
    flattering = leave_one_out(chosen.fit)
    honest = k_fold(sets, lambda some: stepwise(some, names), folds=len(sets))
    assert honest.predicted_r_squared < min(0.0, flattering.predicted_r_squared - 0.2)
    assert "no better than the mean" in honest.summary


def test_a_set_that_alone_decides_a_coefficient_is_named() -> None:
    sets = made_up(0).assign(mtld=lambda t: (t.index == 4) * 1.0)
    with pytest.raises(RegressionError, match="Set 4 alone determines a coefficient"):
        leave_one_out(fit_ols(sets, ["reward", "mtld"]))
    with pytest.raises(RegressionError, match=r"Without fold \d+ of 30: .*'mtld' is constant over the sets"):
        k_fold(sets, lambda some: fit_ols(some, ["reward", "mtld"]), folds=30)


@pytest.mark.parametrize("folds", [0, 1, 33])
def test_impossible_folds_are_refused(folds: int) -> None:
    with pytest.raises(RegressionError, match=f"cannot be split into {folds} folds"):
        k_fold(mtcars(), lambda some: fit_ols(some, ["wt"]), folds=folds)
