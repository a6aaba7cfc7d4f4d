"""The sets of a proof: sub-pools that share no row, the choice made anew on each, and controls of its size."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SelectionError
from core.experiments.proof.arms import ProofSets, proof_sets
from core.experiments.proof.plan import Arm, ProofDesign, ProofPlan, data_overlap_warning, runs_of
from core.experiments.proof.subpools import likeness, scaled, subpools
from core.rows.candidate_set import Kind
from core.rows.marks import Mark
from core.rules.rule import Learned, Rule, Term
from core.selection.spec import Diversity, Quotas, RankBy, SelectionSpec

SPEC = SelectionSpec(rank_by=RankBy.INDICATOR, indicator="reward", descending=True, rows=120)
PLAN = ProofPlan(1, "Best", draws=4)


def pool_of(rows: int = 480) -> pd.DataFrame:
    """Two datasets; reward falls with the row's number, length is at random."""
    length = np.random.default_rng(0).permutation(rows) + 1.0
    place = np.arange(rows)
    return pd.DataFrame(
        {
            "dataset_id": np.where(place % 3 == 0, 1, 2),
            "row_id": place + 100,
            "reward": -1.0 * place,
            "output_length": length,
        }
    )


def made(plan: ProofPlan = PLAN, spec: SelectionSpec = SPEC, pool: pd.DataFrame | None = None) -> ProofSets:
    candidates = pool_of() if pool is None else pool
    best = candidates.sort_values("reward", ascending=False).drop_duplicates("row_id").head(spec.rows or 0)
    return proof_sets(plan, spec, best[["dataset_id", "row_id"]], candidates, no_vectors)


def no_vectors(row_ids: Sequence[int] | np.ndarray) -> np.ndarray:
    raise AssertionError("no diversity is asked for")


def of_arm(found: ProofSets, arm: Arm) -> list[list[int]]:
    return [each.members["row_id"].tolist() for each in found.sets if each.detail["arm"] == arm]


def test_on_disjoint_sub_pools_the_best_are_chosen_anew_beside_controls_of_their_size() -> None:
    found = made()
    assert (found.disjoint, found.share, found.rows, found.alike, found.left_out) == (True, 0.25, 30, {}, ())
    assert [each.detail["arm"] for each in found.sets[:5]] == [
        "selected", "random", "length-matched", "source-matched", "longest"
    ]  # fmt: skip
    assert [each.detail["draw"] for each in found.sets[::5]] == [0, 1, 2, 3]
    assert {(each.detail["draw"], each.detail["tuning_seed"]) for each in found.sets} == {(d, d) for d in range(4)}
    assert {each.rows for each in found.sets} == {30} and all(each.members["row_id"].is_unique for each in found.sets)
    of_subpool = [set().union(*(set(e.members["row_id"]) for e in found.sets[5 * d : 5 * d + 5])) for d in range(4)]
    assert sum(map(len, of_subpool)) == len(set().union(*of_subpool)), "no row is in two sub-pools"
    assert len({each.name for each in found.sets}) == len(found.sets)
    assert [run.number for run in runs_of(found.sets)] == list(range(1, 21))
    assert {each.kind for each in found.sets[:2]} == {Kind.SELECTION, Kind.RANDOM}


def test_selected_rows_are_the_best_and_controls_are_like_them_in_one_respect() -> None:
    pool = pool_of().set_index("row_id")
    found = made()
    for draw in range(4):
        selected, random, length, source, longest = (
            pool.loc[each.members["row_id"]] for each in found.sets[5 * draw : 5 * draw + 5]
        )
        assert selected["reward"].min() > random["reward"].mean()
        assert length["output_length"].sum() == pytest.approx(selected["output_length"].sum(), rel=0.1)
        assert source["dataset_id"].value_counts().to_dict() == selected["dataset_id"].value_counts().to_dict()
        assert longest["output_length"].min() > selected["output_length"].mean()


