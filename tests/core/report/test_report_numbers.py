"""The report's numbers are those of statsmodels on a real run, and its words are as sure as the numbers are."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from core.experiments.proof.losses import losses_of_runs
from core.experiments.proof.plan import Arm, ProofPlan
from core.experiments.proof.rule_table import rule_table
from core.experiments.proof.verdict import judge_proof
from core.indicators import registry
from core.models.profiles import profile
from core.paths import PROJECT
from core.progress import Silent
from core.regression.set_table import SetTable
from core.report.design import design_lines
from core.report.findings import Certainty, ComparedFinding, Own, ReplicationStatus, design_facts, findings
from core.report.outline import outline
from core.report.report import Missing, PaperReport
from core.report.rule_beside import rule_beside
from core.report.sources import ReportChoice, report_of
from core.report.univariate import Univariate, univariate
from core.report.unseen import unseen
from core.rules.rule import Rule, Term
from core.store import Store
from tests.core.experiments.proof.test_proof import sides

FILE = PROJECT / "docs" / "runs" / "workstation.csv"
TERMS = ["input_length", "output_length", "mtld", "reward", "knn_distance"]  # of the paper's, those in the table


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> PaperReport:
    store = Store.open(tmp_path_factory.mktemp("report") / "studio.duckdb")
    made = report_of(store, ReportChoice(table=(FILE.name, FILE.read_bytes())), profile("embedded"), Silent())
    store.close()
    return made


@pytest.fixture(scope="module")
def sets() -> pd.DataFrame:
    return pd.read_csv(FILE)


def test_correlations_are_those_of_statsmodels(report: PaperReport, sets: pd.DataFrame) -> None:
    assert isinstance(report.univariate, Univariate)
    found = {line.indicator: line.own for line in report.univariate.lines}
    assert set(found) == set(TERMS)
    for name, own in found.items():
        straight = sm.OLS(sets["log_loss"], sm.add_constant(sets[name])).fit()
        assert own.estimate == pytest.approx(math.copysign(math.sqrt(straight.rsquared), straight.params[name]))
        assert own.p == pytest.approx(straight.pvalues[name])


def test_every_term_and_the_chosen_one_are_those_of_statsmodels(report: PaperReport, sets: pd.DataFrame) -> None:
    assert not isinstance(report.regressions, Missing)
    for fit, names in ((report.regressions.every_term, TERMS), (report.regressions.chosen.fit, ["reward"])):
        theirs = sm.OLS(sets["log_loss"], sm.add_constant(sets[names])).fit()
        ours = fit.table.rename(index={"constant": "const"}).loc[theirs.params.index]
        np.testing.assert_allclose(ours["estimate"], theirs.params, rtol=1e-6)
        np.testing.assert_allclose(ours["standard_error"], theirs.bse, rtol=1e-6)
        np.testing.assert_allclose(ours["p"], theirs.pvalues, rtol=1e-5)
        np.testing.assert_allclose(ours[["low", "high"]], theirs.conf_int(), rtol=1e-5)
    press = sm.OLS(sets["log_loss"], sm.add_constant(sets[TERMS])).fit().get_influence().resid_press
    spread = ((sets["log_loss"] - sets["log_loss"].mean()) ** 2).sum()
    alone = report.regressions.every_term_alone
    assert alone is not None and alone.predicted_r_squared == pytest.approx(1 - (press**2).sum() / spread)


def test_the_rule_without_one_of_the_users_is_the_stepwise_choice(report: PaperReport, sets: pd.DataFrame) -> None:
    assert not isinstance(report.rule, Missing)
    theirs = sm.OLS(sets["log_loss"], sm.add_constant(sets["reward"])).fit()
    reward, length, distance = report.rule.compared
    assert reward.own is not None and reward.agreement is ReplicationStatus.AGREES
    assert (reward.own.low, reward.own.high) == pytest.approx(tuple(theirs.conf_int().loc["reward"]))
    assert {length.told, distance.told} == {"inconclusive: the rule has no such term"}


def test_mtld_disagrees_and_what_is_not_scored_cannot_be_told(report: PaperReport) -> None:
    assert isinstance(report.univariate, Univariate)
    told = {each.finding.about: each.told for each in report.univariate.compared}
    assert (told["reward"], told["mtld"]) == ("agrees", "disagrees")
    assert told["perplexity"] == "inconclusive: it is not scored"


@pytest.mark.parametrize(
    ("sign", "low", "high", "expected"),
    [
        (-1, -0.8, -0.2, "agrees"),
        (1, -0.8, -0.2, "disagrees"),
        (-1, -0.8, 0.1, "inconclusive: the interval includes 0"),
        (-1, math.nan, math.nan, "inconclusive: no interval"),
    ],
)
def test_agreement_is_claimed_only_where_the_interval_leaves_one_sign(
    sign: int, low: float, high: float, expected: str
) -> None:
    finding = next(each for each in findings("rule") if each.sign == sign)
    assert ComparedFinding.by_sign(finding, Own("r", -0.5, low, high, 0.05)).told == expected


def test_levels_of_an_indicator_tell_of_it_and_mixed_sets_of_the_others() -> None:
    draw = np.random.default_rng(4)
    frame = pd.DataFrame({"kind": ["fused"] * 9 + ["hierarchical"] * 6, "reward": draw.normal(size=15)})
    frame = frame.assign(mtld=draw.normal(size=15), log_loss=draw.normal(size=15))
    frame.index = pd.Index([f"set {i}" for i in range(15)])
    found = univariate(SetTable(frame, ("reward", "mtld"), levels_of={f"set {i}": "reward" for i in range(9, 15)}))
    by_name = {line.indicator: line for line in found.lines}
    assert (by_name["reward"].sets, by_name["mtld"].sets) == ("6 levels", "9 mixed sets")
    levels, mixed = frame.iloc[9:], frame.iloc[:9]
    assert by_name["reward"].own.estimate == pytest.approx(np.corrcoef(levels["reward"], levels["log_loss"])[0, 1])
    assert by_name["mtld"].own.estimate == pytest.approx(np.corrcoef(mixed["mtld"], mixed["log_loss"])[0, 1])


def test_a_rule_made_by_hand_has_no_interval_and_so_no_verdict() -> None:
    found = rule_beside(Rule("mine", "Mine", 1.0, (Term("reward", -2.0),)), "By hand.")
    assert found.compared[0].told == "inconclusive: no interval"


def test_the_unseen_table_has_a_line_a_subset_and_the_proofs_own_ruling() -> None:
    shifts = {Arm.SELECTED: [-0.11, -0.09, -0.1, -0.105], Arm.RANDOM: [0.0, 0.01, -0.01, 0.005]}
    losses, runs = sides(shifts)
    means = losses.groupby("number")["loss_nats_per_token"].mean().to_dict()
    values = {number: -1.0 if number <= 4 else 0.1 * number for number in means}
    proof = judge_proof(losses_of_runs(losses, runs), ProofPlan(1, "Best"))
    found = unseen("Proof", "Mine", "", rule_table(runs, values, means), proof)
    assert [line.method for line in found.lines] == ["selected rows"] * 4 + ["random rows"] * 4
    assert sorted(line.loss for line in found.lines) == pytest.approx(sorted(means.values()))
    value, selected = found.compared
    assert selected.told == "agrees" and selected.own is not None and selected.own.estimate == pytest.approx(-0.1025)
    assert value.own is not None and value.own.estimate > 0.9
    few = losses_of_runs(*sides({Arm.SELECTED: [-0.5, -0.51], Arm.RANDOM: [0.5, 0.51]}))
    told = unseen("Proof", "", "", None, judge_proof(few, ProofPlan(1, "Best"))).compared[1].told
    assert told == "inconclusive: too few sub-pools or draws"


def test_an_empty_store_says_for_every_section_what_to_do_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "studio.duckdb")
    made = report_of(store, ReportChoice(), profile("embedded"), Silent())
    store.close()
    sections = outline(made)
    assert all(each.missing is not None and each.missing.mend for each in sections)
    assert [each.title for each in sections if each.told_before] == ["Univariate analysis", "Multivariate analysis"]
    assert sections[0].sheets[0].columns == ("What", "The paper")


def test_upper_layers_stand_beside_the_papers_lora() -> None:
    frame = pd.DataFrame({"kind": ["fused"], "reward": [1.0], "log_loss": [0.5]}, index=["set 1"])
    tuning = {"lora_rank": 8, "lora_alpha": 16, "lora_dropout": 0.05}
    for layers, told in ((2, "rank 8, alpha 16, dropout 0.05, 2 upper layers"), (0, "rank 8, alpha 16, dropout 0.05")):
        table = SetTable(frame, ("reward",), settings={"tuning": {**tuning, "tuned_layers": layers}})
        assert next(line.here for line in design_lines(table) if line.fact.what == "LoRA") == told


def test_what_is_published_names_indicators_that_are_there_and_says_what_was_recalled() -> None:
    about = {each.about for section in ("univariate", "rule") for each in findings(section)}
    assert about <= set(registry())
    recalled = [each.about for each in findings("rule") if each.certainty is Certainty.RECALLED]
    assert recalled == ["output_length"]
    assert {each.what for each in design_facts() if each.certainty is Certainty.RECALLED} == {"Data", "LoRA"}


def test_a_table_that_is_none_is_a_reason_and_no_failure(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "studio.duckdb")
    made = report_of(
        store, ReportChoice(table=("few.csv", b"reward,log_loss\n1,0.5\n2,0.4\n")), profile("embedded"), Silent()
    )
    store.close()
    assert isinstance(made.univariate, Missing) and "too few for a correlation" in made.univariate.what
    assert isinstance(made.regressions, Missing) and "are too few for" in made.regressions.what
