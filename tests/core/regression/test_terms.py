"""Logs and squares as terms of a fit, the test that asks for them, and the rule that comes of them."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.diagnostic import linear_reset

from core.errors import RegressionError
from core.regression.diagnostics import diagnose
from core.regression.learn import learn_rule
from core.regression.ols import fit_ols
from core.regression.procedure import Procedure, RuleMethod, examine
from core.regression.set_table import SetTable
from core.regression.terms import Scale
from core.rules.transform import Transform


def table(sets: int = 24, seed: int = 0) -> SetTable:
    """Sets whose loss goes with the log of length and the square of reward."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"output_length": np.exp(random.normal(4, 1, sets)), "reward": random.normal(1, 1, sets)})
    loss = 2 - 0.1 * np.log(frame["output_length"]) + 0.2 * (frame["reward"] - 1.5) ** 2
    frame["log_loss"] = loss + random.normal(0, 0.01, sets)
    logs = np.log(frame[["output_length"]]) - 0.2
    return SetTable(frame, ("output_length", "reward"), mean_logs=logs.assign(reward=np.nan))


def test_skewed_indicators_are_taken_on_a_log_scale_and_squares_about_their_mean() -> None:
    plain = table()
    found = plain.transformed(Scale.LOG, ["reward"])
    assert found.indicators == ("log_output_length", "reward", "squared_reward")
    np.testing.assert_allclose(found.sets["log_output_length"], np.log(plain.sets["output_length"]))
    centre = found.terms["squared_reward"].centre
    assert centre == pytest.approx(plain.sets["reward"].mean(), rel=5e-3)
    np.testing.assert_allclose(found.sets["squared_reward"], (plain.sets["reward"] - centre) ** 2)
    assert found.columns_of(["reward"]) == ("reward", "squared_reward")


def test_means_of_logs_are_those_of_the_rows() -> None:
    plain = table()
    found = plain.transformed(Scale.MEAN_LOG)
    np.testing.assert_allclose(found.sets["mean_log_output_length"], np.log(plain.sets["output_length"]) - 0.2)
    with pytest.raises(RegressionError, match="need the rows"):
        SetTable(plain.sets, plain.indicators).transformed(Scale.MEAN_LOG)
    with pytest.raises(RegressionError, match="No square of mtld"):
        plain.transformed(Scale.RAW, ["mtld"])


def test_the_rule_of_logs_and_squares_is_applied_to_the_indicators_themselves() -> None:
    found = table().transformed(Scale.LOG, ["reward"])
    fit = fit_ols(found.sets, found.indicators)
    rule = learn_rule(fit, "x", "X", terms=found.terms)
    assert [each.transform for each in rule.terms] == [Transform.LOG, Transform.IDENTITY, Transform.SQUARE]
    np.testing.assert_allclose(rule.predict(table().sets[["output_length", "reward"]]), fit.fitted)
    assert rule.learned is not None
    length = table().sets["output_length"]
    assert rule.learned.ranges["output_length"] == (length.min(), length.max()), "of the indicator, not of its log"


def test_the_reset_test_is_statsmodels_and_asks_for_what_is_missing() -> None:
    found = table(60).transformed(Scale.LOG, ["reward"])
    plain = fit_ols(found.sets, ["log_output_length", "reward"])
    regressors = sm.add_constant(found.sets[["log_output_length", "reward"]])
    expected = linear_reset(sm.OLS(found.sets["log_loss"], regressors).fit(), power=2, use_f=True)
    assert diagnose(plain).linear_p == pytest.approx(float(expected.pvalue), rel=1e-6)
    assert "not linear" in diagnose(plain).sentences[0]
    whole = diagnose(fit_ols(found.sets, found.indicators))
    assert whole.linear_p > 0.05 and not any("not linear" in each for each in whole.sentences)


def test_a_fit_that_is_not_linear_says_so_wherever_it_is_learned() -> None:
    found = table(60).transformed(Scale.LOG)
    doubts = examine(found.sets, found.indicators, Procedure(RuleMethod.ALL)).doubts
    assert len(doubts) == 1 and "add a squared term" in doubts[0]
    squared = table(60).transformed(Scale.LOG, ["reward"])
    assert examine(squared.sets, squared.indicators, Procedure(RuleMethod.ALL)).doubts == ()
