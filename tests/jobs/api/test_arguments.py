"""Arguments at the door of `Studio`: what is wrong is named by its path before anything is done."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import StudioError, ValueRefused
from jobs.api import Studio
from tests.mutated_values import deep, mutated


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with Studio.open(tmp_path_factory.mktemp("data")) as opened:
        opened.selections.select(rows=20, save="best")
        for each in opened.evaluation_sets.all():  # without one no experiment begins, whatever becomes of an argument
            opened.evaluation_sets.delete(each.evaluation_set_id)
        yield opened


CALLS: dict[str, dict[str, Any]] = {
    "selections.select": {
        "rule": "instructmining-v1", "rows": 5, "datasets": ["handbook", "forum"], "by": "reward", "quotas": "equal",
        "diversity": "min_distance", "min_cosine_distance": 0.2, "seed": 3, "most": {},
    },
    "rules.learn": {"experiments": ["none"], "indicators": ["reward"], "method": "stepwise", "criterion": "BIC"},
    "rows.filters": {"where": ["reward>0.5"], "contains": "how", "marked": "unmarked", "most": 5},
    "exports.export": {"selection": "best", "layout": "csv", "scores": True, "neutralise_formulas": False},
    "datasets.near_duplicates": {"threshold": 0.7},
    "experiments.start": {"preset": "none", "rows": 4, "precision": "fp32", "datasets": ["handbook"], "wait": False},
    "comparisons.start": {"a": "none", "temperature": 0.5, "instructions": 3, "wait": False},
    "verdicts.judge": {"comparison": "none", "url": "http://localhost:1/v1", "prices": [1.0, 2.0], "max_cost": 1.0},
    "proofs.start": {
        "selection": "none", "draws": 3, "controls": ["longest"], "equal_tokens": True, "responses": 4, "wait": False
    },
    "sizes.start": {"selection": "none", "sizes": [4, 8], "search": {"patience": 2}, "wait": False},
    "marks.mark": {"rows": [1], "mark": "keep"},
}  # fmt: skip


@pytest.mark.parametrize("method", CALLS)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_mutated_arguments_are_used_or_refused(method: str, studio: Studio, data: st.DataObject) -> None:
    arguments = data.draw(mutated(CALLS[method]).filter(lambda changed: isinstance(changed, dict)))
    try:
        attrgetter(method)(studio)(**arguments)
    except StudioError as error:
        assert str(error).encode()


@pytest.mark.parametrize(
    ("method", "arguments", "said"),
    [
        ("marks.mark", {"rows": deep(5_000, lists=True), "mark": "keep"}, 
         "marks.mark.rows: [[[[[[[...]]]]]]] is not a list of int or Filters"),
        ("selections.select", {"quotas": "eqal"},
         "selection.quotas: 'eqal' is none of none, equal, proportional, custom"),
        ("selections.select", {"rowz": 3}, "selection.rowz: there is no such value; did you mean rows?"),
        ("selections.select", {"rows": "ten"}, "selections.select.rows: 'ten' is not a whole number"),
        ("selections.select", {"rows": -1}, "selection.rows: -1 is less than 1"),
        ("selections.select", {"datasets": "handbook"}, "selections.select.datasets: 'handbook' is not a list"),
        ("selections.select", {"filters": {}}, "selections.select.filters: {} is not Filters"),
        ("selections.select", {"min_cosine_distance": 0.2},
         "selection.min_cosine_distance: 0.2 would be ignored: it needs diversity=min_distance"),
        ("selections.select", {"rows": 3, "percent": 10.0},
         "selection.percent: 10.0 would be ignored: it needs rows to be left out"),
        ("rules.learn", {"method": "Lasso"}, "rule.method: 'Lasso' is none of averaged, all, stepwise, ridge, lasso"),
        ("rules.learn", {"criterion": "BIC"}, "rule.steps: {'direction': 'both', 'criterion': 'BIC', 'enter_p': 0.05, …"
         " would be ignored: it needs method=stepwise"),
        ("rules.learn", {"experiments": [[1]]}, "rules.learn.experiments[0]: [1] is neither text nor a whole number"),
        ("exports.export", {"selection": "best", "layout": "xml"},
         "export.layout: 'xml' is none of alpaca, messages, sharegpt, prompt_completion, csv, parquet"),
        ("exports.export", {}, "exports.export.selection: it is missing"),
        ("experiments.start", {"precision": "fp64"}, "experiment.precision: 'fp64' is none of int8, nf4, bf16, fp32"),
        ("proofs.start", {"selection": "best", "rows": 3},
         "experiment.rows: it would be ignored: the selection says which rows are tuned on"),
        ("datasets.load", {"nam": "x"}, "datasets.load.nam: there is no such value; did you mean name?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(method: str, arguments: Any, said: str, studio: Studio) -> None:
    with pytest.raises(ValueRefused) as refused:
        attrgetter(method)(studio)(**arguments)
    assert str(refused.value) == said


def test_diversity_by_its_name_is_followed(studio: Studio) -> None:
    spread, plain = studio.selections.select(rows=20, diversity="k_center"), studio.selections.select(rows=20)
    assert "others cover the data better" in spread.selection.reasons
    assert set(spread.selection.kept["row_id"]) != set(plain.selection.kept["row_id"])


def test_numbers_and_columns_of_numpy_and_pandas_do_as_pythons(studio: Studio) -> None:
    names = pd.Series(["handbook", "forum"])
    chosen = studio.selections.select(rows=np.int64(5), datasets=names, near_duplicate_similarity=np.float64(0.9))
    assert len(chosen.selection.kept) == 5