def test_at_equal_tokens_random_and_longest_rows_are_cut_to_the_tokens_of_the_selection() -> None:
    pool = pool_of().set_index("row_id")["output_length"]
    found = made(replace(PLAN, equal_tokens=True, controls=()))
    for draw in range(4):
        tokens = [pool[each.members["row_id"]].sum() for each in found.sets[4 * draw : 4 * draw + 4]]
        assert tokens[2:] == pytest.approx([tokens[0]] * 2, rel=0.08)
    assert max(map(len, of_arm(found, Arm.LONGEST_TOKENS))) < 30 <= max(map(len, of_arm(found, Arm.RANDOM_TOKENS)))


def test_the_same_plan_makes_the_same_sets_and_another_seed_others() -> None:
    first, again, other = (of_arm(made(replace(PLAN, seed=seed)), Arm.RANDOM) for seed in (0, 0, 1))
    assert first == again and first != other


def test_where_sets_would_be_small_sub_pools_overlap_and_how_alike_they_are_is_told() -> None:
    found = made(spec=replace(SPEC, rows=40))
    assert not found.disjoint and found.share == 0.4 and found.rows == 16
    assert found.alike.keys() == {"random", "length-matched", "source-matched", "longest"}
    assert all(0 < each < 0.99 for each in found.alike.values())
    assert made(spec=replace(SPEC, rows=12)).rows == 6


def test_one_selection_stands_beside_draws_of_each_control_and_the_longest_once() -> None:
    found = made(replace(PLAN, design=ProofDesign.SELECTION, draws=3))
    counts = pd.Series([each.detail["arm"] for each in found.sets]).value_counts().to_dict()
    assert counts == {"selected": 1, "random": 3, "length-matched": 3, "source-matched": 3, "longest": 1}
    assert of_arm(found, Arm.SELECTED) == [list(range(100, 220))] and found.rows == 120
    assert len({tuple(sorted(each)) for each in of_arm(found, Arm.RANDOM)}) == 3


def test_rows_without_a_score_or_dropped_by_hand_are_in_no_set_and_kept_ones_are_selected() -> None:
    pool = pool_of()
    pool.loc[0, "reward"] = np.nan
    pool = pool.assign(mark=[*[""] * 2, Mark.DROP, *[""] * 476, Mark.KEEP])
    found = made(pool=pool)
    everywhere = {row for each in found.sets for row in each.members["row_id"]}
    assert not {100, 102} & everywhere and 579 in {row for each in of_arm(found, Arm.SELECTED) for row in each}


def test_controls_that_cannot_be_drawn_are_left_out_and_said() -> None:
    found = made(pool=pool_of().assign(dataset_id=1).drop(columns="output_length"))
    assert {each.detail["arm"] for each in found.sets} == {"selected", "random"}
    assert "Output length" in found.left_out[0] and "one dataset" in found.left_out[1]


def test_what_cannot_be_proved_is_refused_with_the_reason() -> None:
    for rows, says in ((470, "nearly the same"), (0, "All rows of this selection"), (1, "too few for 4 sub-pools")):
        members = pool_of().head(rows)[["dataset_id", "row_id"]]
        with pytest.raises(SelectionError, match=says):
            proof_sets(PLAN, SPEC, members, pool_of(), no_vectors)
    with pytest.raises(SelectionError, match="beauty"):
        proof_sets(PLAN, replace(SPEC, indicator="beauty"), pool_of().head(9), pool_of(), no_vectors)


def test_a_smaller_choice_has_smaller_quotas_and_budget_and_the_same_diversity() -> None:
    spec = replace(SPEC, quotas=Quotas.CUSTOM, custom_quotas=((1, 9), (2, 1), (3, 0)), diversity=Diversity.K_CENTER)
    small = scaled(spec, 30, 0.25)
    assert (small.rows, small.custom_quotas, small.diversity) == (30, ((1, 3), (2, 1), (3, 0)), Diversity.K_CENTER)
    budget = scaled(replace(spec, rows=None, tokens=1_000), 30, 0.25)
    assert (budget.rows, budget.tokens) == (None, 250)
    assert scaled(replace(spec, rows=None, percent=25.0), 30, 0.25).percent is None


