"""What the Select page keeps is remembered, compared, renamed, deleted and exported as it was."""

import csv
import hashlib
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from core.rows.row import Message, row_from_messages
from tests.pages.conftest import Studio, press, told, until, value
from tests.pages.select_page import chosen, kept, ranked, tab


def exported(app: AppTest, studio: Studio, name: str) -> Path:
    """Make the file under this name and return it."""
    (field,) = [each for each in app.text_input if str(each.key).startswith("export name")]
    field.set_value(name).run()
    (make,) = [each for each in app.button if each.label.startswith("Export ")]
    make.click().run()
    until(
        lambda: app.error or "Download data" in [each.label for each in app.run().download_button],
        seconds=120.0,
        otherwise=lambda: str([app.session_state["export task"], app.main]),
    )
    assert not app.exception and not [each.value for each in app.error]
    manifest = studio.root / "exports" / name / "manifest.json"
    (file,) = [each for each in manifest.parent.iterdir() if each.suffix in {".jsonl", ".csv", ".parquet"}]
    assert json.loads(manifest.read_text("utf-8"))["result"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    return file


def pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["instruction"], rows["output"], strict=True))


def test_saved_selections_survive_a_restart_and_are_compared_renamed_and_deleted(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=40)
    app.text_input(key="selection name").set_value("By the rule").run()
    by_rule = kept(scored, app)
    chosen(app, rank_by="indicator", indicator="reward")
    app.text_input(key="selection name").set_value("By reward").run()
    by_reward = kept(scored, app)
    scored.restart()

    app = tab(scored.open("select"), "Saved")
    second, first = [each.selection_id for each in scored.store.selections.all()]
    app.pills(key="compared selections").set_value([first, second]).run()
    numbers, overlap, apart = [table.value for table in app.table]
    shared = len(set(by_rule) & set(by_reward))
    only = 40 - shared
    assert [each.value for each in app.metric] == [f"{shared} rows", f"{only} rows", f"{only} rows"]
    assert "Reward" in apart["Mean of"].tolist()
    assert [len(each.value) for each in app.dataframe[-2:]] == [min(8, only)] * 2
    assert overlap.iloc[0].tolist() == ["By the rule", "By reward", str(shared), f"{shared / (80 - shared):.3f}"]
    means = [scored.rows[scored.rows["row_id"].isin(rows)]["reward"].mean() for rows in (by_rule, by_reward)]
    assert [value(text) for text in numbers.loc["Mean reward"]] == pytest.approx(means, abs=0.006)

    app.text_input(key=f"new name {first}").set_value("Paper").run()
    app.button(key=f"rename {first}").click().run()
    assert "**Paper**" in told(app) and "By the rule" not in told(app)
    assert not app.exception
    app.button(key=f"delete {second}").click().run()
    assert [each.name for each in scored.store.selections.all()] == ["Paper"]
    assert "By reward" not in told(app) and not app.exception


def test_a_name_that_is_taken_gets_a_number(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=5)
    for _ in range(2):
        app.text_input(key="selection name").set_value("Mine").run()
        press(app, "Save")
    assert [each.name for each in scored.store.selections.all()] == ["Mine (2)", "Mine"]


@pytest.mark.parametrize("layout", ["alpaca", "messages", "sharegpt"])
def test_a_json_lines_file_holds_the_kept_rows_in_the_layout_asked_for(scored: Studio, layout: str) -> None:
    app = tab(chosen(scored.open("select"), amount="rows", rows=25), "Export")
    file = exported(chosen(app, layout=layout), scored, "mine")
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    if layout == "alpaca":
        found = [(each["instruction"], each["output"]) for each in records]
        assert all(set(each) == {"instruction", "input", "output"} for each in records)
    else:
        turns, who, text = (
            ("messages", "role", "content") if layout == "messages" else ("conversations", "from", "value")
        )
        speakers = ["user", "assistant"] if layout == "messages" else ["human", "gpt"]
        assert all([turn[who] for turn in each[turns]] == speakers for each in records)
        found = [(each[turns][0][text], each[turns][1][text]) for each in records]
    best = ranked(scored).head(25)
    assert [answer for _, answer in found] == best["output"].tolist()
    assert all(ours.startswith(theirs) for (ours, _), theirs in zip(found, best["instruction"], strict=True))


@pytest.mark.parametrize("layout", ["csv", "parquet"])
def test_a_table_file_carries_the_scores_and_the_name_of_the_dataset(scored: Studio, layout: str) -> None:
    app = tab(chosen(scored.open("select"), amount="rows", rows=25), "Export")
    chosen(app, layout=layout, with_scores=True, with_dataset=True)
    file = exported(app, scored, "mine")
    if layout == "csv":
        with file.open(encoding="utf-8", newline="") as stream:
            table = pd.DataFrame(list(csv.DictReader(stream)))
    else:
        table = pq.read_table(file).to_pandas()
    best = ranked(scored).head(25)
    assert pairs(table) == pairs(best)
    assert table["source_dataset"].tolist() == best["dataset"].tolist()
    for column, expected in (("reward", best["reward"]), ("predicted_log_loss", best["value"])):
        assert table[f"score_{column}"].astype(float).tolist() == pytest.approx(expected.tolist())


def test_a_saved_selection_is_exported_as_it_was_also_when_the_form_asks_for_another(scored: Studio) -> None:
    app = chosen(scored.open("select"), amount="rows", rows=30)
    press(app, "Save")
    (saved,) = scored.store.selections.all()
    chosen(app, rank_by="indicator", indicator="reward", rows=5)
    tab(app, "Saved").button(key=f"export {saved.selection_id}").click().run()
    assert app.selectbox(key="exported selection").value == saved.selection_id
    records = [json.loads(line) for line in exported(app, scored, "saved").read_text("utf-8").splitlines()]
    assert [each["output"] for each in records] == ranked(scored).head(30)["output"].tolist()


def test_what_a_layout_cannot_hold_is_said_once(scored: Studio) -> None:
    turns = [Message("user", "Why?"), Message("assistant", "So."), Message("user", "Thanks.")]
    number = scored.store.datasets.begin("chat")
    scored.store.datasets.append_rows(number, [row_from_messages(turns)], [("chat.jsonl", 1)])
    scored.store.datasets.finish(number)
    app = chosen(scored.open("select"), rank_by="order", amount="rows", rows=len(scored.rows) + 1)
    exported(chosen(tab(app, "Export"), layout="alpaca"), scored, "mine")
    said = [each.value for each in app.warning if "Alpaca's columns" in each.value]
    assert len(said) == 1
