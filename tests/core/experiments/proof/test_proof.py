"""A proof's verdict on hand-made losses: what is called better, against what, and in which words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from core.errors import InputError
from core.experiments.proof.losses import ProofLosses, losses_of_runs, read_loss_table
from core.experiments.proof.outcome import Proof, Ruling
from core.experiments.proof.plan import Arm, ProofDesign, ProofPlan, ProofRun, proof_of
from core.experiments.proof.power import smallest_difference
from core.experiments.proof.verdict import judge_proof
from core.paths import PROJECT

SUBPOOLS, ONE, SEEDS = (ProofPlan(1, "Best", design) for design in ProofDesign)
BASE = np.array([1.2, 0.8, 1.5, 1.1, 0.9, 1.3, 1.0, 1.4])  # how hard each of eight questions is
RANDOM = [0.01, -0.01, 0.02, 0.0, -0.015, 0.005]
BETTER = [each - 0.1 + shift for each, shift in zip(RANDOM, [0.003, -0.004, 0, 0.002, -0.002, 0.001], strict=True)]


def sides(offsets: Mapping[Arm, Sequence[float]], untuned: float | None = None) -> tuple[pd.DataFrame, list[ProofRun]]:
    """Losses of models whose loss per token lies by these offsets above 1.15, a draw each, two responses a question."""
    runs = [
        ProofRun(n, arm, draw, draw)
        for n, (arm, draw) in enumerate(((a, d) for a, of in offsets.items() for d in range(len(of))), start=1)
    ]
    values = [each for of in offsets.values() for each in of]
    shifts = {run.number: value for run, value in zip(runs, values, strict=True)}
    shifts |= {} if untuned is None else {0: untuned}
    lines = [
        (number, example, tokens, base + shift + (0.1 if tokens == 10 else -0.1))
        for number, shift in shifts.items()
        for example, base in enumerate(BASE)
        for tokens in (10, 10 + 20 * (example % 2))
    ]
    return pd.DataFrame(lines, columns=["number", "example", "tokens", "loss_nats_per_token"]), runs


def judged(offsets: Mapping[Arm, Sequence[float]], plan: ProofPlan = SUBPOOLS, untuned: float | None = None) -> Proof:
    return judge_proof(losses_of_runs(*sides(offsets, untuned)), plan)


def test_losses_are_per_token_of_the_responses_and_the_interval_is_of_the_pairs() -> None:
    losses, runs = sides({Arm.SELECTED: BETTER, Arm.RANDOM: RANDOM})
    found = judge_proof(losses_of_runs(losses, runs), SUBPOOLS)
    weighted = losses.assign(nats=losses["loss_nats_per_token"] * losses["tokens"]).groupby("number")
    expected = weighted["nats"].sum() / weighted["tokens"].sum()
    selected, random = found.arm(Arm.SELECTED), found.arm(Arm.RANDOM)
    assert selected is not None and random is not None
    assert [*selected.losses, *random.losses] == pytest.approx(expected.tolist())
    pairs = expected.to_numpy()[:6] - expected.to_numpy()[6:]
    against = found.against(Arm.RANDOM)
    assert against is not None
    assert (against.found.low, against.found.high) == pytest.approx(
        tuple(stats.ttest_1samp(pairs, 0).confidence_interval())
    )
    assert against.found.exact_p_value == against.found.least_p_value == 2 / 64
    assert found.ruling is Ruling.BETTER


def test_the_sentence_says_by_how_much_what_length_explains_and_what_is_not_beaten() -> None:
    near = [each + 0.001 for each in BETTER]
    found = judged(
        {Arm.SELECTED: BETTER, Arm.RANDOM: RANDOM, Arm.LENGTH: [r - 0.06 for r in RANDOM], Arm.LONGEST: near[::-1]},
        untuned=0.05,
    )
    assert found.verdict.startswith("Better than random rows by 0.1000 nats/token (95% interval 0.0973 to 0.1027), ")
    assert "times what tuning on random rows gains" in found.verdict
    assert "of that, length explains 0.0600; better than random rows of the same lengths by 0.0400" in found.verdict
    assert "not shown to be better than the longest rows. Over 6 disjoint sub-pools." in found.verdict
    assert found.share is not None and found.gain is not None
    assert found.share.value == pytest.approx(0.1 / (0.05 - np.mean(RANDOM)))
    assert found.gain.difference == pytest.approx(np.mean(RANDOM) - 0.05)
    shorter = judged({Arm.SELECTED: BETTER, Arm.RANDOM: RANDOM, Arm.LENGTH: [r - 0.2 for r in RANDOM]}, untuned=0.05)
    assert "of that, length explains all; worse than random rows of the same lengths" in shorter.verdict
    unclear = judged({Arm.SELECTED: BETTER, Arm.RANDOM: RANDOM}, untuned=0.0)
    assert unclear.share is None and "times" not in unclear.verdict


def test_a_selection_that_is_worse_or_level_is_called_so_with_its_interval() -> None:
    worse = judged({Arm.SELECTED: [r + 0.1 for r in RANDOM[::-1]], Arm.RANDOM: RANDOM})
    assert worse.ruling is Ruling.WORSE and worse.verdict.startswith("Worse than random rows: loss difference +0.1000")
    level = judged({Arm.SELECTED: RANDOM[::-1], Arm.RANDOM: RANDOM})
    assert level.ruling is Ruling.NOT_SHOWN and "Not shown to be better than random rows" in level.verdict
    assert "More sub-pools or larger sets" in level.verdict


def test_few_sub_pools_tell_nothing_and_fewer_than_six_rest_on_the_normal_distribution() -> None:
    few = judged({Arm.SELECTED: [-0.5, -0.51], Arm.RANDOM: [0.5, 0.51]})
    assert few.ruling is Ruling.TOO_FEW and "Use at least 3" in few.verdict
    four = judged({Arm.SELECTED: BETTER[:4], Arm.RANDOM: RANDOM[:4]})
    assert four.ruling is Ruling.BETTER and "cannot give p below 0.12" in four.verdict


def test_seeds_of_one_selection_count_once_and_no_longer_win() -> None:
    """Old proofs: three seeds of one selection that happens to be the best of four draws."""
    random = {Arm.SELECTED: [-0.011, -0.010, -0.012], Arm.RANDOM: [0.006, -0.004, 0.002]}
    losses, runs = sides(random)
    assert stats.ttest_ind(*random.values(), equal_var=False).pvalue < 0.05, "so it was called better"
    once = [ProofRun(each.number, each.arm, each.seed, 0 if each.arm is Arm.SELECTED else each.draw) for each in runs]
    found = judge_proof(losses_of_runs(losses, once), SEEDS)
    assert found.ruling is Ruling.NOT_SHOWN
    assert "seeds of one selection say nothing about other draws" in found.verdict
    assert "beside 3 random draws" in found.verdict
    against = found.against(Arm.RANDOM)
    assert against is not None and against.found.exact_p_value == 1 / 4
    old = {"plan": {"proof": {"selection_id": 4, "selection": "Best", "seeds": 3, "lowest": True}}}
    assert proof_of(old) == ProofPlan(4, "Best", ProofDesign.SEEDS)
    assert proof_of({"plan": {"proof": SUBPOOLS.as_dict()}}) == SUBPOOLS and proof_of({}) is None


def test_one_selection_is_placed_among_draws_and_says_no_more() -> None:
    found = judged({Arm.SELECTED: [-0.1], Arm.RANDOM: RANDOM, Arm.LONGEST: [-0.09]}, ONE)
    assert found.ruling is Ruling.BETTER and "not for what the same settings choose" in found.verdict
    against, longest = found.against(Arm.RANDOM), found.against(Arm.LONGEST)
    assert against is not None and longest is not None
    assert against.found.exact_p_value == pytest.approx(1 / 7) and longest.ruling is Ruling.NOT_SHOWN


@pytest.mark.parametrize(
    ("there", "says"),
    [(-0.08, "the gain holds"), (0.0, "the gain vanishes"), (None, "may be the format of the answers")],
)
def test_a_gain_that_vanishes_on_the_transfer_part_is_a_format_learned(there: float | None, says: str) -> None:
    plan = ProofPlan(1, "Best", test_examples=8, transfer_examples=8)
    losses, runs = sides({Arm.SELECTED: BETTER, Arm.RANDOM: RANDOM})
    wild = [0.3, -0.4, 0.2, -0.3, 0.35, -0.2]
    shifts = wild if there is None else [there + 0.002 * (i % 3) for i in range(6)]
    other, _ = sides({Arm.SELECTED: [r + s for r, s in zip(RANDOM, shifts, strict=True)], Arm.RANDOM: RANDOM})
    both = pd.concat([losses, other.assign(example=other["example"] + 8)])
    found = judge_proof(losses_of_runs(both, runs, 0, 8), plan, losses_of_runs(both, runs, 8))
    assert found.ruling is Ruling.BETTER and says in found.verdict
    assert found.verdict.split(" On the transfer")[0] == judge_proof(losses_of_runs(losses, runs), plan).verdict


def test_what_is_not_measured_yet_is_counted() -> None:
    losses, runs = sides({Arm.SELECTED: BETTER, Arm.RANDOM: RANDOM})
    some = judge_proof(losses_of_runs(losses[losses["number"] <= 8], runs), SUBPOOLS)
    against = some.against(Arm.RANDOM)
    assert against is not None and against.found.units == 2
    assert some.verdict.startswith("8 of 12 models measured so far.") and (some.measured, some.wanted) == (8, 12)
    nothing = judge_proof(losses_of_runs(losses[losses["number"] > 90], runs), SUBPOOLS)
    assert nothing.ruling is Ruling.UNMEASURED and not nothing.arms


def test_a_table_of_losses_gets_the_same_verdict() -> None:
    (found,) = read_loss_table(PROJECT / "docs" / "runs" / "subpools.csv").values()
    proof = judge_proof(found, SUBPOOLS)
    table = pd.read_csv(PROJECT / "docs" / "runs" / "subpools.csv").pivot(
        index="sub-pool", columns="arm", values="loss"
    )
    for arm in ("random", "length-matched", "longest"):
        interval = stats.ttest_rel(table["selected"], table[arm]).confidence_interval()
        against = proof.against(Arm(arm))
        assert against is not None and (against.found.low, against.found.high) == pytest.approx(tuple(interval))
    assert proof.ruling is Ruling.BETTER and "not shown to be better than" in proof.verdict and proof.share is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pool,arm,loss\nA,random,1\n", "no column sub-pool"),
        ("pool,sub-pool,arm,loss\nA,0,random,much\n", "line 2"),
        ("pool,sub-pool,arm,loss\nA,0,random,1.0\nA,0,best,1.0\n", "line 3.*best"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "losses.csv"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_loss_table(path)
    assert re.search(says, f"{refused.value.where} {refused.value}")
    with pytest.raises(InputError, match="readable"):
        read_loss_table(tmp_path / "none.csv")


@pytest.mark.parametrize("draws", [3, 6, 10])
def test_the_smallest_difference_is_the_one_that_statsmodels_finds_with_80_percent_power(draws: int) -> None:
    plan = ProofPlan(1, "Best", draws=draws)
    smallest = smallest_difference(plan, 0.01)
    power = TTestPower().power(smallest / (0.01 * np.sqrt(2)), draws, 0.05)
    assert power == pytest.approx(0.8)
    one = smallest_difference(ProofPlan(1, "Best", ProofDesign.SELECTION, draws), 0.01)
    error, critical = 0.01 * np.sqrt(1 + 1 / draws), stats.t.ppf(0.975, draws - 1)
    missed = stats.nct.cdf(critical, draws - 1, one / error) - stats.nct.cdf(-critical, draws - 1, one / error)
    assert 1 - missed == pytest.approx(0.8, abs=1e-6)
    overlapping = ProofPlan(1, "Best", draws=draws, overlap=0.5, alike={"random": 0.2})
    assert smallest_difference(overlapping, 0.01) / smallest == pytest.approx(np.sqrt(1 + draws * 0.25))


def test_losses_of_no_model_are_empty() -> None:
    empty = pd.DataFrame(columns=["number", "example", "tokens", "loss_nats_per_token"], dtype=float)
    found = losses_of_runs(empty, [ProofRun(1, Arm.RANDOM, 0)])
    assert isinstance(found, ProofLosses) and not found.models and found.wanted == 1


def test_the_verdict_says_last_what_flatters_the_rule() -> None:
    told = judged({Arm.SELECTED: BETTER, Arm.RANDOM: RANDOM}, replace(SUBPOOLS, flattered="It saw the test.")).verdict
    assert told.startswith("Better than random rows") and told.endswith(" It saw the test.")
