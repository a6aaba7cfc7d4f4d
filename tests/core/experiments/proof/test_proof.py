"""A proof: its sets are of one size from one pool, and its verdict is what scipy says of hand-made losses."""

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.errors import SelectionError, ValueRefused
from core.experiments.proof.plan import (
    Arm,
    ProofPlan,
    ProofRun,
    data_overlap_warning,
    expected_overlap,
    proof_of,
    proof_sets,
    runs_of,
)
from core.experiments.proof.rule_table import rule_table
from core.experiments.proof.verdict import Ruling, judge_proof, seed_test
from core.finetune.settings import Precision, TuningSettings
from core.rows.candidate_set import CandidateSet, Kind
from core.rows.filters import Filters
from core.rules.rule import Learned, Rule, Term
from core.selection.spec import Quotas, RankBy, SelectionSpec
from core.values import changed
from jobs.experiments.spec import ExperimentSpec, SetPlan

RULE = Rule("mine", "Mine", 1.0, (Term("reward", -0.5),))
SPEC = SelectionSpec(filters=Filters(), rank_by=RankBy.RULE, rule=RULE, rows=10)
BASE = np.array([1.2, 0.8, 1.5, 1.1, 0.9, 1.3, 1.0, 1.4])  # how hard each of eight instructions is
WOBBLE = np.array([0.01, -0.02, 0.015, 0.0, -0.01, 0.02, -0.005, 0.01])


def a_pool(rows: int = 60) -> pd.DataFrame:
    """Two datasets; reward grows with the row's number, and the last three rows lack it."""
    reward = np.arange(rows, dtype=float)
    reward[-3:] = np.nan
    return pd.DataFrame(
        {"dataset_id": np.where(np.arange(rows) % 3 == 0, 1, 2), "row_id": np.arange(rows) + 100, "reward": reward}
    )


def best(pool: pd.DataFrame, rows: int = 10) -> pd.DataFrame:
    return pool.sort_values("reward", ascending=False).head(rows)[["dataset_id", "row_id"]]


def of_arm(sets: Sequence[CandidateSet], arm: Arm) -> list[list[int]]:
    return [each.members["row_id"].tolist() for each in sets if each.detail["arm"] == arm]


def sides(selected: Sequence[float], random: Sequence[float]) -> tuple[pd.DataFrame, list[ProofRun]]:
    """Losses of models whose mean over the instructions differs from the base by these offsets, two responses each."""
    lines, runs = [], []
    for number, (arm, offset) in enumerate(
        [(Arm.SELECTED, each) for each in selected] + [(Arm.RANDOM, each) for each in random], start=1
    ):
        runs.append(ProofRun(number, arm, number, 0 if arm is Arm.SELECTED else number))
        for example, loss in enumerate(BASE + offset + np.roll(WOBBLE, number) - WOBBLE.mean()):
            lines += [(number, example, 0, 10, loss - 0.1), (number, example, 1, 30, loss + 0.1)]
    return pd.DataFrame(lines, columns=["number", "example", "response", "tokens", "loss_nats_per_token"]), runs


def test_every_side_has_the_size_of_the_selection_and_its_seeds() -> None:
    pool = a_pool()
    sets = proof_sets(ProofPlan(1, "Best", seeds=3, lowest=True, whole=True, seed=5), SPEC, best(pool), pool)
    assert [each.detail["arm"] for each in sets] == ["selected"] * 3 + ["random"] * 3 + ["lowest"] * 3 + ["whole"]
    assert [each.detail["tuning_seed"] for each in sets] == [5, 6, 7] * 3 + [5]
    assert [each.rows for each in sets] == [10] * 9 + [57]
    assert all(each.members["row_id"].is_unique for each in sets)
    assert of_arm(sets, Arm.SELECTED) == [best(pool)["row_id"].tolist()] * 3
    assert [sorted(each) for each in of_arm(sets, Arm.LOWEST)] == [list(range(100, 110))] * 3
    draws = {tuple(sorted(each)) for each in of_arm(sets, Arm.RANDOM)}
    assert len(draws) == 3 and set().union(*draws) <= set(range(100, 157))
    assert len({each.name for each in sets}) == len(sets)


def test_the_same_plan_draws_the_same_rows_and_another_seed_others() -> None:
    pool, plan = a_pool(), ProofPlan(1, "Best")
    first, again, other = (
        of_arm(proof_sets(each, SPEC, best(pool), pool), Arm.RANDOM) for each in (plan, plan, replace(plan, seed=50))
    )
    assert first == again and not {tuple(each) for each in first} & {tuple(each) for each in other}


