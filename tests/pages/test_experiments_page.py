"""The Experiments page makes the sets that it was asked for, keeps evaluation rows out, and tells what was measured."""

import io
import json
import math
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from core.demo import EVALUATION
from core.evaluation_set import EvaluationExample
from core.paths import PROJECT
from core.rows import Row
from core.sampling import CandidateSet, Kind
from jobs.experiments import Experiments
from pages.components import workspace
from pages.components.experiment_runs import adapter_archive
from tests.pages.conftest import Studio, button, press, told, until
from tests.scored_store import add_dataset

NEXT = ("Next: Model and measure", "Next: Review and start")


def wizard(app: AppTest, **choices: Any) -> AppTest:
    """Open the wizard if it is not, and make choices of the step in view, by their names."""
    if not app.session_state["experiment shown"]:
        press(app, "Begin with Taste")
    kinds = ("number_input", "pills", "multiselect", "selectbox", "segmented_control", "text_input")
    for name, value in choices.items():
        (widget,) = [w for kind in kinds for w in getattr(app, kind) if w.key == f"experiment {name}"]
        widget.set_value(value).run()
        assert not app.exception
    return app


def review(app: AppTest) -> AppTest:
    """Turn to the last step, and wait for the sets."""
    for label in NEXT:
        press(app, label)
    until(lambda: any(m.label == "Candidate sets" for m in app.metric) or bool(app.run().error))
    assert not app.exception
    return app


def started(studio: Studio, app: AppTest) -> list[CandidateSet]:
    """Start what is reviewed; the sets as the store has them."""
    press(app, "Start the experiment")
    assert not app.error and not app.exception
    return studio.store.candidate_sets(studio.store.experiments()[0].experiment_id)


def dataset_id(studio: Studio, name: str) -> int:
    return next(each.dataset_id for each in studio.store.datasets() if each.name == name)


def rows_of(each: CandidateSet) -> list[int]:
    return each.members["row_id"].tolist()


def measured(studio: Studio, folder: Path, sets: list[CandidateSet], losses: dict[int, list[tuple]]) -> int:
    """An experiment whose losses came in as parts; `losses` holds (example, response, tokens, loss) by set number."""
    plan = {"fused_sets": 3, "rows": 11, "learning_rate": 1e-4}
    number = studio.store.add_experiment("By hand", {"profile": "embedded", "plan": plan}, sets)
    studio.store.set_experiment_job(number, f"job-{number}")
    for place, lines in losses.items():
        columns = ["example", "response", "tokens", "loss_nats_per_token"]
        part = folder / f"losses-{place:04d}.parquet"
        frame = pd.DataFrame(lines, columns=columns).assign(number=place)
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), part)
        studio.store.take_parts(f"job-{number}", [part])
    return number


def opened(studio: Studio, number: int) -> AppTest:
    app = studio.open("experiments")
    app.session_state["experiment shown"] = str(number)
    return app.run()


UNTUNED = [(0, 0, 10, 5.0), (1, 0, 10, 4.0)]
TUNED = [(0, 0, 10, 1.0), (0, 1, 10, 3.0), (1, 0, 40, 4.0)]


def two_sets(studio: Studio) -> list[CandidateSet]:
    members = studio.rows[["dataset_id", "row_id"]]
    return [
        CandidateSet("first ten", Kind.FUSED, members.head(10)),
        CandidateSet("next ten", Kind.HIERARCHICAL, members.iloc[10:20].reset_index(drop=True)),
    ]


def test_who_has_none_is_told_what_an_experiment_is_for_and_where_to_begin(studio: Studio) -> None:
    app = studio.open("experiments")
    assert "tunes a model on each of several candidate sets" in told(app)
    labels = [each.label for each in app.button]
    assert labels == ["Begin with Taste", "Begin with Workstation", "Begin with Paper"]
    assert not app.exception


