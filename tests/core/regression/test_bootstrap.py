"""Bootstrap errors are those of theory where theory has them: over sets, over examples, over groups of examples."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from sklearn.linear_model import Lasso

from core.errors import RegressionError
from core.regression.bootstrap import bootstrap_examples, bootstrap_penalised, bootstrap_sets, chosen_shares
from core.regression.ols import fit_ols
from core.regression.shrinkage import Shrinkage, shrink
from tests.core.regression.candidate_sets import made_up
from tests.core.regression.published import mtcars

NAMES = ["reward", "output_length"]


def evaluated(seed: int, sets: int = 20, examples: int = 300) -> tuple[pd.DataFrame, np.ndarray]:
    """Sets with the losses of every example, which is easy or hard for all."""
    random = np.random.default_rng(seed)
    frame = made_up(seed, sets=sets)
    losses = np.exp(frame["log_loss"].to_numpy())[:, None] * random.gamma(4, 0.25, size=(1, examples))
    losses = losses * random.gamma(8, 0.125, size=(sets, examples))
    return frame.assign(log_loss=np.log(losses.mean(axis=1))), losses


def delta_errors(frame: pd.DataFrame, losses: np.ndarray) -> np.ndarray:
    """Errors of the coefficients over examples by the delta method."""
    solve = np.linalg.pinv(sm.add_constant(frame[NAMES]).to_numpy())
    per_log = solve / losses.mean(axis=1)
    return np.sqrt(np.diag(per_log @ np.cov(losses) @ per_log.T) / losses.shape[1])


def test_over_sets_the_errors_are_near_those_robust_to_unequal_noise() -> None:
    sets = made_up(0, sets=400)
    random = np.random.default_rng(1)
    sets["log_loss"] += random.normal(size=400) * (sets["reward"] - 10).abs()
    draws = bootstrap_sets(sets, NAMES, draws=1500)
    fit = fit_ols(sets, NAMES)
    np.testing.assert_allclose(draws.table["standard_error"], fit.table["robust_standard_error"], rtol=0.1)
    np.testing.assert_allclose(draws.estimates, fit.table["estimate"])
    np.testing.assert_allclose(draws.low, fit.table["robust_low"], atol=0.25 * fit.table["robust_standard_error"].max())
    assert fit.table.loc["reward", "robust_standard_error"] > 1.2 * fit.standard_errors["reward"]


def test_a_draw_over_sets_is_a_fit_to_sets_of_the_table() -> None:
    """Of four sets there are 256 ordered resamples, four of which have one set four times and no slope."""
    sets = pd.DataFrame({"reward": [0.0, 1.0, 3.0, 4.0], "log_loss": [1.0, 0.5, 0.4, 0.1]})
    possible = set()
    for places in product(range(4), repeat=4):
        rows = sets.iloc[list(places)]
        if rows["reward"].nunique() > 1:
            possible.add(round(float(stats.linregress(rows["reward"], rows["log_loss"]).slope), 9))
    draws = bootstrap_sets(sets, ["reward"], draws=1000)
    assert {round(slope, 9) for slope in draws.draws[:, 1]} <= possible
    assert len(draws.draws) == 1000 - draws.skipped
    assert draws.skipped == pytest.approx(1000 * 4 / 256, abs=12)


def test_too_few_different_sets_for_a_bootstrap_are_refused() -> None:
    """Of three sets one draw in nine is one set three times."""
    with pytest.raises(RegressionError, match="too few different sets"):
        bootstrap_sets(made_up(0, sets=3), ["reward"], draws=1000)


def test_the_share_of_draws_with_the_same_sign_says_how_sure_a_sign_is() -> None:
    draws = bootstrap_sets(mtcars(), ["wt", "gear"], draws=500)
    shares = draws.table["same_sign"]
    assert shares["wt"] == 1.0
    assert 0.4 < shares["gear"] < 0.95
    assert (draws.low < draws.estimates).all() and (draws.estimates < draws.high).all()


def test_over_examples_the_errors_are_those_of_the_delta_method() -> None:
    frame, losses = evaluated(2)
    draws = bootstrap_examples(frame, NAMES, losses, draws=2000)
    np.testing.assert_allclose(draws.table["standard_error"], delta_errors(frame, losses), rtol=0.1)
    np.testing.assert_allclose(draws.estimates, fit_ols(frame, NAMES).table["estimate"])


def test_examples_of_one_group_are_no_independent_evidence() -> None:
    frame, losses = evaluated(3, examples=100)
    five = np.repeat(losses, 5, axis=1)
    grouped = bootstrap_examples(frame, NAMES, five, groups=np.repeat(np.arange(100), 5), draws=2000).table
    naive = bootstrap_examples(frame, NAMES, five, draws=2000).table
    single = bootstrap_examples(frame, NAMES, losses, draws=2000).table
    np.testing.assert_allclose(grouped["standard_error"], single["standard_error"], rtol=0.1)
    np.testing.assert_allclose(naive["standard_error"], single["standard_error"] / np.sqrt(5), rtol=0.1)


def test_weights_make_it_a_mean_over_tokens() -> None:
    frame, losses = evaluated(4, examples=60)
    tokens = np.random.default_rng(0).integers(1, 400, size=60)
    frame["log_loss"] = np.log(losses @ tokens / tokens.sum())
    draws = bootstrap_examples(frame, NAMES, losses, weights=tokens, draws=1000)
    np.testing.assert_allclose(draws.estimates, fit_ols(frame, NAMES).table["estimate"])
    spelled_out = np.repeat(losses, tokens, axis=1)
    groups = np.repeat(np.arange(60), tokens)
    same = bootstrap_examples(frame, NAMES, spelled_out, groups=groups, draws=1000)
    np.testing.assert_allclose(draws.draws, same.draws, rtol=1e-6)


def test_draws_are_those_of_the_seed() -> None:
    frame, losses = evaluated(5, examples=50)
    for draw in (
        lambda seed: bootstrap_sets(frame, NAMES, draws=50, seed=seed).draws,
        lambda seed: bootstrap_examples(frame, NAMES, losses, draws=50, seed=seed).draws,
    ):
        np.testing.assert_array_equal(draw(1), draw(1))
        assert (draw(1) != draw(2)).any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda losses: losses[:-1], "don't belong to 20 sets"),
        (lambda losses: losses.mean(axis=1), "don't belong to 20 sets"),
        (lambda losses: np.where(losses == losses.max(), np.nan, losses), "missing or not positive"),
        (lambda losses: -losses, "missing or not positive"),
        (lambda losses: losses[:, :150], "but its log_loss says"),
    ],
)
def test_losses_of_another_evaluation_are_refused(change, said: str) -> None:
    frame, losses = evaluated(6)
    with pytest.raises(RegressionError, match=said):
        bootstrap_examples(frame, NAMES, change(losses))


def test_a_group_or_weight_must_be_there_for_each_example() -> None:
    frame, losses = evaluated(7, examples=40)
    for wrong in ({"groups": [1, 2, 3]}, {"weights": np.ones(39)}, {"weights": np.zeros(40)}):
        with pytest.raises(RegressionError, match="one group and one weight"):
            bootstrap_examples(frame, NAMES, losses, **wrong)


def test_a_choice_that_hangs_on_one_set_is_made_as_often_as_that_set_is_drawn() -> None:
    sets = made_up(0, sets=10)
    shares = chosen_shares(sets, NAMES, lambda some: NAMES[:1] if 3 in some.index else NAMES, draws=4000)
    assert shares["reward"] == 1
    assert shares["output_length"] == pytest.approx(0.9**10, abs=4 * np.sqrt(0.35 * 0.65 / 4000))


def test_draws_in_which_no_choice_is_possible_are_passed_over() -> None:
    def refusing(some: pd.DataFrame) -> list[str]:
        if 3 in some.index:
            raise RegressionError("too few")
        return NAMES[:1]

    assert chosen_shares(made_up(0, sets=10), NAMES, refusing) == {"reward": 1, "output_length": 0}

    def never(some: pd.DataFrame) -> list[str]:
        raise RegressionError("too few")

    assert np.isnan(list(chosen_shares(made_up(0, sets=10), NAMES, never).values())).all()


def test_a_ridge_of_hardly_any_penalty_is_redrawn_as_least_squares_is() -> None:
    sets = made_up(0)
    fit = shrink(sets, NAMES, Shrinkage.RIDGE, penalties=[1e-9])
    ours, plain = bootstrap_penalised(fit, draws=300, seed=4), bootstrap_sets(sets, NAMES, draws=300, seed=4)
    np.testing.assert_allclose(ours.draws, plain.draws, rtol=1e-5)


def test_a_redrawn_lasso_is_that_of_scikit_learn_on_the_drawn_sets() -> None:
    sets = made_up(2)
    fit = shrink(sets, NAMES, Shrinkage.LASSO, penalties=[0.05])
    first, again = (bootstrap_penalised(fit, draws=20, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first.draws, again.draws)
    drawn = sets.iloc[np.random.default_rng(1).integers(len(sets), size=len(sets))]
    spread = drawn[NAMES].std(ddof=0)
    own = Lasso(alpha=0.05, tol=1e-10).fit((drawn[NAMES] - drawn[NAMES].mean()) / spread, drawn["log_loss"])
    np.testing.assert_allclose(first.draws[0, 1:], own.coef_ / spread, rtol=1e-4)


def test_a_penalised_fit_to_three_sets_is_not_redrawn() -> None:
    with pytest.raises(RegressionError, match="too few different sets"):
        bootstrap_penalised(shrink(made_up(0, sets=3), ["reward"], Shrinkage.RIDGE), draws=200)
