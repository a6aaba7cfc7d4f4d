"""A selection beside its candidates: the fate of each, and the prediction against random choices."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.rules.rule import Rule, Term
from core.selection.outcome import SelectionOutcome, weigh
from core.selection.select import RankBy, SelectionSpec, select
from core.store.score_matrix import PREDICTED

RULE = Rule("mine", "Mine", 1.0, (Term("reward", -0.5),))
SPEC = SelectionSpec(rule=RULE, rows=2)
FRAME = pd.DataFrame(
    {"dataset_id": [1, 1, 2, 2], "row_id": [10, 11, 10, 13], "reward": [1.0, np.nan, 1.0, 3.0], "mtld": [5.0, 6, 7, 9]}
)


def no_embeddings(row_ids: object) -> np.ndarray:
    raise AssertionError("this selection needs no embeddings")


def weighed(spec: SelectionSpec, frame: pd.DataFrame = FRAME) -> SelectionOutcome:
    return weigh(select(frame, spec, no_embeddings), frame)


def test_every_candidate_has_its_fate_in_the_order_of_the_candidates() -> None:
    found = weighed(SPEC)
    assert found.rows["reason"].tolist() == ["", "no score", "the same pair in another dataset", ""]
    assert found.rows[PREDICTED].tolist()[::3] == [0.5, -0.5]
    assert found.kept_rows["row_id"].tolist() == [10, 13] and found.dropped_rows["row_id"].tolist() == [11, 10]
    assert found.fates.to_dict("list") == {
        "dataset_id": [1, 1, 2, 2],
        "reason": ["", "no score", "", "the same pair in another dataset"],
        "rows": [1, 1, 1, 1],
    }
    assert found.means(["mtld", "reward"]) == {"mtld": 7.0, "reward": 2.0}


def test_the_prediction_is_the_rule_at_the_means_of_the_rows_that_it_can_rank() -> None:
    frame = pd.DataFrame({"dataset_id": 1, "row_id": range(6), "reward": [1.0, 2.0, 3.0, 4.0, 5.0, np.nan]})
    found = weighed(SPEC, frame).prediction
    assert found is not None
    assert (found.kept, found.everything) == (1.0 - 0.5 * 4.5, 1.0 - 0.5 * 3.0)
    means = [np.arange(1.0, 6.0)[np.random.default_rng(seed).permutation(5)[:2]].mean() for seed in range(20)]
    losses = 1.0 - 0.5 * np.array(means)
    assert found.random_mean == pytest.approx(losses.mean())
    assert found.random_sd == pytest.approx(losses.std() * (20 / 19) ** 0.5)


def test_nothing_is_predicted_without_a_rule_that_can_rank_a_kept_row() -> None:
    by_order = SelectionSpec(rank_by=RankBy.ORDER, rows=2)
    assert weighed(by_order).prediction is None
    assert PREDICTED not in weighed(by_order).rows
    assert weighed(replace(by_order, rule=RULE), FRAME.drop(columns="reward")).prediction is None
    assert weighed(replace(by_order, rule=RULE, rows=1), FRAME.iloc[[1, 3]]).prediction is None, "no kept row is scored"
    assert weighed(replace(by_order, rule=RULE), FRAME.iloc[[0, 3]]).prediction is not None
    assert weighed(SPEC, FRAME.iloc[[1]]).prediction is None, "no row is kept"