@pytest.mark.parametrize(("descending", "lowest"), [(True, range(100, 110)), (False, range(147, 157))])
def test_the_lowest_ranked_are_the_other_end_of_an_indicator(descending: bool, lowest: range) -> None:
    pool = a_pool()
    spec = replace(SPEC, rank_by=RankBy.INDICATOR, indicator="reward", descending=descending)
    members = pool.head(57).sort_values("reward", ascending=not descending).head(10)
    sets = proof_sets(ProofPlan(1, "Best", lowest=True), spec, members, pool)
    assert sorted(of_arm(sets, Arm.LOWEST)[0]) == list(lowest)


def test_a_pair_that_stands_in_two_datasets_is_in_a_set_once() -> None:
    pool = a_pool()
    twice = pd.concat([pool, pool.assign(dataset_id=3)], ignore_index=True)
    sets = proof_sets(ProofPlan(1, "Best", lowest=True, whole=True), SPEC, best(pool), twice)
    assert all(each.members["row_id"].is_unique for each in sets) and sets[-1].rows == 57


def test_random_rows_keep_the_quotas_of_the_selection() -> None:
    pool = a_pool()
    spec = replace(SPEC, quotas=Quotas.EQUAL)
    sets = proof_sets(ProofPlan(1, "Best", lowest=True), spec, best(pool), pool)
    assert all(each.composition == {1: 5, 2: 5} for each in sets if each.detail["arm"] != "selected")


def test_what_cannot_be_proved_is_refused_with_the_reason() -> None:
    pool, plan = a_pool(), ProofPlan(1, "Best", lowest=True)
    with pytest.raises(SelectionError, match="nearly the same"):
        proof_sets(plan, SPEC, best(pool, 56), pool)
    with pytest.raises(SelectionError, match="All rows of this selection"):
        proof_sets(plan, SPEC, best(pool, 0), pool)
    with pytest.raises(SelectionError, match="no lowest-ranked"):
        proof_sets(plan, replace(SPEC, rank_by=RankBy.RANDOM), best(pool), pool)
    with pytest.raises(ValueRefused, match=r"^proof\.seeds: 0 is less than 1"):
        changed(plan, {"seeds": 0}, "proof")


def test_a_rule_that_was_learned_on_the_same_data_is_told() -> None:
    learned = Learned("by mark", "a model", {}, ("alpaca", "dolly"), 12, {}, 0.5)
    spec = replace(SPEC, rule=replace(RULE, learned=learned))
    assert "drawn from dolly, and this proof uses the same data" in data_overlap_warning(spec, ["dolly", "forum"])
    assert data_overlap_warning(spec, ["forum"]) == data_overlap_warning(SPEC, ["dolly"]) == ""
    assert data_overlap_warning(replace(spec, rank_by=RankBy.RANDOM), ["dolly"]) == ""


def test_a_random_set_shares_rows_with_the_selection_as_it_is_large() -> None:
    pool = a_pool(1003)
    members = best(pool.head(1000), 300)
    sets = proof_sets(ProofPlan(1, "Best", seeds=20), SPEC, members, pool)
    shared = [len(set(each) & set(members["row_id"])) / 300 for each in of_arm(sets, Arm.RANDOM)]
    assert np.mean(shared) == pytest.approx(expected_overlap(300, 1000), abs=0.03)


def test_a_plan_and_its_runs_come_back_from_json() -> None:
    plan = ProofPlan(4, "Best", seeds=2, whole=True, rule=RULE)
    assert proof_of({"plan": {"proof": json.loads(json.dumps(plan.as_dict() | {"unknown": 1}))}}) == plan
    sets = proof_sets(plan, SPEC, best(a_pool()), a_pool())
    strange = CandidateSet("fused 01", Kind.FUSED, best(a_pool()), {"seed": 0})
    assert [(run.number, run.arm, run.seed, run.draw) for run in runs_of([strange, *sets])] == [
        (2, "selected", 0, 0), (3, "selected", 1, 0), (4, "random", 0, 0), (5, "random", 1, 1), (6, "whole", 0, 0)
    ]  # fmt: skip
    assert plan.sets == len(sets) == 5


