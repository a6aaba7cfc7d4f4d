"""The sides of a proof, row by row: who can be drawn, in which order, with which seeds, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import SelectionError
from core.experiments.proof.plan import Arm, ProofPlan, ProofRun, expected_overlap, proof_of, proof_sets
from core.experiments.sampling import Kind
from core.rows.marks import Mark
from core.rules.rule import Rule, Term
from core.selection.spec import Diversity, Quotas, RankBy, SelectionSpec

SPEC = SelectionSpec(rank_by=RankBy.INDICATOR, indicator="reward", descending=True, rows=2)


def pool_of(rewards: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"dataset_id": 1, "row_id": range(100, 100 + len(rewards)), "reward": rewards})


def members(*rows: int) -> pd.DataFrame:
    return pd.DataFrame({"rank": range(len(rows)), "dataset_id": 1, "row_id": rows}, index=[7 + row for row in rows])


def rows_of(plan: ProofPlan, spec: SelectionSpec, chosen: pd.DataFrame, pool: pd.DataFrame) -> dict[str, list[int]]:
    return {each.name: each.members["row_id"].tolist() for each in proof_sets(plan, spec, chosen, pool)}


def test_sets_are_named_numbered_and_made_as_their_side_says() -> None:
    plan = ProofPlan(1, "Best", seeds=2, lowest=True, whole=True, seed=5)
    sets = proof_sets(plan, SPEC, members(107, 106), pool_of([float(i) for i in range(8)]))
    assert [(each.name, each.kind) for each in sets] == [
        ("selected, seed 5", Kind.SELECTION),
        ("selected, seed 6", Kind.SELECTION),
        ("random, seed 5", Kind.RANDOM),
        ("random, seed 6", Kind.RANDOM),
        ("lowest, seed 5", Kind.HIERARCHICAL),
        ("lowest, seed 6", Kind.HIERARCHICAL),
        ("whole, seed 5", Kind.WHOLE),
    ]
    assert [each.detail["draw"] for each in sets] == [0, 0, 0, 1, 0, 0, 0]
    assert [list(each.members) for each in sets] == [["dataset_id", "row_id"]] * 7
    assert [each.members.index.tolist() for each in sets[:6]] == [[0, 1]] * 6
    assert sets[4].members["row_id"].tolist() == [100, 101], "lowest first"
    assert sets[6].members["row_id"].tolist() == list(range(100, 108))
    assert plan.sets == 7


def test_random_rows_are_numpys_of_the_seed_from_ten_thousand_on() -> None:
    found = rows_of(ProofPlan(1, "Best", seeds=2, seed=3), SPEC, members(107, 106), pool_of([1.0] * 8))
    for seed in (3, 4):
        places = np.random.default_rng(10_000 + seed).permutation(np.arange(8.0))
        assert found[f"random, seed {seed}"] == (100 + np.argsort(places)[:2]).tolist()


def test_the_lowest_by_a_rule_are_those_of_the_highest_predicted_loss() -> None:
    rule = Rule("reward", "Reward", 0.0, (Term("reward", -1.0),))
    spec = SelectionSpec(rule=rule, rows=2, descending=True)
    found = rows_of(ProofPlan(1, "Best", 1, lowest=True), spec, members(105, 104), pool_of([3.0, 1.0, 2.0, 9, 9, 9]))
    assert found["lowest, seed 0"] == [101, 102]


def test_rows_without_a_rank_or_dropped_by_hand_cannot_be_drawn_and_kept_ones_are_like_others() -> None:
    pool = pool_of([9.0, 8.0, np.nan, 6.0, 5.0, 4.0]).assign(mark=["", Mark.DROP, "", Mark.KEEP, "", Mark.KEEP])
    found = rows_of(ProofPlan(1, "Best", 8, lowest=True, whole=True), SPEC, members(100), pool)
    assert found["whole, seed 0"] == [100, 103, 104, 105]
    assert found["lowest, seed 0"] == [105]
    drawn = {row for name, rows in found.items() if name.startswith("random") for row in rows}
    assert drawn <= {100, 103, 104, 105} and len(drawn) > 1, "a row kept by hand is not in every draw"


@pytest.mark.parametrize("rank_by", [RankBy.RANDOM, RankBy.ORDER, RankBy.RULE])
def test_where_nothing_ranks_every_row_can_be_drawn(rank_by: RankBy) -> None:
    spec = SelectionSpec(rank_by=rank_by, indicator="reward")
    found = rows_of(ProofPlan(1, "Best", 1, whole=True), spec, members(100), pool_of([np.nan, 1.0, np.nan]))
    assert found["whole, seed 0"] == [100, 101, 102]


def test_draws_do_without_the_diversity_and_the_share_of_the_selection() -> None:
    spec = replace(
        SPEC, rows=None, percent=100.0, diversity=Diversity.MIN_DISTANCE, near_duplicate_similarity=0.9
    )  # which would ask for embeddings
    found = rows_of(ProofPlan(1, "Best", 1, lowest=True), spec, members(107, 106, 105), pool_of([1.0] * 8))
    assert [len(each) for each in found.values()] == [3, 3, 3]


def test_quotas_that_leave_too_few_rows_are_refused_with_their_number() -> None:
    spec = replace(SPEC, quotas=Quotas.CUSTOM, custom_quotas=((1, 2),))
    with pytest.raises(SelectionError, match=r"[Oo]nly 2 of 3\b"):
        proof_sets(ProofPlan(1, "Best"), spec, members(107, 106, 105), pool_of([1.0] * 8))
    wide = replace(spec, custom_quotas=((1, 3),))
    assert len(proof_sets(ProofPlan(1, "Best"), wide, members(107, 106, 105), pool_of([1.0] * 8))) == 6


def test_an_indicator_that_is_gone_is_named_and_one_seed_is_enough() -> None:
    with pytest.raises(SelectionError, match="beauty"):
        proof_sets(ProofPlan(1, "Best"), replace(SPEC, indicator="beauty"), members(100), pool_of([1.0] * 8))
    assert len(proof_sets(ProofPlan(1, "Best", seeds=1), SPEC, members(100), pool_of([1.0] * 8))) == 2


@pytest.mark.parametrize(("rows", "refused"), [(19, False), (20, True)])
def test_a_random_set_may_share_up_to_95_percent_of_its_rows(rows: int, refused: bool) -> None:
    pool = pool_of([1.0] * 20)
    chosen = pool.head(rows)
    if refused:
        with pytest.raises(SelectionError, match="has 20 of the 20 rows"):
            proof_sets(ProofPlan(1, "Best"), SPEC, chosen, pool)
    else:
        assert proof_sets(ProofPlan(1, "Best"), SPEC, chosen, pool)[0].rows == 19


def test_a_pair_in_two_datasets_is_one_row_that_can_be_drawn() -> None:
    twice = pd.concat([pool_of([1.0] * 20), pool_of([1.0] * 20).assign(dataset_id=2)], ignore_index=True)
    with pytest.raises(SelectionError, match="of the 20 rows"):
        proof_sets(ProofPlan(1, "Best"), SPEC, twice.head(20), twice)


def test_what_is_shared_by_chance_is_the_share_of_the_pool() -> None:
    assert (expected_overlap(30, 120), expected_overlap(5, 0)) == (0.25, 1.0)


def test_an_experiment_is_a_proof_when_its_plan_says_so() -> None:
    plan = ProofPlan(4, "Best", 2, lowest=True, seed=9)
    assert proof_of({"plan": {"proof": plan.as_dict()}}) == plan
    assert plan.as_dict()["rule"] is None and plan.sets == 6
    assert proof_of({"plan": {}}) is None and proof_of({}) is None
    assert ProofPlan(4, "Best") == ProofPlan(4, "Best", 3, lowest=False, whole=False, seed=0, rule=None)
    assert ProofRun(1, Arm.SELECTED, 5) == ProofRun(1, Arm.SELECTED, 5, draw=0)
    assert {str(arm) for arm in Arm} == {"selected", "random", "lowest", "whole"}  # as experiments keep them
