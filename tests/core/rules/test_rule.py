"""A rule: its value by hand, what it says of itself, and what is taken for one."""

import math
from dataclasses import FrozenInstanceError
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from core.errors import SelectionError, ValueRefused
from core.rules.rule import Learned, Rule, Term, kept_rule, presets, read_rule, refuse_unkept
from core.rules.transform import Transform, parted
from core.values import read

LEARNED = {
    "method": "stepwise by AIC",
    "model": "SmolLM2",
    "settings": {"epochs": 3},
    "data": ["alpaca", "dolly"],
    "sets": 78,
    "ranges": {"reward": [-1, 2], "mtld": [40, 60]},
    "r_squared": 0.81,
    "predicted_r_squared": 0.74,
    "validation": "leave one out",
    "intercept_standard_error": 0.05,
}
WHOLE: dict[str, Any] = {
    "name": "mine",
    "title": "My rule",
    "intercept": 1.5,
    "terms": [
        {"indicator": "reward", "coefficient": -0.5, "source": "Table 2", "symbol": "Rew", "standard_error": 0.1},
        {"indicator": "mtld", "coefficient": 0.25},
    ],
    "intercept_source": "Equation 4",
    "source": "a paper",
    "profile": "embedded",
    "notes": "by mark",
    "learned": LEARNED,
}


class Saved(NamedTuple):
    name: str
    rule: dict[str, Any]


def rule_of(*terms: Term, **more: Any) -> Rule:
    return Rule("mine", "My rule", 1.0, terms, **more)


def learned(**changes: Any) -> Learned:
    return read(Learned, LEARNED | changes)


def test_every_part_of_a_rule_is_read() -> None:
    assert read_rule(WHOLE) == Rule(
        name="mine",
        title="My rule",
        intercept=1.5,
        terms=(Term("reward", -0.5, "Table 2", "Rew", 0.1), Term("mtld", 0.25)),
        intercept_source="Equation 4",
        source="a paper",
        profile="embedded",
        notes="by mark",
        learned=Learned(
            method="stepwise by AIC",
            model="SmolLM2",
            settings={"epochs": 3},
            data=("alpaca", "dolly"),
            sets=78,
            ranges={"reward": (-1.0, 2.0), "mtld": (40.0, 60.0)},
            r_squared=0.81,
            predicted_r_squared=0.74,
            validation="leave one out",
            intercept_standard_error=0.05,
        ),
    )


def test_what_a_rule_lacks_is_empty_and_its_title_is_its_name() -> None:
    found = read_rule({"name": "mine", "intercept": 1, "terms": [{"indicator": "reward", "coefficient": 2}]})
    assert found == Rule("mine", "mine", 1.0, (Term("reward", 2.0),))
    assert read_rule(WHOLE | {"title": ""}).title == read_rule(WHOLE | {"title": None}).title == "mine"
    fewer = {name: value for name, value in LEARNED.items() if name not in ("predicted_r_squared", "validation")}
    assert read(Learned, fewer) == learned(predicted_r_squared=None, validation="")


def test_a_rule_is_a_value_that_nobody_changes_and_that_can_be_a_key() -> None:
    for value, name in ((rule_of(), "title"), (Term("reward", 1.0), "coefficient"), (learned(), "sets")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 1)
    assert {rule_of(learned=learned()): 1}[rule_of(learned=learned())] == 1


