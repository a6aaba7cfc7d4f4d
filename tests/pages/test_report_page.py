"""The Report page is fed by the newest runs, shows their numbers, and gives the report out as one file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from core.comparison.spec import ComparedModel, ComparisonSpec
from core.finetune.settings import Precision, TuningSettings
from core.judge.answer_pair import prompt_key
from core.judge.human_verdicts import HumanVerdict
from core.judge.verdict import Verdict
from core.models.generation import AnswerSettings
from core.rows.candidate_set import CandidateSet, Kind
from tests.measured_store import add_experiment
from tests.pages.conftest import Studio, links, told, until, value
from tests.pages.rule_page import TERMS, lstsq, measure
from tests.pages.test_proof_page import measured as proved

SIDES = ("selected", "random")
TUNING = TuningSettings(Precision.BF16)


def opened(studio: Studio) -> AppTest:
    """The page with its report."""
    app = studio.open("report")
    until(lambda: bool(app.subheader) or bool(app.run().error))
    assert not app.exception and not app.error
    return app


def sheet(app: AppTest, *columns: str) -> pd.DataFrame:
    """The only table that begins with these columns, by the first of them."""
    shown = [each.value for each in (*app.dataframe, *app.table)]
    (found,) = [each for each in shown if tuple(each.columns[: len(columns)]) == columns]
    return found.set_index(columns[0])


def test_without_runs_every_section_says_what_to_do_first(studio: Studio) -> None:
    app = opened(studio)
    assert [each.value for each in app.subheader] == [
        "Experimental setup", "Table 1: indicators", "Univariate analysis", "Multivariate analysis", "The rule",
        "Unseen data", "Judge",
    ]  # fmt: skip
    assert set(links(app)) == {
        "Compare two models", "New experiment", "Score on the Indicators page", "Learn a rule", "Open Select"
    }  # fmt: skip
    assert "falls as the reward rises" not in told(app) and not app.get("plotly_chart")


def test_the_newest_experiment_feeds_the_report_with_the_numbers_of_numpy(
    measured: tuple[Studio, pd.DataFrame], tmp_path: Path
) -> None:
    studio, table = measured
    measure(studio, tmp_path, "Half done", measured=3, experiment=1)
    app = opened(studio)
    assert list(app.multiselect(key="report sets").value) == [studio.store.experiments.all()[1].experiment_id]
    mixed = table.iloc[:-4]
    reward = sheet(app, "Indicator", "Over", "Pearson r").loc["Reward"]
    assert reward["Over"] == "12 mixed sets"
    assert value(reward["Pearson r"]) == pytest.approx(np.corrcoef(mixed["reward"], mixed["log_loss"])[0, 1], abs=6e-3)
    spread = sheet(app, "Indicator", "Rows", "Mean").loc["Reward"]
    assert value(spread["Mean"]) == pytest.approx(studio.rows["reward"].mean(), rel=1e-3)
    assert {"KNN₆", "Lenᵢₙ", "Rew"} <= set(sheet(app, "Symbol", "Indicator").index)
    assert "Reward" in " ".join(each.value for each in app.text)
    assert len(app.get("plotly_chart")) == 1 and [each.label for each in app.download_button] == ["Download as HTML"]


def test_the_newest_rule_stands_beside_equation_4(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, table = measured
    constant, *coefficients = lstsq(table, TERMS)
    terms = [{"indicator": name, "coefficient": float(each)} for name, each in zip(TERMS, coefficients, strict=True)]
    studio.store.rules.save("Mine", {"name": "Mine", "intercept": float(constant), "terms": terms})
    app = opened(studio)
    beside = sheet(app, "The paper", "Equation (4), secondary source")
    assert beside.loc["a higher reward lowers the loss", "Equation (4), secondary source"] == "−0.1498"
    own = beside.loc["a higher reward lowers the loss", "This studio"].removeprefix("coefficient: ")
    assert value(own) == pytest.approx(coefficients[2], rel=1e-3)
    assert "longer responses raise the loss (recalled, not checked)" in beside.index
    app.selectbox(key="report rule").set_value(0).run()
    until(lambda: bool(app.subheader) or bool(app.run().error))
    assert "no saved rule is chosen" in " ".join(each.value for each in app.text)
    assert studio.open("report").selectbox(key="report rule").value == 0


def test_a_proof_gives_the_table_of_unseen_data(scored: Studio, tmp_path: Path) -> None:
    number = proved(scored, tmp_path, 0.2)
    app = opened(scored)
    lines = sheet(app, "Sampling method", "Models", "Rule value")
    losses = scored.store.experiments.losses(f"job-{number}").set_index("number")["loss_per_token"].to_numpy()
    shown = [value(each) for each in lines.loc["Selected rows", "Loss (nats/token)"]]
    assert sorted(shown) == pytest.approx(sorted(losses[1::3]), abs=6e-5)
    assert len(lines) == 18
    compared = sheet(app, "Selected rows minus")
    assert compared["Ruling"].to_dict() == {"Random rows": "better", "Longest rows": "not shown to be better"}
    assert any("Evaluation loss by sub-pool" in each.proto.spec for each in app.get("plotly_chart"))
    (beside,) = [
        each.value
        for each in app.dataframe
        if "rows selected by the rule beat random rows" in each.value.get("The paper", pd.Series()).tolist()
    ]
    assert beside["Agreement"].tolist()[1] == "agrees"


@pytest.mark.parametrize(("verdict", "agreement"), [(Verdict.FIRST, "agrees"), (Verdict.SECOND, "disagrees")])
def test_the_judge_table_counts_wins_and_tells_of_selected_rows_against_random_ones(
    studio: Studio, tmp_path: Path, verdict: Verdict, agreement: str
) -> None:
    rows = pd.DataFrame({"dataset_id": [1], "row_id": [1]})
    arms = [CandidateSet(arm, Kind.RANDOM, rows, {"arm": arm, "tuning_seed": 0, "draw": 0}) for arm in SIDES]
    add_experiment(studio.store, tmp_path, "proof", arms, {1: 0.1, 2: 0.2})
    first, second = (ComparedModel(arm, "Proof", "job proof", n, "embedded", TUNING) for n, arm in enumerate(SIDES, 1))
    spec = ComparisonSpec((first, second), AnswerSettings(), "demo evaluation")
    asked = studio.store.evaluation_sets.examples(studio.store.evaluation_sets.all()[0].evaluation_set_id)[:8]
    number = studio.store.comparisons.add("Mine", spec.as_dict(), asked)
    for side in (0, 1):
        model, settings = spec.answer_key(side)
        lines = pd.DataFrame({"prompt": [prompt_key(each.instruction, each.input) for each in asked]})
        lines = lines.assign(model=model, settings=settings, answer=f"{side}", tokens=1, finished=True, seconds=0.1)
        part = tmp_path / f"answers-{side:05d}.parquet"
        lines.to_parquet(part)
        studio.store.parts.take("job answers", [part])
    for position in range(8):
        said = Verdict.TIE if position == 7 else verdict
        studio.store.verdicts.keep_human(number, HumanVerdict(position, True, said))
    line = sheet(opened(studio), "Comparison", "A", "B").loc["Mine"]
    wins = [line[name] for name in ("A wins", "Ties", "B wins")]
    assert wins == (["7 (88%)", "1 (12%)", "0 (0%)"] if verdict is Verdict.FIRST else ["0 (0%)", "1 (12%)", "7 (88%)"])
    assert value(line["p (sign test)"]) == pytest.approx(binomtest(7, 7).pvalue, abs=6e-4)
    assert line["Agreement"] == agreement
