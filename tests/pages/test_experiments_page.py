"""The Experiments page tells what was measured, and what can be done with an experiment."""

import io
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from core.paths import PROJECT
from core.rows.candidate_set import CandidateSet, Kind
from pages.components import workspace
from pages.experiments.runs import adapter_archive
from tests.pages.conftest import Studio, press, told
from tests.pages.experiments_page import NEXT


def measured(studio: Studio, folder: Path, sets: list[CandidateSet], losses: dict[int, list[tuple]]) -> int:
    """An experiment whose losses came in as parts; `losses` holds (example, response, tokens, loss) by set number."""
    plan = {"fused_sets": 3, "rows": 11, "learning_rate": 1e-4}
    number = studio.store.experiments.next_number()
    studio.store.experiments.add("By hand", {"profile": "embedded", "plan": plan}, sets, f"job-{number}", number)
    for place, lines in losses.items():
        columns = ["example", "response", "tokens", "loss_nats_per_token"]
        part = folder / f"losses-{place:04d}.parquet"
        frame = pd.DataFrame(lines, columns=columns).assign(number=place)
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), part)
        studio.store.parts.take(f"job-{number}", [part])
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


def _numbers(values: Any) -> list[float]:
    """Numbers of a figure, which plotly writes as base64 where they are many or of one type."""
    if isinstance(values, dict):
        import base64

        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return list(values)


def test_who_has_none_is_told_what_an_experiment_is_for_and_where_to_begin(studio: Studio) -> None:
    app = studio.open("experiments")
    assert "tunes a model on each of several candidate sets" in told(app)
    labels = [each.label for each in app.button if each.label != "Hide steps"]
    begun = ["Start a quick trial", "Start a workstation run", "Start a paper replication", "Start a tournament"]
    assert labels == begun
    assert not app.exception


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
    assert (values["Base model loss"], values["Best set"]) == ("4.50", "3.000")


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


def test_there_is_no_figure_before_a_set_is_measured(scored: Studio, tmp_path: Path) -> None:
    app = opened(scored, measured(scored, tmp_path, two_sets(scored), {0: UNTUNED}))
    assert [each.label for each in app.metric] == ["Base model loss"] and not app.exception
    assert not app.get("plotly_chart")


def test_kinds_narrow_the_table_and_the_untuned_model_stays(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, two_sets(scored), {0: UNTUNED, 1: TUNED})
    app = opened(scored, number)
    app.pills(key=f"shown kinds {number}").set_value(["hierarchical"]).run()
    assert app.dataframe[0].value["name"].tolist() == ["untuned", "next ten"]


def test_a_clone_begins_with_the_choices_of_its_original(scored: Studio, tmp_path: Path) -> None:
    app = opened(scored, measured(scored, tmp_path, two_sets(scored), {}))
    press(app, "Clone and edit")
    values = {each.key: each.value for each in app.number_input}
    assert (values["experiment fused_sets"], values["experiment rows"]) == (3, 11)
    press(app, NEXT[0])
    assert next(each.value for each in app.number_input if each.label == "Learning rate") == 1e-4


def test_an_experiment_is_renamed_and_after_a_second_word_deleted(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, two_sets(scored), {0: UNTUNED, 1: TUNED})
    app = opened(scored, number)
    app.text_input(key=f"experiment name {number}").set_value("Another name")
    press(app, "Rename")
    assert [each.name for each in scored.store.experiments.all()] == ["Another name"]
    assert "its adapters, losses and training curves are deleted permanently" in told(app)
    press(app, "Delete")
    assert not scored.store.experiments.all() and scored.store.experiments.losses(f"job-{number}").empty
    assert "Start a quick trial" in [each.label for each in app.button] and not app.exception
    assert not (scored.root / "logs" / "worker.log").exists()  # no job of it is here, so no worker was started for it


def test_the_address_says_what_is_open_so_that_a_reload_comes_back_to_it(scored: Studio, tmp_path: Path) -> None:
    number = measured(scored, tmp_path, two_sets(scored), {0: UNTUNED, 1: TUNED})
    app = press(scored.open("experiments"), "Open")
    assert app.query_params["experiment"] in (str(number), [str(number)])
    press(app, "All experiments")
    assert "experiment" not in app.query_params and "1 of 2 sets done" in told(app)


def test_an_experiment_that_is_gone_is_told(scored: Studio) -> None:
    app = opened(scored, 77)
    assert "Experiment not found" in app.error[0].value
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
    (folder / "log.txt").write_text("Tuned.")
    measurements = workspace.studio().measurements
    assert measurements.curves(number) == {1: points} and measurements.logs(number) == {1: "Tuned."}
    assert measurements.adapters(number) == {1: folder / "adapter"}
    with zipfile.ZipFile(io.BytesIO(adapter_archive(folder / "adapter", "first ten"))) as archive:
        names = ["first ten/adapter_config.json", "first ten/adapter_model.safetensors"]
        assert archive.namelist() == names and archive.read(names[1]) == b"weights"


def test_the_root_leads_on_to_the_datasets(studio: Studio) -> None:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
    assert [each.value for each in app.title] == ["Datasets"] and not app.exception