def test_a_clear_win_is_called_one_with_the_numbers_that_scipy_gives() -> None:
    losses, runs = sides([-0.11, -0.09, -0.1, -0.105], [0.0, 0.01, -0.01, 0.005])
    found = judge_proof(losses, runs)
    assert found.ruling is Ruling.BETTER and "better than random rows" in found.verdict
    means = losses.groupby("number")["loss_nats_per_token"].mean().to_numpy()
    first, second = means[:4], means[4:]
    comparison = found.against(Arm.RANDOM)
    assert comparison is not None
    welch = stats.ttest_ind(first, second, equal_var=False)
    assert comparison.over_seeds.p_value == pytest.approx(welch.pvalue)
    assert comparison.over_seeds.low == pytest.approx(welch.confidence_interval().low)
    wide = losses.pivot_table("loss_nats_per_token", "example", "number")
    paired = stats.ttest_rel(wide[[1, 2, 3, 4]].mean(axis=1), wide[[5, 6, 7, 8]].mean(axis=1))
    assert comparison.examples.p_value == pytest.approx(paired.pvalue)
    assert comparison.examples.high == pytest.approx(paired.confidence_interval().high)
    assert comparison.quality == pytest.approx(second.mean() / first.mean()) and comparison.quality > 1
    selected = found.arm(Arm.SELECTED)
    assert selected is not None
    low, high = stats.t.interval(0.95, 3, first.mean(), stats.sem(first))
    assert (selected.mean, selected.low, selected.high) == pytest.approx((first.mean(), low, high))


def test_three_seeds_win_with_the_caveat_that_an_exact_test_could_not_confirm_it() -> None:
    found = judge_proof(*sides([-0.11, -0.09, -0.1], [0.0, 0.01, -0.01]))
    comparison = found.against(Arm.RANDOM)
    assert found.ruling is Ruling.BETTER and comparison is not None
    assert comparison.over_seeds.exact_p_value == comparison.over_seeds.least_p_value == pytest.approx(0.1)
    assert "permutation test cannot give p below 0.1" in found.verdict
    assert "permutation" not in judge_proof(*sides([-0.11, -0.09, -0.1, -0.1], [0.0, 0.01, -0.01, 0.0])).verdict


def test_a_selection_that_does_worse_is_called_so() -> None:
    found = judge_proof(*sides([0.11, 0.09, 0.1], [0.0, 0.01, -0.01]))
    assert found.ruling is Ruling.WORSE and "worse than random rows" in found.verdict


def test_sides_that_are_alike_are_no_better_where_a_gain_is_ruled_out() -> None:
    found = judge_proof(*sides([0.001, -0.001, 0.0, 0.0005], [0.0, 0.001, -0.001, 0.0]))
    assert found.ruling is Ruling.NO_BETTER and "no better than random" in found.verdict


def test_sides_that_scatter_are_not_called_alike() -> None:
    found = judge_proof(*sides([-0.2, 0.15, 0.0], [0.1, -0.12, 0.03]))
    assert found.ruling is Ruling.UNCLEAR and "Inconclusive" in found.verdict and "more seeds" in found.verdict


def test_a_gain_that_few_instructions_carry_is_not_called_one() -> None:
    losses, runs = sides([0.0, 0.001, -0.001], [0.0, 0.001, -0.001])
    one = (losses["example"] == 0) & (losses["number"] <= 3)
    losses.loc[one, "loss_nats_per_token"] -= 0.8
    found = judge_proof(losses, runs)
    assert found.ruling is Ruling.UNCLEAR and "not across the 8 evaluation instructions" in found.verdict


@pytest.mark.parametrize("seeds", [1, 2])
def test_too_few_seeds_tell_nothing_however_far_apart_the_sides_are(seeds: int) -> None:
    found = judge_proof(*sides([-0.5, -0.51][:seeds], [0.5, 0.51][:seeds]))
    assert found.ruling is Ruling.TOO_FEW and "at least 3 seeds" in found.verdict


def test_what_is_not_measured_yet_is_counted() -> None:
    losses, runs = sides([-0.1] * 3, [0.0] * 3)
    found = judge_proof(losses[losses["number"] <= 3], runs)
    assert found.ruling is Ruling.UNMEASURED and (found.measured, found.wanted) == (3, 6)
    assert found.verdict.startswith("3 of 6 models measured so far.") and not found.comparisons
    nothing = judge_proof(losses[losses["number"] > 10], runs)
    assert nothing.ruling is Ruling.UNMEASURED and not nothing.arms


