"""What is said of a selection before its rows are used, and what asks before they are saved."""

from dataclasses import replace
from typing import Any

import pytest

from core.rules.rule import presets
from core.selection.doubts import doubts
from core.selection.outcome import Prediction
from core.selection.record import SelectionRecord
from core.selection.source_dataset import SourceDataset
from core.selection.spec import Quotas, RankBy, SelectionSpec

RULE = presets()["instructmining-v1"]
BY_RULE = SelectionSpec(rule=RULE, rows=10)
CLEAR = Prediction(0.5, 0.8, 0.8, 0.05)


def told(spec: SelectionSpec = BY_RULE, **fields: Any) -> tuple[list[str], bool]:
    """The sentences, and whether saving asks."""
    usual = {"kept": 10, "considered": 40, "reasons": {"lower rank": 30}, "prediction": CLEAR, "means": {}}
    found = doubts(SelectionRecord(spec, "embedded", **{"sources": (), **usual, **fields}))
    return [each.sentence for each in found], any(each.asks for each in found)


def test_a_clear_choice_by_a_published_rule_is_in_no_doubt() -> None:
    assert told() == ([], False)


@pytest.mark.parametrize(("kept", "doubted"), [(0.69, False), (0.71, True), (0.8, True), (0.9, True)])
def test_two_standard_deviations_below_random_choices_are_needed(kept: float, doubted: bool) -> None:
    sentences, asks = told(prediction=replace(CLEAR, kept=kept))
    assert asks is doubted and bool(sentences) is doubted
    if doubted:
        assert sentences == [
            f"By its own rule this selection is no better than random rows: {kept:g} against 0.8 ± 0.05."
        ]


def test_what_the_rule_says_does_not_matter_where_it_does_not_rank() -> None:
    spec = replace(BY_RULE, rank_by=RankBy.RANDOM)
    assert told(spec, prediction=replace(CLEAR, kept=0.9)) == ([], False)


def test_rows_without_a_score_are_counted_and_a_ranking_that_chose_nothing_asks() -> None:
    sentences, asks = told(reasons={"no score": 3, "lower rank": 27})
    assert sentences[0].startswith("3 rows of 40 lack a score") and not asks
    sentences, asks = told(reasons={"no score": 1}, kept=39)
    assert asks and sentences[0] == "All rows that can be ranked are kept: the ranking has chosen nothing."
    assert sentences[1].startswith("1 row of 40 lacks a score")
    assert told(replace(BY_RULE, rows=None), reasons={"no score": 1}, kept=39)[1] is False, "all were asked for"


def test_an_indicator_without_a_better_end_asks_and_a_weak_one_is_named() -> None:
    by_length = SelectionSpec(rank_by=RankBy.INDICATOR, indicator="output_length", rows=10)
    assert told(by_length, prediction=None)[1]
    weak = told(replace(by_length, indicator="naturalness"), prediction=None)
    assert weak == (["Naturalness is weak: it agrees too little with human ratings."], False)


def test_influence_of_several_datasets_is_on_several_scales_unless_each_has_its_share() -> None:
    spec = SelectionSpec(rank_by=RankBy.WAY, way="influence", rows=10)
    one, other, unscored = (
        SourceDataset(number, f"file {number}", "", 20, {}, (), {"influence": scored, "output_length": 20})
        for number, scored in enumerate((20, 5, 0))
    )
    sentences, asks = told(spec, prediction=None, sources=(one, other, unscored))
    assert not asks and sentences == [
        "Influence of a dataset's rows is measured with a model tuned on that dataset, so the values of 2 datasets are "
        "not on one scale."
    ]
    assert told(spec, prediction=None, sources=(one, unscored)) == ([], False)
    assert told(replace(spec, quotas=Quotas.PROPORTIONAL), prediction=None, sources=(one, other)) == ([], False)
    assert told(replace(spec, way="longest"), prediction=None, sources=(one, other)) == ([], False)