@pytest.mark.parametrize(
    ("preset", "sets", "rows", "epochs", "responses", "tokens", "profile", "precision"),
    [
        ("Workstation", 24, 128, 1, 64, 256, "embedded", "bf16"),
        ("Paper", 78, 2000, 3, 0, 512, "paper", "int8"),
    ],
)
def test_a_preset_fills_the_wizard(
    studio: Studio, preset: str, sets: int, rows: int, epochs: int, responses: int, tokens: int, profile: str,
    precision: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("shutil.which", lambda name: None)
    app = press(studio.open("experiments"), f"Begin with {preset}")
    values = {each.key: each.value for each in app.number_input}
    assert (values["experiment fused_sets"], values["experiment rows"]) == (sets, rows)
    press(app, NEXT[0])
    values = {each.key: each.value for each in [*app.number_input, *app.selectbox]}
    shown = [values[f"experiment {name}"] for name in ("epochs", "responses", "max_evaluation_tokens")]
    assert shown == [epochs, responses, tokens]
    assert (values["experiment profile"], values["experiment precision"]) == (profile, precision)
    assert values["experiment learning_rate"] == 3e-4


def test_fused_sets_have_the_size_asked_for_and_the_shares_that_they_drew(queue: Studio) -> None:
    chosen = [dataset_id(queue, "handbook"), dataset_id(queue, "forum")]
    app = wizard(queue.open("experiments"), fused_sets=4, rows=20, dataset_ids=chosen)
    sets = started(queue, review(app))
    assert [each.rows for each in sets] == [20] * 4
    for each in sets:
        assert len(set(rows_of(each))) == 20
        weights = each.detail["r"]
        assert set(map(int, weights)) == set(chosen)
        for number, weight in weights.items():
            assert abs(each.composition.get(int(number), 0) - 20 * weight / sum(weights.values())) < 1
    assert len({tuple(sorted(rows_of(each))) for each in sets}) == 4


def test_levels_are_disjoint_cover_the_dataset_and_stand_in_order(queue: Studio) -> None:
    forum = dataset_id(queue, "forum")
    app = wizard(queue.open("experiments"), fused_sets=0, level_dataset=forum, level_indicators=["reward"])
    sets = started(queue, review(wizard(app, levels=4, level_rows=0)))
    own = queue.rows[queue.rows["dataset_id"] == forum].set_index("row_id")["reward"]
    everything = [row for each in sets for row in rows_of(each)]
    assert len(sets) == 4 and sorted(everything) == sorted(own.index)
    assert max(each.rows for each in sets) - min(each.rows for each in sets) <= 1
    for above, below in pairwise(sets):
        assert own[rows_of(above)].min() >= own[rows_of(below)].max()


def test_a_saved_selection_and_random_sets_stand_in_one_experiment(queue: Studio) -> None:
    best = queue.rows.sort_values("reward", ascending=False).head(7)[["dataset_id", "row_id"]]
    number = queue.store.save_selection("Best seven", {}, best.assign(rank=range(7)), {})
    app = wizard(queue.open("experiments"), fused_sets=0, random_sets=2, rows=9, selection_ids=[number])
    sets = started(queue, review(app))
    assert [str(each.kind) for each in sets] == ["random", "random", "selection"]
    assert [len(set(rows_of(each))) for each in sets] == [9, 9, 7]
    assert rows_of(sets[2]) == best["row_id"].tolist()


def test_more_rows_than_there_are_is_told_where_it_is_asked_and_in_the_review(scored: Studio) -> None:
    app = wizard(scored.open("experiments"), rows=5000)
    assert "fewer than 5,000" in told(app)
    app = review(app)
    assert "can't be drawn" in told(app)
    assert "Start the experiment" not in [each.label for each in app.button]


def test_rows_that_the_evaluation_set_asks_are_counted_and_left_out_of_every_set(queue: Studio) -> None:
    asked = queue.store.evaluation_examples(queue.store.evaluation_sets()[0].evaluation_set_id)[3]
    given_away = Row(asked.instruction.upper() + " !!", asked.input, "An answer.")
    nearly = [Row(f"Please, {asked.instruction}", asked.input, f"Answer {i}.") for i in (98, 99)]
    rows = [given_away, *nearly, *(Row(f"Question {i}?", "", f"Answer {i}.") for i in range(11))]
    leak = add_dataset(queue.store, "leak", rows)
    workspace.refresh()
    app = wizard(queue.open("experiments"), fused_sets=3, rows=11, dataset_ids=[leak.dataset_id])
    app = review(app)
    assert "1 row asks in the same words" in told(app) and "2 rows ask in nearly the same words" in told(app)
    assert "(3 of leak)" in told(app)
    examples = [each.value for each in app.text]
    assert given_away.instruction[:40] in examples[0]
    assert nearly[0].instruction[:40] in examples[1] and asked.instruction[:40] in examples[1]
    (table,) = [each.value for each in app.dataframe if "Evaluation set" in each.value]
    assert table["Evaluation set"].tolist() == [asked.prompt] * 3 and table["Likeness of words"].iloc[0] == 1
    sets = started(queue, app)
    found = [row.prompt for row in queue.store.rows([n for each in sets for n in rows_of(each)]).values()]
    assert sorted(set(found)) == sorted(f"Question {i}?" for i in range(11))


def test_who_wants_to_stop_for_contamination_cannot_start(scored: Studio) -> None:
    asked = scored.store.evaluation_examples(scored.store.evaluation_sets()[0].evaluation_set_id)[0]
    add_dataset(scored.store, "leak", [Row(asked.instruction, asked.input, "An answer.")])
    workspace.refresh()
    app = review(wizard(scored.open("experiments"), fused_sets=1))
    assert not button(app, "Start the experiment").disabled
    wizard(app, stop_if_contaminated=True)
    assert button(app, "Start the experiment").disabled


@pytest.mark.parametrize(("place", "priority"), [("normal", 10), ("first", 1), ("last", 100)])
def test_the_place_in_the_queue_reaches_the_job(queue: Studio, place: str, priority: int) -> None:
    app = review(wizard(queue.open("experiments"), fused_sets=1, rows=10))
    assert app.segmented_control(key="experiment priority").value == "normal"
    wizard(app, priority=place)
    started(queue, app)
    (saved,) = queue.store.experiments()
    assert saved.spec["priority"] == priority
    assert json.loads((queue.root / "jobs" / saved.job_id / "spec.json").read_text())["priority"] == priority


def test_unscored_rows_are_warned_of_and_can_be_scored_from_here(studio: Studio) -> None:
    app = review(wizard(studio.open("experiments"), fused_sets=1, rows=10))
    assert "10 of the 10 rows of the sets are not fully scored" in told(app)
    assert button(app, "Score now") and not button(app, "Start the experiment").disabled


def test_before_anything_is_measured_time_and_memory_are_unknown(scored: Studio) -> None:
    app = review(wizard(scored.open("experiments"), fused_sets=1, rows=10))
    values = {each.label: each.value for each in app.metric}
    assert (values["Time, about"], values["Memory, about"]) == ("unknown", "unknown")
    assert button(app, "Measure this computer (about half a minute)")


def test_without_a_worker_that_ever_ran_the_start_says_what_to_do(
    scored: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = review(wizard(scored.open("experiments"), fused_sets=1, rows=10))
    assert "No worker runs" in told(app)
    monkeypatch.setattr(workspace.job_client(), "_patience_seconds", 0.2)
    press(app, "Start the experiment")
    (error,) = [each.value for each in app.error]
    assert "No background worker" in error and "start.py" in error
    assert not scored.store.experiments()


def test_an_experiment_waits_pauses_goes_on_and_is_cancelled(queue: Studio) -> None:
    app = review(wizard(queue.open("experiments"), fused_sets=2, rows=10))
    wizard(app, name="Mine")
    started(queue, app)
    assert "The worker is not running" in told(app) and "0 of 3 done" in app.get("progress")[0].proto.text
    assert next(each.value for each in app.subheader) == "Mine"
    press(app, "Pause")
    assert "Resume" in [each.label for each in app.button] and not app.exception
    press(app, "Resume")
    assert "Pause" in [each.label for each in app.button]
    press(app, "Cancel them")
    assert "Retry all" in [each.label for each in app.button]
    press(app, "All experiments")
    assert "Open" in [each.label for each in app.button] and not app.exception


def test_what_no_worker_has_laid_out_yet_can_be_cancelled_at_once(queue: Studio) -> None:
    app = review(wizard(queue.open("experiments"), fused_sets=2, rows=10))
    started(queue, app)
    press(app, "Cancel them")
    (saved,) = queue.store.experiments()
    state = Experiments(workspace.job_client()).state(saved.job_id)
    assert [each.status for each in state.sets] == ["cancelled"] * 3
    assert "Retry all" in [each.label for each in app.button] and not app.exception


def test_losses_that_came_in_stand_in_the_table_with_their_means_by_hand(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, two_sets(scored), {0: UNTUNED, 1: TUNED})
    app = opened(scored, number)
    assert not app.exception
    table = app.dataframe[0].value.set_index("name")
    first = table.loc["first ten"]
    assert first["loss_per_example"] == pytest.approx(3.0)  # of example 0 (1 + 3) / 2, of example 1 4
    assert first["standard_error"] == pytest.approx(1.0)  # sd of 2 and 4 is √2, by √2 examples
    assert first["loss_per_token"] == pytest.approx((10 * 1 + 10 * 3 + 40 * 4) / 60)
    assert first["log_loss"] == pytest.approx(math.log(3))
    assert first["relative_quality"] == pytest.approx(4.5 / 3)
    assert first["reward"] == pytest.approx(scored.rows["reward"].head(10).mean())
    assert table.loc["untuned", "relative_quality"] == 1
    assert math.isnan(table.loc["next ten", "log_loss"]) and table.loc["next ten", "status"] == "not measured"
    values = {each.label: each.value for each in app.metric}
    assert (values["Untuned loss"], values["Best set"]) == ("4.50", "3.000")


def test_the_figure_has_a_point_for_each_measured_set_and_the_untuned_model_as_a_line(
    scored: Studio, tmp_path: Path
) -> None:
    losses = {0: UNTUNED, 1: TUNED, 2: [(0, 0, 5, 2.0), (1, 0, 5, 2.0)]}
    app = opened(scored, measured(scored, tmp_path, two_sets(scored), losses))
    app.pills(key="loss against").set_value("knn_distance").run()
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    points = {trace["name"]: trace for trace in figure["data"]}
    assert set(points) == {"Fused", "Levels"}
    assert _numbers(points["Levels"]["y"]) == pytest.approx([math.log(2)])
    assert _numbers(points["Fused"]["x"]) == pytest.approx([scored.rows["knn_distance"].head(10).mean()])
    assert figure["layout"]["shapes"][0]["y0"] == pytest.approx(math.log(4.5))


def _numbers(values: Any) -> list[float]:
    """Numbers of a figure, which plotly writes as base64 where they are many or of one type."""
    if isinstance(values, dict):
        import base64

        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return list(values)


def test_kinds_narrow_the_table_and_the_untuned_model_stays(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, two_sets(scored), {0: UNTUNED, 1: TUNED})
    app = opened(scored, number)
    app.pills(key=f"shown kinds {number}").set_value(["hierarchical"]).run()
    assert app.dataframe[0].value["name"].tolist() == ["untuned", "next ten"]


def test_a_clone_begins_with_the_choices_of_its_original(scored: Studio, tmp_path: Path) -> None:
    app = opened(scored, measured(scored, tmp_path, two_sets(scored), {}))
    press(app, "Clone with changes")
    values = {each.key: each.value for each in app.number_input}
    assert (values["experiment fused_sets"], values["experiment rows"]) == (3, 11)
    press(app, NEXT[0])
    assert next(each.value for each in app.number_input if each.label == "Learning rate") == 1e-4


def test_an_experiment_is_renamed_and_after_a_second_word_deleted(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, two_sets(scored), {0: UNTUNED, 1: TUNED})
    app = opened(scored, number)
    app.text_input(key=f"experiment name {number}").set_value("Another name")
    press(app, "Rename it")
    assert [each.name for each in scored.store.experiments()] == ["Another name"]
    assert "its tuned adapters, losses and curves go for good" in told(app)
    press(app, "Delete it")
    assert not scored.store.experiments() and scored.store.set_losses(f"job-{number}").empty
    assert "Begin with Taste" in [each.label for each in app.button] and not app.exception


def test_the_address_says_what_is_open_so_that_a_reload_comes_back_to_it(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, two_sets(scored), {0: UNTUNED, 1: TUNED})
    app = press(scored.open("experiments"), "Open")
    assert app.query_params["experiment"] in (str(number), [str(number)])
    press(app, "All experiments")
    assert "experiment" not in app.query_params and "1 of 2 sets measured" in told(app)


def test_an_experiment_that_is_gone_is_told(scored: Studio) -> None:
    app = opened(scored, 77)
    assert "not here any more" in app.error[0].value
    press(app, "Back to the list")
    assert not app.error and not app.exception


def test_curves_and_the_adapter_of_a_tuned_set_are_there(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, two_sets(scored), {0: UNTUNED, 1: TUNED})
    folder = scored.root / "jobs" / f"job-{number}" / "sets" / "0001"
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter" / "adapter_config.json").write_text("{}")
    (folder / "adapter" / "adapter_model.safetensors").write_bytes(b"weights")
    points = [{"step": step, "epoch": 0.1, "loss": 3.0 - step, "learning_rate": 1e-4, "seconds": 1} for step in (1, 2)]
    (folder / "curve.jsonl").write_text("".join(json.dumps(point) + "\n" for point in points) + '{"step": 3, "lo')
    app = opened(scored, number)
    (trace,) = json.loads(app.get("plotly_chart")[-1].proto.spec)["data"]
    assert (trace["name"], trace["x"], trace["y"]) == ("first ten", [1, 2], [2.0, 1.0])
    with zipfile.ZipFile(io.BytesIO(adapter_archive(folder / "adapter", "first ten"))) as archive:
        names = ["first ten/adapter_config.json", "first ten/adapter_model.safetensors"]
        assert archive.namelist() == names and archive.read(names[1]) == b"weights"


def test_the_demo_evaluation_set_is_there_and_once_deleted_stays_away(studio: Studio) -> None:
    app = wizard(studio.open("experiments"))
    press(app, NEXT[0])
    (first,) = studio.store.evaluation_sets()
    assert (first.name, first.examples, first.responses) == (EVALUATION, 52, 104)
    button(app, "Delete").click().run()
    assert "is removed from the studio" in told(app) and studio.store.evaluation_sets()
    press(app, "Delete", "Delete it")
    assert not studio.store.evaluation_sets()
    studio.restart()
    app = wizard(studio.open("experiments"))
    press(app, NEXT[0])
    assert "There is no evaluation set" in told(app)
    press(app, NEXT[1])
    assert "There is no evaluation set" in app.error[0].value and not app.exception


def test_an_evaluation_set_is_loaded_from_a_file_after_a_look_at_it(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    lines = [{"instruction": "Why?", "outputs": ["Because.", "So."]}, {"instruction": "How?", "output": "Thus."}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    app = press(wizard(studio.open("experiments")), NEXT[0])
    for path in (tmp_path / "nowhere.jsonl", file):
        button(app, "Load one").click().run()
        app.text_input(key="evaluation path").set_value(str(path))
        press(app, "Load one")
        assert bool(app.error) == (path != file)
    assert app.dataframe[0].value["Response 2"].tolist() == ["So.", ""]
    press(app, "Load one", "Keep it")
    kept = studio.store.evaluation_sets()[1]
    assert (kept.name, kept.examples, kept.responses) == ("mine", 2, 3)
    assert studio.store.evaluation_examples(kept.evaluation_set_id)[0] == EvaluationExample(
        "Why?", "", ("Because.", "So.")
    )
    assert app.selectbox(key="experiment evaluation_set").value == kept.evaluation_set_id


def test_the_root_leads_on_to_the_datasets(studio: Studio) -> None:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
    assert [each.value for each in app.title] == ["Datasets"] and not app.exception
