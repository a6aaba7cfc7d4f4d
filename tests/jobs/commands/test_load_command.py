"""`load` takes what the Datasets page takes: addresses, tables, folders, columns named by hand, evaluation sets."""

import json
from pathlib import Path

import duckdb
import pytest

from jobs.api import Studio
from tests.jobs.shell import Shell

ROWS = [{"ask": f"How many legs have {n} cats?", "say": f"{4 * n} legs.", "why": "counting"} for n in range(1, 8)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files whose columns can't be guessed, and a database with three tables."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "cats.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    (folder / "dogs.jsonl").write_text("\n".join(json.dumps(row).replace("cats", "dogs") for row in ROWS[:3]))
    with duckdb.connect(str(folder / "theirs.duckdb")) as connection:
        connection.execute("CREATE TABLE one AS SELECT 'Say one' instruction, 'One.' output")
        connection.execute("CREATE SCHEMA other; CREATE TABLE other.two AS SELECT 'Say two' prompt, 'Two.' response")
    return folder


COLUMNS = ["--columns", "instruction=ask", "output=say"]


def test_columns_are_named_by_hand_where_they_cannot_be_guessed(shell: Shell, folder: Path) -> None:
    file = str(folder / "cats.jsonl")
    assert "No columns for instruction" in shell.refused("load", file)
    seen = shell.json("load", file, "--preview", *COLUMNS)
    assert seen["rows"][0] == {"instruction": ROWS[0]["ask"], "input": "", "output": ROWS[0]["say"]}
    assert (seen["there"], len(shell.json("list"))) == (["ask", "say", "why"], 3), "a preview stores nothing"
    assert shell.json("load", file, *COLUMNS)["kept"] == 7
    assert "no column answer" in shell.refused("load", file, "--columns", "instruction=ask", "output=answer")
    assert "Unknown part of a row: question" in shell.refused("load", file, "--columns", "question=ask")
    assert "Give both columns" in shell.refused("load", file, "--columns", "instruction=ask")
    assert "is not PART=COLUMN" in shell.refused("load", file, "--columns", "ask")


def test_a_broken_file_of_a_folder_is_left_out_and_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b" ")
    (tmp_path / "b.jsonl").write_text('{"prompt": "q", "response": "a"}\n')
    told = "a.jsonl is left out: The file contains only white space. Choose another file."
    assert shell.json("load", str(tmp_path), "--preview")["notes"] == [told]
    loaded = shell.json("load", str(tmp_path))
    assert (loaded["kept"], loaded["unread"][0]["file"]) == (1, "a.jsonl")
    assert told in shell.run("load", str(tmp_path))[1]
    (apart,) = shell.json("load", str(tmp_path), "--apart")
    assert (apart["kept"], apart["unread"][0]["reason"]) == (1, "The file contains only white space.")


def test_an_encoding_is_shown_in_the_preview_and_can_be_chosen(shell: Shell, folder: Path) -> None:
    file = folder / "tiere.csv"
    file.write_bytes("instruction,output\nÜbe das Wort Käfer.,Ein Käfer läuft über die Straße.\n".encode("cp1252"))
    seen = shell.json("load", str(file), "--preview")
    assert (seen["encoding"], seen["rows"][0]["output"]) == ("cp1252", "Ein Käfer läuft über die Straße.")
    assert shell.json("load", str(file), "--preview", "--encoding", "cp437")["rows"][0]["instruction"][0] == "▄"
    assert "Unknown encoding: umlauts" in shell.refused("load", str(file), "--encoding", "umlauts")
    loaded = shell.json("load", str(file), "--encoding", "latin-1", "--name", "tiere")
    assert (loaded["kept"], loaded["notes"]) == (1, ["tiere.csv was read as Windows-1252 (Western European)."])
    file.unlink()


def test_a_preview_tells_the_other_readings_and_what_is_kept_unread(shell: Shell, folder: Path) -> None:
    file = folder / "maths.jsonl"
    file.write_text('{"problem": "2*2", "solution": "Twice 2 is 4.", "answer": "4", "source": "s"}\n', "utf-8")
    seen = shell.json("load", str(file), "--preview")
    solved = {"instruction": "problem", "output": "solution"}
    assert seen["readings"] == [solved, solved | {"output": "answer"}]
    assert (seen["columns"], seen["notes"]) == (solved, ["Not read, kept with the rows: answer, source."])
    file.unlink()


def test_a_folder_becomes_one_dataset_or_one_for_each_file(shell: Shell, folder: Path) -> None:
    assert shell.json("load", str(folder), *COLUMNS, "--name", "both")["kept"] == 10
    apart = shell.json("load", f"{folder}/*.jsonl", *COLUMNS, "--apart")
    assert [(each["name"][:4], each["kept"]) for each in apart] == [("cats", 7), ("dogs", 3)]


def test_a_table_is_named_where_there_are_several(shell: Shell, folder: Path) -> None:
    file = str(folder / "theirs.duckdb")
    told = shell.refused("load", file)
    assert "The file has 2 tables" in told and "one, other.two" in told
    assert "no table “three”" in shell.refused("load", file, "--table", "three")
    loaded = shell.json("load", file, "--table", "other.two")
    assert (loaded["name"], loaded["kept"]) == ("two", 1)
    assert shell.json("load", file, "--table", "main.one")["kept"] == 1
    assert "not a DuckDB file" in shell.refused("load", str(folder / "cats.jsonl"), "--table", "one")


def test_an_address_is_fetched_and_what_is_not_there_is_told(shell: Shell, folder: Path) -> None:
    loaded = shell.json("load", f"file://{folder}/dogs.jsonl", *COLUMNS, "--name", "fetched")
    assert (loaded["name"], loaded["kept"]) == ("fetched", 3)
    assert "cannot be reached" in shell.refused("load", "http://127.0.0.1:1/rows.jsonl")
    assert "No data file found" in shell.refused("load", str(folder / "birds.jsonl"))


def test_an_evaluation_set_is_kept_once(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "exam.jsonl"
    file.write_text(json.dumps({"instruction": "How many legs have 3 cats?", "outputs": ["12 legs.", "Twelve."]}))
    kept = shell.json("load", str(file), "--evaluation")
    assert (kept["name"], kept["instructions"], kept["responses"]) == ("exam", 1, 2)
    assert "evaluation set of this name" in shell.refused("load", str(file), "--evaluation")


def test_answers_lists_and_paths_are_chosen(shell: Shell, folder: Path) -> None:
    turns = [{"role": role, "content": f"{role} {n}"} for n in (1, 2) for role in ("user", "assistant")]
    file = folder / "several.json"
    file.write_text(json.dumps({"train": [{"messages": turns}], "test": [{"messages": turns[:2]}]}))
    seen = shell.json("load", str(file), "--preview")
    assert (seen["lists"], seen["several_answers"], seen["trees"]) == (["train", "test"], True, False)
    assert shell.json("load", str(file), "--list", "test", "--name", "one")["kept"] == 1
    assert shell.json("load", str(file), "--answers", "each", "--name", "two")["kept"] == 2
    assert shell.json("load", str(file), "--answers", "first", "--name", "three")["kept"] == 1
    with Studio.open(shell.root) as studio:
        (row,) = studio.rows.table(studio.rows.filters("three"))["row_id"]
    code, said, _ = shell.run("show", "row", str(row))
    assert (code, said.count("(scored)")) == (0, 1) and "Assistant (scored)\nassistant 1" in said
    (shown,) = shell.json("show", "row", str(row))
    assert shown["response"] == 2
    assert "no list “dev”" in shell.refused("load", str(file), "--list", "dev")
    file.unlink()