def test_its_json_form_has_only_what_the_rule_has() -> None:
    assert list(rule_of(Term("reward", -0.5), Term("mtld", 2.0, standard_error=0.1)).as_dict()["terms"]) == [
        {"indicator": "reward", "coefficient": -0.5, "source": "", "symbol": ""},
        {"indicator": "mtld", "coefficient": 2.0, "source": "", "symbol": "", "standard_error": 0.1},
    ]
    assert "learned" not in rule_of().as_dict()
    assert rule_of(learned=learned()).as_dict()["learned"]["sets"] == 78


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"intercept": "much"}, "rule.intercept"),
        ({"intercept": math.inf}, "rule.intercept"),
        ({"terms": [{"indicator": "reward", "coefficient": math.nan}]}, "rule.terms[0].coefficient"),
        ({"terms": [{"coefficient": 1}]}, "rule.terms[0].indicator"),
        ({"terms": [{"indicator": "reward", "coefficient": 1}] * 2}, "rule.terms"),
        ({"learned": LEARNED | {"ranges": {"reward": [1]}}}, "rule.learned.ranges.reward"),
        ({"title": "", "name": 3}, "rule.name"),
    ],
)
def test_what_is_no_rule_is_refused_by_its_path(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_rule(WHOLE | changes)
    assert str(refused.value).startswith(where)


def test_what_is_not_even_a_table_is_refused() -> None:
    with pytest.raises(ValueRefused):
        read_rule("a sentence")


def test_a_kept_rule_that_is_damaged_is_named() -> None:
    assert kept_rule(Saved("mine", WHOLE | {"unknown": 1})).intercept == 1.5, "an older name falls away"
    with pytest.raises(ValueRefused, match="mine"):
        kept_rule(Saved("mine", {"name": "mine"}))


def test_each_term_gives_coefficient_times_indicator_and_the_rule_their_sum() -> None:
    rows = pd.DataFrame({"reward": [2.0, np.nan], "mtld": [40.0, 50.0], "other": 9.0}, index=[7, 8])
    rule = rule_of(Term("reward", -0.5), Term("mtld", 0.25))
    assert rule.contributions(rows)["reward"].tolist()[0] == -1.0
    assert rule.contributions(rows)["mtld"].tolist() == [10.0, 12.5]
    assert rule.predict(rows)[7] == 1.0 - 1.0 + 10.0
    assert math.isnan(rule.predict(rows)[8]), "a row without a score is not ranked by the others"
    assert rule.predict_set(rows) == 1.0 - 0.5 * 2.0 + 0.25 * 45.0


def test_every_indicator_that_the_data_lack_is_named() -> None:
    rule = rule_of(Term("reward", -0.5), Term("mtld", 0.25), Term("unieval", 1.0))
    with pytest.raises(SelectionError, match="reward, unieval"):
        rule.predict(pd.DataFrame({"mtld": [1.0]}))


def test_the_equation_has_the_signs_of_the_coefficients_and_symbols_where_there_are_some() -> None:
    terms = (Term("reward", -0.5, symbol="Rew"), Term("mtld", 0.25), Term("length", 0.0))
    assert rule_of(*terms).equation == "log L = 1 − 0.5·Rew + 0.25·mtld + 0·length"


def test_scores_of_another_profile_are_told_with_both_names() -> None:
    rule = rule_of(profile="paper")
    assert rule.profile_mismatch("paper") == rule_of().profile_mismatch("embedded") == ""
    assert "'paper'" in rule.profile_mismatch("embedded") and "'embedded'" in rule.profile_mismatch("embedded")
    assert "'paper'" in rule_of(profile="embedded").profile_mismatch("paper")


@pytest.mark.parametrize(
    ("seen", "doubted"), [(0.01, False), (0.0, True), (-0.2, True), (math.nan, True), (None, True)]
)
def test_a_learned_rule_is_doubted_where_it_predicts_no_set_that_it_has_not_seen(
    seen: float | None, doubted: bool
) -> None:
    assert bool(rule_of(learned=learned(predicted_r_squared=seen)).validation_warning) is doubted


def test_a_doubted_rule_says_whether_it_failed_or_was_never_measured() -> None:
    never, failed = (rule_of(learned=learned(predicted_r_squared=each)).validation_warning for each in (math.nan, -0.2))
    assert "not measured" in never and "−0.200" in failed
    assert rule_of().validation_warning == "", "a rule from a paper was not learned here"


@pytest.mark.parametrize(
    ("rewards", "told"),
    [([2.0, 2.0], ""), ([-1.0], ""), ([2.0, 2.1], "above the -1 to 2"), ([-1.5, -1.0], "below the -1 to 2")],
)
def test_means_beyond_the_sets_that_it_learned_on_are_told(rewards: list[float], told: str) -> None:
    rows = pd.DataFrame({"reward": rewards, "mtld": 50.0})
    found = rule_of(learned=learned()).applied_outside(rows)
    assert len(found) == bool(told) and told in "".join(found)
    assert rule_of().applied_outside(rows) == ()


def test_another_profile_and_each_mean_beyond_has_a_sentence_of_its_own() -> None:
    rule = rule_of(profile="paper", learned=learned())
    rows = pd.DataFrame({"reward": [9.0], "mtld": [70.0]})
    assert len(rule.applied_outside(rows, "embedded")) == 3
    assert len(rule.applied_outside(rows, "paper")) == len(rule.applied_outside(rows)) == 2
    assert rule.applied_outside(pd.DataFrame({"mtld": [50.0]})) == (), "nothing is known of rows without the score"


def test_a_rule_that_can_be_kept_has_a_name_of_its_own_and_known_indicators() -> None:
    rule = rule_of(Term("reward", 1.0))
    refuse_unkept(rule, ["Another"], ["reward", "mtld"])
    for refused, message in (
        (Rule("", "", 0.0, rule.terms), "name"),
        (Rule("x", "Another", 0.0, rule.terms), "Another"),
        (rule_of(), "coefficient"),
        (rule_of(Term("reward", 1.0), Term("beauty", 1.0)), "beauty"),
    ):
        with pytest.raises(SelectionError, match=message):
            refuse_unkept(refused, ["Another"], ["reward", "mtld"])


def test_the_rules_that_come_along_are_found_by_their_names() -> None:
    assert all(rule.name == name for name, rule in presets().items())
    assert presets()["instructmining-v1"].coefficients == {
        "reward": -0.1498, "output_length": 8.257e-5, "knn_distance": -0.935
    }  # fmt: skip
    newer = presets()["instructmining-v3"].equation
    assert newer == "log L = 0.0274 − 0.0078·Rew + 0.4421·Und − 0.3212·Nat − 0.152·Coh"


def test_where_the_coefficients_of_the_papers_rules_come_from_is_said() -> None:
    for rule in presets().values():
        assert "secondary source" in rule.source
        assert all("secondary source" in term.source for term in rule.terms)


LOG = Term("output_length", 0.2, "", "Len", transform=Transform.LOG)
MEAN_LOG = Term("output_length", 0.2, "", "Len", transform=Transform.MEAN_LOG)
SQUARE = Term("reward", 3.0, "", "Rew", transform=Transform.SQUARE, centre=0.5)


def test_a_term_weighs_the_logarithm_or_the_square_of_its_indicator() -> None:
    rows = pd.DataFrame({"output_length": [1.0, math.e**2, 0.0], "reward": [0.5, 2.5, 1.0]})
    for log in (LOG, MEAN_LOG):
        values = rule_of(log, SQUARE).predict(rows)
        assert values[:2].tolist() == pytest.approx([1.0, 1.0 + 0.4 + 12.0])
        assert math.isnan(values[2]), "nothing has no logarithm"
    assert rule_of(LOG, SQUARE, Term("reward", 1.0)).indicators == ("output_length", "reward")


def test_of_a_set_the_log_of_the_mean_is_not_the_mean_of_the_logs() -> None:
    rows = pd.DataFrame({"output_length": [1.0, math.e**2], "reward": [0.0, 2.0]})
    assert rule_of(LOG).predict_set(rows) == pytest.approx(1.0 + 0.2 * math.log((1 + math.e**2) / 2))
    assert rule_of(MEAN_LOG).predict_set(rows) == pytest.approx(1.0 + 0.2 * 1.0)
    assert rule_of(SQUARE).predict_set(rows) == pytest.approx(1.0 + 3 * 0.25)


def test_a_table_of_set_means_may_hold_the_mean_of_the_logs_itself() -> None:
    means = pd.DataFrame({"output_length": [9.0], "mean_log_output_length": [2.0]})
    assert rule_of(MEAN_LOG).predict(means)[0] == pytest.approx(1.4)


def test_logs_and_squares_are_written_and_read_again() -> None:
    rule = rule_of(LOG, MEAN_LOG, SQUARE)
    assert rule.equation == "log L = 1 + 0.2·log(Len) + 0.2·mean(log(Len)) + 3·(Rew − 0.5)²"
    assert read_rule(rule.as_dict()) == rule
    assert rule.as_dict()["terms"][0]["transform"] == "log" and "centre" not in rule.as_dict()["terms"][0]


@pytest.mark.parametrize("term", [LOG, MEAN_LOG, SQUARE, Term("reward", 1.0)])
def test_a_terms_name_tells_its_transform_and_indicator(term: Term) -> None:
    assert parted(term.name) == (term.transform, term.indicator)