@pytest.mark.parametrize("draw", range(20))
def test_swapping_the_sides_turns_the_sign_of_everything(draw: int) -> None:
    generator = np.random.default_rng(draw)
    losses, runs = sides(generator.normal(0, 0.1, 3).tolist(), generator.normal(0, 0.1, 4).tolist())
    turned = {Arm.SELECTED: Arm.RANDOM, Arm.RANDOM: Arm.SELECTED}
    here = judge_proof(losses, runs).against(Arm.RANDOM)
    there = judge_proof(losses, [replace(run, arm=turned[run.arm]) for run in runs]).against(Arm.RANDOM)
    assert here is not None and there is not None
    assert here.quality == pytest.approx(1 / there.quality)
    for one, other in ((here.over_seeds, there.over_seeds), (here.examples, there.examples)):
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
        assert one.p_value == pytest.approx(other.p_value)
    assert here.over_seeds.difference == pytest.approx(-there.over_seeds.difference)
    assert here.over_seeds.exact_p_value == pytest.approx(there.over_seeds.exact_p_value)


def test_the_exact_test_looks_at_every_split_of_the_models() -> None:
    first, second = [1.0, 1.2, 1.1, 1.35], [1.3, 1.5, 1.25, 1.4]
    both = np.array(first + second)
    gap = abs(np.mean(first) - np.mean(second))
    splits = [list(each) for each in itertools.combinations(range(8), 4)]
    gaps = [abs(both[each].mean() - np.delete(both, each).mean()) for each in splits]
    found = seed_test(first, second)
    assert found.exact_p_value == pytest.approx(np.mean(np.array(gaps) >= gap - 1e-12))
    assert found.least_p_value == pytest.approx(2 / len(splits))


def test_models_that_are_all_alike_have_no_difference() -> None:
    same, apart = seed_test([1.0] * 3, [1.0] * 3), seed_test([1.0] * 3, [1.1] * 3)
    assert (same.difference, same.p_value) == (0.0, 1.0)
    assert apart.p_value == 0.0 and apart.high == pytest.approx(-0.1)
    assert math.isnan(seed_test([1.0], [1.0, 1.1]).p_value)


def test_the_table_has_a_line_for_each_subset_and_the_correlation_that_scipy_gives() -> None:
    runs = [ProofRun(1, Arm.SELECTED, 0), ProofRun(2, Arm.SELECTED, 1)]
    runs += [ProofRun(3 + draw, Arm.RANDOM, draw, draw) for draw in range(3)]
    values = {1: -0.4, 2: -0.4, 3: 0.1, 4: 0.0, 5: 0.3}
    losses = {1: 1.0, 2: 1.2, 3: 1.4, 4: 1.5, 5: 1.6}
    found = rule_table(runs, values, losses)
    assert found.lines["rule_value"].tolist() == pytest.approx([-0.4, 0.0, 0.1, 0.3])
    assert found.lines["loss"].tolist() == pytest.approx([1.1, 1.5, 1.4, 1.6])
    assert found.lines["seeds"].tolist() == [2, 1, 1, 1]
    logs = np.log([1.1, 1.5, 1.4, 1.6])
    expected = stats.pearsonr([-0.4, 0.0, 0.1, 0.3], logs)
    assert (found.pearson, found.p_value) == pytest.approx((expected.statistic, expected.pvalue))
    assert found.spearman == pytest.approx(stats.spearmanr([1, 2, 3, 4], logs).statistic)
    few = rule_table(runs, values, {1: 1.0, 3: 1.4})
    assert len(few.lines) == 2 and math.isnan(few.pearson)
    assert rule_table(runs, {}, losses).lines.empty


def test_a_set_is_tuned_with_its_own_seed_and_specs_of_before_with_the_experiments() -> None:
    plans = (SetPlan(0, "untuned", "untuned", 0), SetPlan(1, "selected", "selection", 5, tuning_seed=7))
    tuning = TuningSettings(Precision.FP32, seed=3)
    spec = ExperimentSpec("Proof", 1, "embedded", tuning, "evaluation", 64, plans)
    content = json.loads(json.dumps(spec.as_dict()))
    back = ExperimentSpec.from_dict(content)
    assert back == spec
    assert [back.tuning_of(number).seed for number in (0, 1)] == [3, 7]
    assert back.tuning_of(1) == replace(tuning, seed=7)
    for each in content["sets"]:
        del each["tuning_seed"]
    assert ExperimentSpec.from_dict(content).tuning_of(1).seed == 3
