"""The Datasets page loads what it is pointed at, says what it can't read and how to mend it, renames and deletes."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.paths import DEMO
from tests.pages.conftest import Studio, go, links, press, told, until

ALPACA = [{"instruction": f"Name {i}.", "input": "", "output": f"It is {i}."} for i in range(30)]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def typed(app: AppTest, path: Path | str) -> AppTest:
    (field,) = [each for each in app.text_input if str(each.key).startswith("typed_path")]
    return field.set_value(str(path)).run()


def load(app: AppTest, studio: Studio, place: str = "path") -> AppTest:
    """Press Load, and wait until one more dataset is there."""
    before = len(studio.store.datasets.all())
    app.button(key=f"load {place}").click().run()
    until(lambda: len(studio.store.datasets.all()) > before)
    return app.run()


def names(studio: Studio) -> list[str]:
    return [each.name for each in studio.store.datasets.all()]


def test_a_new_studio_has_the_demo_data_and_a_next_step(studio: Studio) -> None:
    app = studio.open()
    files = sorted(each.name for each in DEMO.glob("*.jsonl") if each.name != "evaluation.jsonl")
    rows = sum(len((DEMO / name).read_text("utf-8").splitlines()) for name in files)
    assert [each.value for each in app.subheader] == [f"{len(files)} datasets, {rows} rows"]
    assert sorted(f"{name}.jsonl" for name in names(studio)) == files
    assert "Score the rows" in links(app)


def test_deleted_demo_data_stay_away_until_they_are_asked_for(studio: Studio) -> None:
    demo = names(studio)
    for dataset in studio.store.datasets.all():
        studio.store.datasets.delete(dataset.dataset_id)
    studio.restart()
    app = studio.open()
    assert "No datasets" in told(app) and not app.subheader
    press(app, "Load the demo data")
    assert names(studio) == demo


def test_a_file_is_loaded_by_its_path_after_a_look_at_it(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_bytes(lines(ALPACA))
    app = typed(studio.open(), tmp_path / "mine.jsonl")
    preview = app.dataframe[0].value
    assert preview["Response"].tolist() == [row["output"] for row in ALPACA[:8]]
    app = load(app, studio)
    (mine,) = [each for each in studio.store.datasets.all() if each.name == "mine"]
    assert mine.rows == 30
    until(lambda: "**mine**: 30 rows loaded" in told(app.run()))


def test_the_columns_can_be_chosen_by_hand(studio: Studio, tmp_path: Path) -> None:
    pd.DataFrame({"text_a": ["Why?", "Who?"], "text_b": ["Because.", "You."]}).to_csv(tmp_path / "odd.csv", index=False)
    app = typed(studio.open(), tmp_path / "odd.csv")
    assert "load path" not in [each.key for each in app.button]
    for label, column in (("Instruction", "text_b"), ("Response", "text_a")):
        (box,) = [each for each in app.selectbox if each.label == label]
        box.set_value(column).run()
    assert app.dataframe[0].value["Instruction"].tolist() == ["Because.", "You."]
    load(app, studio)
    dataset = studio.store.datasets.all()[-1]
    (batch,) = studio.store.rows.iterate(dataset.dataset_id)
    assert [(row.instruction, row.output) for _, row in batch] == [("Because.", "Why?"), ("You.", "Who?")]


def test_where_two_readings_are_possible_both_are_offered(studio: Studio, tmp_path: Path) -> None:
    row = {"problem": "Compute 2*2.", "solution": "Twice 2 is 4.", "answer": "4"}
    (tmp_path / "maths.jsonl").write_text(json.dumps(row), "utf-8")
    app = typed(studio.open(), tmp_path / "maths.jsonl")
    (choice,) = [each for each in app.pills if each.label == "Column mapping"]
    assert choice.options == ["problem → solution", "problem → answer"]
    assert app.dataframe[0].value["Response"].tolist() == ["Twice 2 is 4."]
    choice.set_value(1).run()
    assert app.dataframe[0].value["Response"].tolist() == ["4"]
    (box,) = [each for each in app.selectbox if each.label == "Response"]
    box.set_value("solution").run()
    assert app.dataframe[0].value["Response"].tolist() == ["Twice 2 is 4."] and not app.exception


def test_what_is_not_read_is_said_and_can_be_given_a_part(studio: Studio, tmp_path: Path) -> None:
    row = {"instruction": "Why?", "output": "Because.", "worse": "No.", "topic": "t"}
    (tmp_path / "odd.jsonl").write_text(json.dumps(row), "utf-8")
    app = typed(studio.open(), tmp_path / "odd.jsonl")
    assert any("Not read, kept with the rows: topic, worse." in each.value for each in app.caption)
    (box,) = [each for each in app.selectbox if each.label == "Rejected response"]
    box.set_value("worse").run()
    assert app.dataframe[0].value["Rejected"].tolist() == ["No."]
    assert any("Not read, kept with the rows: topic." in each.value for each in app.caption)
    load(app, studio)
    dataset = studio.store.datasets.all()[-1]
    ((_, kept),) = next(studio.store.rows.iterate(dataset.dataset_id))
    assert (kept.rejected, kept.extra) == ([{"role": "assistant", "content": "No."}], '{"topic":"t"}')
    assert dataset.origin["columns"]["rejected"] == "worse"


def test_who_speaks_can_be_said_where_the_names_are_not_known(studio: Studio, tmp_path: Path) -> None:
    turns = [{"role": "Kunde", "content": "Hi"}, {"role": "Berater", "content": "Hello"}]
    (tmp_path / "talks.jsonl").write_bytes(lines([{"messages": turns}]))
    app = typed(studio.open("datasets"), tmp_path / "talks.jsonl")
    assert "unknown role “Kunde”" in told(app)
    for label, name in (("User is called", "Kunde"), ("Assistant is called", "Berater")):
        (box,) = [each for each in app.text_input if each.label == label]
        app = box.set_value(name).run()
    app = load(app, studio)
    ((_, kept),) = next(studio.store.rows.iterate(studio.store.datasets.all()[-1].dataset_id))
    assert (kept.instruction, kept.output) == ("Hi", "Hello")


def test_the_encoding_is_shown_and_can_be_chosen(studio: Studio, tmp_path: Path) -> None:
    rows = [{"matière": "Gares", "instruction": "Où ?", "output": "À côté de la forêt."}]
    pd.DataFrame(rows).to_csv(tmp_path / "gare.csv", index=False, encoding="cp1252")
    app = typed(studio.open(), tmp_path / "gare.csv")
    assert "Read as Windows-1252 (Western European)." in [each.value for each in app.caption]
    (box,) = [each for each in app.selectbox if each.label == "Encoding"]
    box.set_value("cp1253").run()
    assert app.dataframe[0].value["Response"].tolist() == ["ΐ cτtι de la forκt."]
    (box,) = [each for each in app.selectbox if each.label == "Encoding"]
    box.set_value("cp1252").run()
    load(app, studio)
    dataset = studio.store.datasets.all()[-1]
    (batch,) = studio.store.rows.iterate(dataset.dataset_id)
    assert [row.output for _, row in batch] == ["À côté de la forêt."]
    assert dataset.origin["encoding"] == "cp1252"


def test_list_and_response_are_chosen(studio: Studio, tmp_path: Path) -> None:
    turns = [{"role": role, "content": f"{role} {n}"} for n in (1, 2) for role in ("user", "assistant")]
    lists = {"train": [{"messages": turns[:2]}], "test": [{"messages": turns}]}
    (tmp_path / "both.json").write_text(json.dumps(lists))
    app = typed(studio.open(), tmp_path / "both.json")
    (box,) = [each for each in app.selectbox if each.label == "List"]
    assert box.options == ["train", "test"]
    box.set_value("test").run()
    (box,) = [each for each in app.selectbox if each.label == "Scored answer"]
    box.set_value("each").run()
    assert app.dataframe[0].value["Response"].tolist() == ["assistant 1", "assistant 2"]
    load(app, studio)
    dataset = studio.store.datasets.all()[-1]
    assert (dataset.rows, dataset.origin["list_name"], dataset.origin["answers"]) == (2, "test", "each")


def test_the_split_of_a_folder_is_chosen(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "clone" / "data").mkdir(parents=True)
    for split, output in (("train", "Learnt."), ("test", "Held out.")):
        row = {"instruction": "Why?", "output": output}
        (tmp_path / "clone" / "data" / f"{split}.jsonl").write_text(json.dumps(row))
    app = typed(studio.open(), tmp_path / "clone")
    (box,) = [each for each in app.selectbox if each.label == "Split"]
    assert (box.value, app.dataframe[0].value["Response"].tolist()) == ("train", ["Learnt."])
    box.set_value("test").run()
    assert app.dataframe[0].value["Response"].tolist() == ["Held out."]


def test_plain_files_need_no_encoding(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_bytes(lines(ALPACA))
    app = typed(studio.open(), tmp_path / "mine.jsonl")
    assert not [each for each in app.selectbox if each.label in ("Encoding", "List", "Scored answer", "Paths")]


def test_tables_of_an_uploaded_archive_become_datasets(studio: Studio) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("first.jsonl", lines(ALPACA[:3]))
        archive.writestr("deep/second.csv", "instruction,output\nWhy?,Because.\n")
        archive.writestr("readme.md", "Hello.")
    app = studio.open()
    app.file_uploader[0].set_value([("both.zip", packed.getvalue(), "application/zip")]).run()
    assert any("Skipped in both.zip: readme.md." in each.value for each in app.caption)
    before = len(studio.store.datasets.all())
    app.button(key="load upload").click().run()
    until(lambda: len(studio.store.datasets.all()) == before + 2)
    assert sorted(names(studio)[-2:]) == ["first", "second"]


def test_load_pressed_together_with_a_change_of_columns_loads_as_changed(studio: Studio, tmp_path: Path) -> None:
    table = pd.DataFrame({"instruction": ["Why?"], "output": ["Because."], "better": ["Because it rains."]})
    table.to_csv(tmp_path / "three.csv", index=False)
    app = typed(studio.open(), tmp_path / "three.csv")
    (box,) = [each for each in app.selectbox if each.label == "Response"]
    box.set_value("better")
    load(app, studio)
    (batch,) = studio.store.rows.iterate(studio.store.datasets.all()[-1].dataset_id)
    assert [row.output for _, row in batch] == ["Because it rains."]


def test_an_upload_is_loaded_and_its_refused_rows_are_shown_with_the_reason(studio: Studio) -> None:
    app = studio.open()
    content = lines([*ALPACA, {"instruction": "No answer?", "input": "", "output": ""}, ALPACA[0]])
    app.file_uploader[0].set_value([("up.jsonl", content, "application/jsonl")]).run()
    load(app, studio, "upload")
    dataset = studio.store.datasets.all()[-1]
    assert (dataset.name, dataset.rows, dataset.rejected, dataset.duplicates) == ("up", 30, 1, 1)
    app = studio.open()
    app.button(key=f"refused of {dataset.dataset_id}").click().run()
    refused = [each.value for each in app.dataframe if "Reason" in each.value]
    assert [table["Row"].tolist() for table in refused] == [[31]]


def test_a_description_that_comes_with_uploads_says_what_their_columns_are(studio: Studio) -> None:
    described = json.dumps({"mine": {"file_name": "a.json", "columns": {"prompt": "ask", "response": "say"}}})
    rows = json.dumps([{"ask": "q", "say": "a", "instruction": "x", "output": "y"}])
    app = studio.open()
    sent = {"a.json": rows, "dataset_info.json": described}
    app.file_uploader[0].set_value([(name, text.encode(), "application/json") for name, text in sent.items()]).run()
    assert any("Read by the columns of “mine” in dataset_info.json." in each.value for each in app.caption)
    load(app, studio, "upload")
    (batch,) = studio.store.rows.iterate(studio.store.datasets.all()[-1].dataset_id)
    assert [(row.instruction, row.output) for _, row in batch] == [("q", "a")]


@pytest.mark.parametrize(
    ("name", "content"),
    [("broken.json", b'[{"instruction": "a", '), ("empty.jsonl", b""), ("noise.parquet", b"PAR1 and then nothing")],
)
def test_a_file_that_is_not_what_it_says_is_named_with_a_way_to_mend_it(
    studio: Studio, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    app = typed(studio.open(), tmp_path / name)
    (error,) = [each.value for each in app.error]
    what, where, mend = error.split("\n\n")
    assert what.startswith("**") and name in where and len(mend) > 10
    assert not app.exception
    assert "load path" not in [each.key for each in app.button]


def test_a_path_where_nothing_is_says_so(studio: Studio, tmp_path: Path) -> None:
    app = typed(studio.open(), tmp_path / "nowhere.jsonl")
    (error,) = [each.value for each in app.error]
    assert "nowhere.jsonl" in error and "Check the path" in error


def test_a_dataset_is_renamed_and_described_and_stays_so(studio: Studio) -> None:
    app = studio.open()
    number = studio.store.datasets.all()[0].dataset_id
    app.button(key=f"edit {number}").click().run()
    (name,) = [each for each in app.text_input if each.label == "Name" and not each.key]
    name.set_value("Handmade <b>rows</b>")
    app.text_area[0].set_value("Read twice.")
    app.button(key=f"edit {number}").click()
    press(app, "Save")
    studio.restart()
    app = studio.open()
    assert names(studio)[0] == "Handmade <b>rows</b>"
    assert "Read twice." in told(app)
    cards = "".join(each.proto.body for each in app.get("html"))
    assert "Handmade &lt;b&gt;rows" in cards  # shown as text, never as HTML


def test_a_dataset_is_deleted_only_when_that_is_confirmed(studio: Studio) -> None:
    app = studio.open()
    before = names(studio)
    number = studio.store.datasets.all()[1].dataset_id
    app.button(key=f"delete {number}").click().run()
    assert names(studio) == before and "will be deleted" in told(app)
    app.button(key=f"delete {number}").click()
    press(app, "Cancel")
    assert names(studio) == before
    app.button(key=f"delete {number}").click().run()
    app.button(key=f"delete {number}").click()
    press(app, "Delete")
    assert names(studio) == [before[0], before[2]]
    assert not go(app, "indicators").exception and not go(app, "select").exception


def test_rows_of_a_dataset_are_shown_as_they_were_loaded(studio: Studio) -> None:
    app = studio.open()
    dataset = studio.store.datasets.all()[0]
    app.button(key=f"rows of {dataset.dataset_id}").click().run()
    written = [json.loads(line) for line in (DEMO / f"{dataset.name}.jsonl").read_text("utf-8").splitlines()]
    shown = app.dataframe[0].value
    assert shown["Instruction"].tolist() == [row["instruction"].strip() for row in written[:100]]


def test_data_of_ones_own_stand_above_the_demo_the_newest_first(studio: Studio) -> None:
    for name in ("first", "second"):
        studio.store.datasets.finish(studio.store.datasets.begin(name))
    cards = [str(each.key) for each in studio.open("datasets").button if str(each.key).startswith("rows of")]
    by_name = {each.name: each.dataset_id for each in studio.store.datasets.all()}
    assert cards == [f"rows of {by_name[name]}" for name in ("second", "first", "handbook", "forum", "scrape")]


def test_a_broken_file_of_a_folder_is_left_out_and_told(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b" ")
    (tmp_path / "b.jsonl").write_bytes(lines(ALPACA))
    app = typed(studio.open(), tmp_path)
    assert "a.jsonl is left out: The file contains only white space." in app.warning[0].value
    (apart,) = [each for each in app.toggle if str(each.key).startswith("apart")]
    apart.set_value(False).run()
    load(app, studio)
    assert studio.store.datasets.all()[-1].rows == len(ALPACA)
    assert any("a.jsonl is left out" in each.value for each in app.warning)


def test_of_several_uploads_one_that_can_be_read_is_looked_at_also_when_it_comes_last(studio: Studio) -> None:
    broken = [(name, b" ", "application/jsonl") for name in ("a.jsonl", "b.jsonl")]
    app = studio.open()
    app.file_uploader[0].set_value(broken).run()
    app.file_uploader[0].set_value([*broken, ("c.jsonl", lines(ALPACA), "application/jsonl")]).run()
    assert "load upload" in [each.key for each in app.button]
