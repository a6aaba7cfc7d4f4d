"""How often a row is kept over draws of rule, guide and seed, against what probability says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from core.errors import SelectionError
from core.rows.marks import Mark
from core.rules.rule import Learned, Rule, Term
from core.selection.certainty import Sureness, certainty
from core.selection.select import RankBy, SelectionSpec, select


def no_embeddings(row_ids: object) -> np.ndarray:
    raise AssertionError("this selection needs no embeddings")


def rows_of(**columns: list[float]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    return pd.DataFrame({"dataset_id": 1, "row_id": range(rows), **columns})


def shares(frame: pd.DataFrame, spec: SelectionSpec, draws: int = 200) -> dict[int, float]:
    found = certainty(frame, spec, no_embeddings, draws).rows
    return dict(zip(found["row_id"], found["kept_share"], strict=True))


def test_a_row_is_kept_as_often_as_its_coefficient_says() -> None:
    """Of two rows the first is kept where a - b is below 0, with a of -1 ± 0.5 and b of -1.4 ± 0.5."""
    terms = (Term("reward", -1.0, standard_error=0.5), Term("mtld", -1.4, standard_error=0.5))
    frame = rows_of(reward=[1.0, 0.0], mtld=[0.0, 1.0])
    found = certainty(frame, SelectionSpec(rule=Rule("r", "R", 0.0, terms), rows=1), no_embeddings, 2_000)
    share = found.rows.set_index("row_id").loc[0, "kept_share"]
    assert share == pytest.approx(norm.cdf(-0.4 / 0.5**0.5 / 1.0), abs=0.03)
    assert found.varied == ("the rule's coefficients, by their standard errors as if independent",)
    assert found.counts == {"sure to keep": 0, "toss-up": 2, "sure to drop": 0}


def test_refits_go_before_standard_errors_and_each_counts_alike() -> None:
    """In one refit of four the sign turns, so that the lowest reward is kept in a quarter of the draws."""
    learned = Learned("least squares", "m", {}, (), 9, {}, 0.5, draws=((-1.0,), (-2.0,), (-0.5,), (0.1,)))
    rule = Rule("r", "R", 0.0, (Term("reward", -1.0, standard_error=9.0),), learned=learned)
    found = shares(rows_of(reward=[3.0, 2.0, 1.0]), SelectionSpec(rule=rule, rows=1), 100)
    assert found == {0: 0.75, 1: 0.0, 2: 0.25}


def test_a_rule_without_errors_does_not_vary_and_that_is_said() -> None:
    spec = SelectionSpec(rule=Rule("r", "R", 0.0, (Term("reward", -1.0),)), rows=1)
    found = certainty(rows_of(reward=[3.0, 2.0]), spec, no_embeddings, 3)
    assert not found.varied and "is not known" in found.fixed[0]
    assert found.counts == {"sure to keep": 1, "toss-up": 0, "sure to drop": 1}


def test_random_rows_are_all_toss_ups_with_the_share_that_is_kept() -> None:
    frame = rows_of(reward=[0.0] * 40)
    found = shares(frame, SelectionSpec(rank_by=RankBy.RANDOM, rows=10), 400)
    assert np.mean(list(found.values())) == pytest.approx(0.25)
    assert np.std(list(found.values())) == pytest.approx((0.25 * 0.75 / 400) ** 0.5, rel=0.4)
    by_way = SelectionSpec(rank_by=RankBy.WAY, way="random", rows=10)
    assert certainty(frame, by_way, no_embeddings, 5).varied == ("the seed",)


def test_influence_on_parts_of_the_guide_takes_turns() -> None:
    frame = rows_of(
        influence=[0.9, 0.5, 0.4],
        influence_guide_1=[0.9, 0.6, 0.1],
        influence_guide_2=[0.9, 0.2, 0.3],
        reward=[0, 0, 0],
    )
    found = certainty(frame, SelectionSpec(rank_by=RankBy.WAY, way="influence", rows=2), no_embeddings, 10)
    assert dict(zip(found.rows["row_id"], found.rows["kept_share"], strict=True)) == {0: 1.0, 1: 0.5, 2: 0.5}
    assert found.varied[0] == "influence on 2 parts of the guide questions"
    assert found.rows["verdict"].tolist() == [Sureness.KEEP, Sureness.TOSS_UP, Sureness.TOSS_UP]
    assert found.rows.set_index("row_id")["kept"].to_dict() == {0: True, 1: True, 2: False}


def test_marks_are_sure_and_a_pair_counts_once() -> None:
    frame = pd.concat([rows_of(reward=[1.0, 2.0, 3.0]), rows_of(reward=[1.0]).assign(dataset_id=2)])
    frame = frame.reset_index(drop=True).assign(mark=[Mark.KEEP, Mark.DROP, Mark.NONE, Mark.KEEP])
    found = certainty(frame, SelectionSpec(rank_by=RankBy.RANDOM, rows=1), no_embeddings, 20)
    assert len(found.rows) == 3
    assert found.rows.set_index("row_id")["kept_share"].to_dict() == {0: 1.0, 1: 0.0, 2: 0.0}


def test_the_first_draw_of_a_seed_is_the_selection_and_one_draw_says_nothing() -> None:
    frame = rows_of(reward=[0.0] * 30)
    spec = SelectionSpec(rank_by=RankBy.RANDOM, rows=5, seed=3)
    found = certainty(frame, spec, no_embeddings, 2).rows
    again = {row for seed in (3, 4) for row in select(frame, replace(spec, seed=seed), no_embeddings).kept["row_id"]}
    assert set(found.loc[found["kept_share"] > 0, "row_id"]) == again
    with pytest.raises(SelectionError, match="two draws"):
        certainty(frame, spec, no_embeddings, 1)
