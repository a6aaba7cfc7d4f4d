"""A learned rule predicts as its fit does, remembers what it was learned from, and says where it is used beyond it."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import RegressionError, ValueRefused
from core.regression.bootstrap import bootstrap_sets
from core.regression.learn import learn_rule
from core.regression.ols import fit_ols
from core.regression.shrinkage import Shrinkage, shrink
from core.regression.stepwise import stepwise
from core.regression.validation import k_fold, leave_one_out
from core.rules.rule import Rule, Term, presets, read_rule
from core.selection.select import SelectionSpec, select
from tests.core.regression.candidate_sets import made_up

NAMES = ["reward", "output_length", "knn_distance", "perplexity"]


def learned(**more: object) -> Rule:
    sets = made_up(0, noise=0.05)
    fit = stepwise(sets, NAMES)
    validation = k_fold(sets, lambda some: stepwise(some, NAMES), folds=5)
    about = {"model": "SmolLM2-135M", "settings": {"epochs": 3, "lora": {"rank": 8}}, "data": ("a", "b")}
    return learn_rule(fit, "mine", "Mine", **{"validation": validation, "profile": "embedded", **about, **more})


RECORD = learned().as_dict()


def test_the_rule_predicts_as_the_fit() -> None:
    sets = made_up(0)
    fit = fit_ols(sets, NAMES)
    rule = learn_rule(fit, "mine", "Mine")
    np.testing.assert_allclose(rule.predict(sets), fit.predict(sets))
    assert {term.indicator: term.standard_error for term in rule.terms} == fit.standard_errors
    assert rule.learned and rule.learned.intercept_standard_error == fit.constant.standard_error
    assert "Rew" in rule.equation and "KNN_6" in rule.equation


def test_the_rule_says_what_it_was_learned_from() -> None:
    sets = made_up(0, noise=0.05)
    rule = learned()
    about = rule.learned
    assert about is not None
    assert (about.method, about.sets, about.data) == ("stepwise in both directions by AIC", 30, ("a", "b"))
    assert about.r_squared > about.predicted_r_squared > 0.9
    assert about.validation == "5-fold"
    assert about.settings == {"epochs": 3, "lora": {"rank": 8}}
    assert set(about.ranges) == set(rule.coefficients)
    for name, (low, high) in about.ranges.items():
        assert (low, high) == (sets[name].min(), sets[name].max())
    assert all("30 candidate sets" in term.source for term in rule.terms)


def test_a_learned_rule_survives_json() -> None:
    rule = learned()
    assert read_rule(json.loads(json.dumps(rule.as_dict()))) == rule
    assert hash(read_rule(rule.as_dict())) == hash(rule)


def test_rules_that_were_not_learned_keep_their_form() -> None:
    for rule in (*presets().values(), Rule("x", "X", 1.0, (Term("reward", 2.0),))):
        values = rule.as_dict()
        assert set(values) == {
            "name", "title", "intercept", "terms", "intercept_source", "source", "profile", "notes"
        }  # fmt: skip
        assert all(set(term) == {"indicator", "coefficient", "source", "symbol"} for term in values["terms"])
        assert read_rule(values) == rule


@pytest.mark.parametrize(
    "broken",
    [
        {"ranges": {"reward": [1]}},
        {"ranges": {"reward": "ab"}},
        {"ranges": [1, 2]},
        {"sets": "many"},
        {"sets": float("inf")},
        {"r_squared": 10**400},
        {"r_squared": None},
        {"predicted_r_squared": "high"},
        {"intercept_standard_error": []},
        {"settings": 3},
        {"data": 3},
    ],
)
def test_a_part_that_is_none_is_refused(broken: dict[str, object]) -> None:
    values = learned().as_dict()
    values["learned"] |= broken
    with pytest.raises(ValueRefused, match=r"^rule\.learned"):
        read_rule(values)


@pytest.mark.parametrize("broken", ["a sentence", {"method": "ols"}])
def test_a_record_that_is_none_is_refused(broken: object) -> None:
    values = learned().as_dict() | {"learned": broken}
    with pytest.raises(ValueRefused, match=r"^rule\.learned"):
        read_rule(values)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_rule_changed_by_hand_is_refused_or_can_be_used(data: st.DataObject) -> None:
    values = json.loads(json.dumps(RECORD))
    inside = data.draw(st.sampled_from([values, values["learned"], values["terms"][0]]))
    inside[data.draw(st.sampled_from(sorted(inside)))] = data.draw(anything)
    try:
        rule = read_rule(values)
    except ValueRefused as error:
        assert str(error).strip()
        return
    assert all(
        isinstance(text, str)
        for text in (rule.equation, rule.validation_warning, rule.title.lower(), rule.profile_mismatch("x"))
    )
    assert read_rule(json.loads(json.dumps(rule.as_dict()))).coefficients == rule.coefficients
    rows = made_up(1).assign(dataset_id=1, row_id=range(30))
    if set(rule.coefficients) <= set(rows):
        rule.applied_outside(rows)
        select(rows, SelectionSpec(rule=rule, rows=3, within_range=True), lambda ids: np.ones((len(ids), 2)))


def test_a_standard_error_that_is_no_number_is_refused() -> None:
    values = learned().as_dict()
    values["terms"][0]["standard_error"] = "small"
    with pytest.raises(ValueRefused, match=r"rule\.terms\[0\]\.standard_error: 'small' is not a number"):
        read_rule(values)


def test_use_within_what_was_seen_needs_no_word() -> None:
    assert learned().applied_outside(made_up(0, noise=0.05), "embedded") == ()


def test_use_beyond_what_was_seen_is_pointed_out() -> None:
    rows = made_up(0, noise=0.05).assign(reward=99.0)
    (sentence,) = learned().applied_outside(rows, "embedded")
    assert sentence.startswith("The mean of 'reward' is 99 here, above the ")
    (sentence,) = learned().applied_outside(rows.assign(reward=-99.0), "embedded")
    assert "below the" in sentence


def test_use_on_another_profile_is_pointed_out_and_a_missing_indicator_passed_over() -> None:
    sentences = learned().applied_outside(made_up(0, noise=0.05).drop(columns="reward"), "paper")
    assert len(sentences) == 1 and "learned on scores of profile 'embedded'" in sentences[0]
    assert presets()["instructmining-v1"].applied_outside(made_up(0), "paper") == ()


def test_a_rule_that_foretells_nothing_says_so() -> None:
    assert learned().validation_warning == "" and presets()["instructmining-v1"].validation_warning == ""
    assert "were not measured" in learned(validation=None).validation_warning
    noise = made_up(0).assign(log_loss=np.random.default_rng(0).normal(size=len(made_up(0))))
    fit = fit_ols(noise, NAMES)
    rule = learn_rule(fit, "mine", "Mine", validation=k_fold(noise, lambda some: fit_ols(some, NAMES), 5))
    assert rule.learned is not None and (rule.learned.predicted_r_squared or 0) < 0
    assert "no better than the mean (predicted R² −" in rule.validation_warning


def test_a_penalised_fit_becomes_a_rule_of_the_terms_that_it_kept() -> None:
    sets = made_up(0)
    fit = shrink(sets, NAMES, Shrinkage.LASSO, one_standard_error=True)
    rule = learn_rule(fit, "mine", "Mine", validation=k_fold(sets, lambda some: fit_ols(some, NAMES), 5))
    assert tuple(rule.coefficients) == fit.kept
    np.testing.assert_allclose(rule.predict(sets), fit.predict(sets))
    assert all(term.standard_error is None for term in rule.terms)
    assert rule.learned and rule.learned.method.startswith("lasso, penalty")
    assert read_rule(json.loads(json.dumps(rule.as_dict()))) == rule


def test_least_squares_by_leave_one_out_is_recorded_as_such() -> None:
    fit = fit_ols(made_up(0), NAMES)
    validation = leave_one_out(fit)
    rule = learn_rule(fit, "mine", "Mine", validation=validation)
    assert rule.learned is not None
    assert rule.learned.predicted_r_squared == validation.predicted_r_squared
    assert (rule.learned.method, rule.learned.validation) == ("least squares", "leave-one-out")


def test_a_fit_without_indicators_is_no_rule() -> None:
    with pytest.raises(RegressionError, match="so there is no rule"):
        learn_rule(fit_ols(made_up(0), []), "mine", "Mine")


def test_a_rule_keeps_refits_in_the_order_of_its_terms() -> None:
    sets = pd.DataFrame({"a": np.arange(12.0), "b": np.arange(12.0) % 5})
    sets["log_loss"] = 2 - 0.1 * sets["a"] + 0.3 * sets["b"] + np.random.default_rng(0).normal(0, 0.05, 12)
    fit = fit_ols(sets, ["a", "b"])
    draws = bootstrap_sets(sets, ["a", "b"], 300)
    learned = learn_rule(fit, "r", "R", draws=draws).learned
    assert learned and len(learned.draws) == 100
    assert np.mean(learned.draws, axis=0) == pytest.approx([-0.1, 0.3], abs=0.03)
    assert np.array(learned.draws) == pytest.approx(draws.draws[:100, 1:])
    other = learn_rule(fit, "r", "R", draws=replace(draws, names=("constant", "a", "c"))).learned
    assert other and other.draws == ()
