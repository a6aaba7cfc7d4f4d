"""The Compare page: two models chosen, their answers judged by a real HTTP server or by a person, and what it says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from core.comparison.spec import ComparedModel, ComparisonSpec, compared_models
from core.finetune.settings import Precision, TuningSettings
from core.judge.human_verdicts import HumanVerdict
from core.judge.verdict import Verdict
from core.models.generation import AnswerSettings
from core.rows.candidate_set import CandidateSet, Kind
from tests.answered_store import take_answers
from tests.judge_server import JudgeServer, judge_server, prefers, refused
from tests.pages.conftest import Studio, button, links, press, told, until

KEY = "sk-typed-on-the-page-0123456789"
TUNING = TuningSettings(Precision.BF16)
PROMPTS = 6
A_ANSWERS = ["long answer here"] * 4 + ["the same", "short"]
B_ANSWERS = ["short"] * 4 + ["the same", "much longer answer"]


@pytest.fixture(autouse=True)
def no_key_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def judge() -> Iterator[JudgeServer]:
    """An endpoint whose judge likes the longer answer."""
    with judge_server(behave=prefers(len)) as server:
        yield server


def proof(studio: Studio, job: str = "20260101-000000-abc123") -> str:
    """A proof with one tuned model a side, as the worker leaves it; returns its job."""
    rows = studio.rows.head(4)[["dataset_id", "row_id"]]
    sets = [
        CandidateSet(f"{arm}, seed 0", Kind.RANDOM, rows, {"arm": arm, "tuning_seed": 0, "draw": 0})
        for arm in ("selected", "random")
    ]
    spec = {
        "profile": "embedded",
        "tuning": TUNING.as_dict(),
        "plan": {"proof": {"selection_id": 1, "selection": "Best"}},
    }
    studio.store.experiments.add("Proof of Best", spec, sets, job)
    for place in (1, 2):
        (studio.root / "jobs" / job / "sets" / f"{place:04d}" / "adapter").mkdir(parents=True)
        losses = studio.root / f"losses-{place:04d}.parquet"
        line = {"number": place, "example": 0, "response": 0, "tokens": 9, "loss_nats_per_token": 2.0}
        pd.DataFrame([line]).to_parquet(losses)
        studio.store.parts.take(job, [losses])
    return job


def answered(studio: Studio, folder: Path) -> int:
    """A comparison whose answers came in."""
    one = ComparedModel("selected, seed 0", "Proof of Best", "job", 1, "embedded", TUNING)
    spec = ComparisonSpec((one, replace(one, title="random, seed 0", number=2)), AnswerSettings(), "demo evaluation")
    prompts = studio.store.evaluation_sets.examples(studio.store.evaluation_sets.all()[0].evaluation_set_id)[:PROMPTS]
    number = studio.store.comparisons.add("Selected against random", spec.as_dict(), prompts)
    take_answers(studio.store, folder, spec, prompts, A_ANSWERS, B_ANSWERS)
    return number


def opened(studio: Studio, number: int, tab: str) -> AppTest:
    app = studio.open("compare")
    app.session_state["comparison shown"] = str(number)
    app.session_state["comparison tab"] = tab
    app.run()
    assert not app.exception
    return app


def asking(studio: Studio, number: int, server: JudgeServer) -> AppTest:
    app = opened(studio, number, "LLM judge")
    app.text_input(key="judge endpoint").set_value(server.url)
    app.text_input(key="judge key").set_value(KEY)
    app.run()
    assert not app.exception
    return app


def judged(app: AppTest) -> AppTest:
    """Press the button and wait until the run is over."""
    press(app, next(each.label for each in app.button if each.label.startswith("Judge")))
    until(lambda: "Judging" not in told(app.run()) and bool(app.success or app.warning or app.error))
    assert not app.exception
    return app


def test_without_a_tuned_model_the_page_says_what_to_do_first(studio: Studio) -> None:
    app = studio.open("compare")
    assert "No model is tuned yet" in told(app)
    assert links(app) == ["New experiment", "Proof of a selection"]
    assert not app.exception


def test_the_sides_of_a_proof_are_proposed_and_their_answers_queued(queue: Studio) -> None:
    job = proof(queue)
    app = queue.open("compare")
    shown = [app.selectbox(key=f"comparison {side}") for side in ("a", "b")]
    assert [each.value for each in shown] == ["1.1", "1.2"]
    app.number_input(key="comparison tokens").set_value(16)
    app.number_input(key="comparison prompts 1").set_value(5).run()
    assert "10 answers will be generated" in told(app) and "The worker is not running" in told(app)
    press(app, "Generate answers")
    assert not app.error and not app.exception
    (saved,) = queue.store.comparisons.all()
    assert (saved.name, saved.prompts) == ("selected, seed 0 vs. random, seed 0", 5)
    frozen = json.loads((queue.root / "jobs" / saved.job_id / "spec.json").read_text())
    assert [each["job_id"] for each in frozen["comparison"]["models"]] == [job, job]
    assert frozen["comparison"]["answers"]["max_new_tokens"] == 16
    assert (queue.root / "jobs" / saved.job_id / "input" / "adapter-1").is_dir()
    assert "waiting" in "\n".join(str(each.proto.text) for each in app.get("progress"))


def test_an_experiment_whose_job_can_have_no_folder_offers_no_model(scored: Studio) -> None:
    proof(scored, "a job of old")
    app = scored.open("compare")
    assert not app.exception
    assert "No model is tuned yet" in told(app)


@pytest.mark.parametrize("address", ["20260101-000000 abc", "../1", "²", "9" * 30])
def test_an_address_that_names_no_comparison_is_told_and_leads_back(scored: Studio, address: str) -> None:
    app = scored.open("compare")
    app.session_state["comparison shown"] = address
    app.run()
    assert not app.exception
    assert "This comparison has been deleted." in app.error[0].value
    press(app, "Back to the list")
    assert not app.exception and not app.error


def test_a_language_model_judges_and_its_verdicts_can_be_read(
    scored: Studio, judge: JudgeServer, tmp_path: Path
) -> None:
    number = answered(scored, tmp_path)
    app = asking(scored, number, judge)
    assert next(each.value for each in app.metric if each.label == "Calls") == "10"
    judged(app)
    assert "10 of 10 verdicts in 10 calls" in app.success[0].value
    assert "This judge has given all verdicts" in told(app)
    app.session_state["comparison tab"] = "Results"
    app.run()
    assert f"A wins 4, B wins 1, 1 of 6 are ties (sign test p = {binomtest(4, 5).pvalue:.3f})" in told(app)
    assert "won 5 of 10 (50%" in told(app) and "two orders: 5 of 5 (100%" in told(app)
    (table,) = [each.value for each in app.dataframe if "outcome" in each.value]
    assert table["outcome"].tolist() == ["A wins"] * 4 + ["Tie", "B wins"]
    assert table["reply_b_first"][0] == "I compared both.\nB"
    app.pills(key="verdict outcomes").set_value(["B"]).run()
    (table,) = [each.value for each in app.dataframe if "outcome" in each.value]
    assert table["b"].tolist() == ["much longer answer"]


def test_the_key_reaches_the_endpoint_and_no_file(scored: Studio, judge: JudgeServer, tmp_path: Path) -> None:
    judged(asking(scored, answered(scored, tmp_path), judge))
    assert set(judge.keys) == {f"Bearer {KEY}"}
    scored.restart()
    files = [each for each in scored.root.rglob("*") if each.is_file()]
    assert any(each.name == "studio.duckdb" for each in files)
    assert not [each for each in files if KEY.encode() in each.read_bytes()]


def test_a_cap_stops_the_run_and_what_is_left_is_judged_later(
    scored: Studio, judge: JudgeServer, tmp_path: Path
) -> None:
    app = asking(scored, answered(scored, tmp_path), judge)
    app.number_input(key="judge calls").set_value(4).run()
    assert "The cap is lower" in told(app)
    judged(app)
    assert "The cap is reached: 4 of 10 verdicts" in told(app) and len(judge.requests) == 4
    app.number_input(key="judge calls").set_value(100).run()
    judged(app)
    assert len(judge.requests) == 10


def test_the_environments_key_goes_to_the_endpoint_that_the_environment_names_only(
    scored: Studio, judge: JudgeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    number = answered(scored, tmp_path)
    app = asking(scored, number, judge)
    app.text_input(key="judge key").set_value("")
    judged(app.number_input(key="judge calls").set_value(4).run())
    assert len(judge.keys) == 4 and not any(KEY in each for each in judge.keys)
    monkeypatch.setenv("OPENAI_BASE_URL", judge.url)
    scored.restart()
    app = asking(scored, number, judge)
    app.text_input(key="judge key").set_value("")
    judged(app.run())
    assert len(judge.keys) == 8 and all(KEY in each for each in judge.keys[4:])


def test_a_window_that_is_only_redrawn_leaves_what_another_one_has_chosen_of_the_judge(
    scored: Studio, judge: JudgeServer, tmp_path: Path
) -> None:
    number = answered(scored, tmp_path)
    first, second = (asking(scored, number, judge) for _ in range(2))
    first.number_input(key="judge cap").set_value(2.5).run()
    second.run()
    assert scored.store.settings.get("judge")["max_cost"] == 2.5
    second.number_input(key="judge calls").set_value(77).run()
    assert (scored.store.settings.get("judge")["max_cost"], scored.store.settings.get("judge")["max_calls"]) == (
        2.5,
        77,
    )


def test_a_refused_key_is_told_in_one_sentence(scored: Studio, judge: JudgeServer, tmp_path: Path) -> None:
    judge.behave = lambda messages: refused(401, f"Incorrect API key provided: {KEY}")
    app = judged(asking(scored, answered(scored, tmp_path), judge))
    assert "The endpoint rejected the API key." in app.error[0].value and "OPENAI_API_KEY" in app.error[0].value
    assert KEY not in told(app)


def test_a_person_judges_blind_undoes_and_sees_the_result(scored: Studio, tmp_path: Path) -> None:
    number = answered(scored, tmp_path)
    app = opened(scored, number, "Blind comparison")
    names = ("selected, seed 0", "random, seed 0")
    shortcuts = {each.label: each.proto.shortcut for each in app.button if each.proto.shortcut}
    assert shortcuts == {"Undo": "u", "A is better": "a", "Tie": "t", "B is better": "b", "Skip": "s"}
    press(app, "A is better")
    press(app, "Undo")
    assert scored.store.verdicts.human(number) == []
    while "A is better" in [each.label for each in app.button]:
        _, first, second = (each.proto.body for each in app.get("html") if "pre-wrap" in each.proto.body)
        assert not any(name in first + second for name in names)
        press(app, "A is better" if len(first) > len(second) else "B is better")
    assert "All pairs are judged" in told(app)
    app.session_state["comparison tab"] = "Results"
    app.run()
    assert "A wins 4, B wins 1, 1 of 6 are ties" in told(app)


def test_comparisons_of_other_models_are_judged_together(scored: Studio, tmp_path: Path) -> None:
    first = answered(scored, tmp_path)
    spec = compared_models(scored.store.comparisons.get(first).spec)
    other = replace(spec, models=(replace(spec.models[0], number=3), replace(spec.models[1], number=4)))
    asked = scored.store.evaluation_sets.examples(scored.store.evaluation_sets.all()[0].evaluation_set_id)[:PROMPTS]
    second = scored.store.comparisons.add("Second pair", other.as_dict(), asked)
    take_answers(scored.store, tmp_path, other, asked, A_ANSWERS, B_ANSWERS, job="job other answers")
    for number in (first, second):
        for position in range(6):
            scored.store.verdicts.keep_human(number, HumanVerdict(position, True, Verdict.FIRST))
    app = opened(scored, first, "Results")
    assert "It rests on one model a side" in told(app)
    app.multiselect(key=f"together {first}").set_value([second]).run()
    assert "It rests on 2 models a side. Judge at least 3 pairs" in told(app) and not app.exception


def test_what_was_passed_over_can_be_shown_again(scored: Studio, tmp_path: Path) -> None:
    number = answered(scored, tmp_path)
    app = opened(scored, number, "Blind comparison")
    for _ in range(5):
        press(app, "Skip")
    assert "0 of 5 pairs judged, 5 skipped" in [each.proto.text for each in app.get("progress")]
    press(app, "Show 5 skipped pairs")
    assert button(app, "A is better") and scored.store.verdicts.human(number) == []


def test_a_comparison_is_renamed_and_deleted_from_its_page(scored: Studio, tmp_path: Path) -> None:
    number = answered(scored, tmp_path)
    app = opened(scored, number, "Results")
    app.text_input(key=f"comparison name {number}").set_value("Other")
    press(app, "Rename")
    assert scored.store.comparisons.get(number).name == "Other"
    press(app, "Delete")
    assert scored.store.comparisons.all() == [] and not app.exception