@settings(max_examples=30)
@given(st.integers(20, 200), st.floats(0.05, 0.9), st.integers(1, 12), st.integers(0, 5), st.sampled_from([0, 3, 9]))
def test_sub_pools_part_the_candidates_or_have_equal_shares_of_them(
    rows: int, share: float, count: int, seed: int, most: int
) -> None:
    pool = pd.DataFrame({"row_id": np.repeat(np.arange(rows), 2), "dataset_id": np.tile([1, 2], rows)})
    try:
        found = subpools(pool, max(1, round(rows * share)), count, seed, most_rows=most)
    except SelectionError:
        return
    ids = [set(part["row_id"]) for part in found.parts]
    assert len(ids) == count and all(len(part) == 2 * len(each) for part, each in zip(found.parts, ids, strict=True))
    assert all(len(each) >= found.rows for each in ids)
    assert not most or found.rows <= most
    if found.disjoint:
        assert sum(map(len, ids)) == len(set().union(*ids)) and max(map(len, ids)) - min(map(len, ids)) <= 1
        assert found.share < 1 / count or len(set().union(*ids)) == rows
    else:
        assert {len(each) for each in ids} == {round(rows * found.share)}


def test_sets_without_a_row_in_common_are_not_alike_and_equal_ones_wholly() -> None:
    first, second = [{1, 2}, {3, 4}], [{5, 6}, {7, 8}]
    assert likeness(first, second) == 0
    assert likeness([{1, 2}, {2, 3}], second) == pytest.approx((0.5 + 0) / 2)
    assert likeness([{1, 2}] * 2, [{3, 4}] * 2) == 0.99


def test_a_rule_that_was_learned_on_the_same_data_is_told() -> None:
    rule = Rule("mine", "Mine", 1.0, (Term("reward", -0.5),))
    learned = Learned("by mark", "a model", {}, ("alpaca", "dolly"), 12, {}, 0.5)
    spec = SelectionSpec(rule=replace(rule, learned=learned))
    assert "drawn from dolly, and this proof uses the same data" in data_overlap_warning(spec, ["dolly", "forum"])
    assert data_overlap_warning(spec, ["forum"]) == data_overlap_warning(SelectionSpec(rule=rule), ["dolly"]) == ""
    assert data_overlap_warning(replace(spec, rank_by=RankBy.RANDOM), ["dolly"]) == ""


@pytest.mark.parametrize("design", [ProofDesign.SUBPOOLS, ProofDesign.SELECTION])
def test_the_longest_rows_are_no_control_where_they_were_chosen(design: ProofDesign) -> None:
    pool = pool_of().assign(output_length=lambda rows: rows["output_length"] // 4)  # four rows of each length
    longest = pool.sort_values("output_length", ascending=False).head(120)[["dataset_id", "row_id"]]
    spec = SelectionSpec(rank_by=RankBy.WAY, way="longest", rows=120)
    found = proof_sets(replace(PLAN, design=design, equal_tokens=True), spec, longest, pool, no_vectors)
    assert not {Arm.LONGEST, Arm.LONGEST_TOKENS} & {each.detail["arm"] for each in found.sets}
    assert found.left_out == ("The selected rows are the longest themselves: that control is left out.",)
    assert of_arm(found, Arm.RANDOM) and of_arm(found, Arm.LENGTH)


def test_rows_that_a_way_does_not_consider_need_no_score_to_be_controls() -> None:
    """Influence is known of the longest half alone, from which it chooses; random rows are of all."""
    pool = pool_of()
    half = pool["output_length"] >= pool["output_length"].median()
    pool = pool.assign(influence=pool["reward"].where(half))
    best = pool.sort_values("influence", ascending=False).head(60)[["dataset_id", "row_id"]]
    spec = SelectionSpec(rank_by=RankBy.WAY, way="influence_long", rows=60)
    found = proof_sets(PLAN, spec, best, pool, no_vectors)
    short = set(pool.loc[~half, "row_id"])
    assert all(len(short & set(rows)) > len(rows) / 4 for rows in of_arm(found, Arm.RANDOM))
    assert not any(short & set(rows) for rows in of_arm(found, Arm.SELECTED))
