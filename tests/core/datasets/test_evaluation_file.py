"""Evaluation sets from files of any form: several responses, rows joined, good rows kept, faults named."""

import gzip
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from core.datasets.evaluation_file import read_evaluation_file
from core.errors import InputError
from core.formats.choices import ReadingChoices
from core.rows.evaluation_set import EvaluationExample

COLOURS = EvaluationExample("Name a colour.", "", ("Red.", "Blue."))
SUM = EvaluationExample("Add.", "1 + 1", ("2",))
RECORDS = [
    {"instruction": "Name a colour.", "input": "", "outputs": ["Red.", "Blue.", "Red."]},
    {"instruction": "Add.", "input": "1 + 1", "outputs": ["2"]},
]


def lines(*records: object) -> str:
    return "".join(json.dumps(each) + "\n" for each in records)


def test_lists_of_responses_and_single_ones_are_read(tmp_path: Path) -> None:
    file = tmp_path / "exam.jsonl"
    for second in (RECORDS[1], {"instruction": "Add.", "input": "1 + 1", "output": "2"}):
        file.write_text(lines(RECORDS[0], second), "utf-8")
        assert read_evaluation_file(file).examples == (COLOURS, SUM)


def test_rows_that_ask_the_same_become_one_question(tmp_path: Path) -> None:
    file = tmp_path / "exam.csv"
    table = pd.DataFrame([("Name a colour.", "Red."), ("Add.", "2"), ("Name a colour.", "Blue.")])
    table.to_csv(file, header=["question", "answer"], index=False)
    assert read_evaluation_file(file).examples == (COLOURS, EvaluationExample("Add.", "", ("2",)))


def test_lists_in_tables_are_lists(tmp_path: Path) -> None:
    pd.DataFrame(RECORDS).to_parquet(tmp_path / "exam.parquet")
    pd.DataFrame(RECORDS).to_csv(tmp_path / "exam.csv", index=False)
    for name in ("exam.parquet", "exam.csv"):
        assert read_evaluation_file(tmp_path / name).examples == (COLOURS, SUM), name


def test_chats_archives_and_packed_files_are_read(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
    (tmp_path / "exam.jsonl.gz").write_bytes(gzip.compress(lines({"messages": turns}).encode()))
    with zipfile.ZipFile(tmp_path / "exam.zip", "w") as archive:
        archive.writestr("a.json", json.dumps([{"question": "Why?", "answer": "So."}]))
        archive.writestr("b.jsonl", lines({"question": "Why?", "answer": "Because."}))
    assert read_evaluation_file(tmp_path / "exam.jsonl.gz").examples == (EvaluationExample("Why?", "", ("So.",)),)
    assert read_evaluation_file(tmp_path / "exam.zip").examples == (EvaluationExample("Why?", "", ("So.", "Because.")),)


def test_a_broken_file_is_left_out_and_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "exam.zip", "w") as archive:
        archive.writestr("a.json", "{")
        archive.writestr("b.jsonl", lines({"question": "Why?", "answer": "Because."}))
    read = read_evaluation_file(tmp_path / "exam.zip")
    assert read.examples == (EvaluationExample("Why?", "", ("Because.",)),)
    assert read.notes[0].startswith("exam.zip/a.json is left out: ")


def test_the_encoding_is_honoured(tmp_path: Path) -> None:
    file = tmp_path / "exam.csv"
    file.write_bytes("question;answer\nWie heißt es?;Łódź\n".encode("cp1250"))
    read = read_evaluation_file(file, ReadingChoices("cp1250"))
    assert read.examples == (EvaluationExample("Wie heißt es?", "", ("Łódź",)),)
    assert read.notes
    with pytest.raises(InputError):
        ReadingChoices.given("no such")


@pytest.mark.parametrize(
    "text",
    [
        "Q: Name a colour.\nA: Red.\nA: Blue.\n\nQ: Add.\n\n1 + 1\nA: 2\n",
        "Question 1: Name a colour.\nAnswer: Red.\nAnswer: Blue.\nQuestion 2: Add.\n\n1 + 1\nAnswer: 2",
        "**问题：** Name a colour.\n**答案：** Red.\n答案: Blue.\n问题: Add.\n\n1 + 1\r\n答案：2\r\n",
    ],
)
def test_a_plain_list_of_questions_with_answers_is_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / "exam.txt"
    file.write_bytes(text.encode())
    assert read_evaluation_file(file).examples == (COLOURS, EvaluationExample("Add.\n\n1 + 1", "", ("2",)))


def test_other_labels_within_an_answer_are_text(tmp_path: Path) -> None:
    file = tmp_path / "exam.txt"
    file.write_text("Q: Run it.\nA: This is it.\nOutput: 5\nhttps://example.org\n", "utf-8")
    assert read_evaluation_file(file).examples[0].outputs == ("This is it.\nOutput: 5\nhttps://example.org",)


def test_good_rows_are_kept_and_bad_ones_named(tmp_path: Path) -> None:
    file = tmp_path / "exam.jsonl"
    file.write_text(lines(RECORDS[1], {"instruction": "Why?"}) + "nonsense\n", "utf-8")
    read = read_evaluation_file(file)
    assert read.examples == (SUM,)
    assert [(each.file, each.row) for each in read.rejections] == [("exam.jsonl", 2), ("exam.jsonl", 3)]
    asked = tmp_path / "exam.txt"
    asked.write_text("Q: Why?\nQ: How?\nA: Thus.", "utf-8")
    read = read_evaluation_file(asked)
    assert len(read.examples) == 1 and read.rejections[0].reason == "The question has no answer."


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "eval.jsonl: The file is empty."),
        ('{"output": "2"}', "eval.jsonl: No columns for instruction and response"),
        ('{"instruction": "Add.", "outputs": [" "]}', "(row 1): The response is empty"),
        ('{"instruction": "Add.", "outputs": [1]}', "(row 1)"),
        ('{"instruction": "Add.", "outputs": ["a\\u0000"]}', "(row 1): The column “outputs” has a NUL byte"),
        ("7", "eval.jsonl"),
    ],
)
def test_what_cant_be_read_names_file_row_and_mend(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "eval.jsonl"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError) as error:
        read_evaluation_file(file)
    assert told in str(error.value)
    assert error.value.mend


def test_the_papers_evaluation_set_has_332_instructions_with_five_outputs(real_datasets: Path) -> None:
    examples = read_evaluation_file(real_datasets / "eval" / "d_eval.jsonl").examples
    assert len(examples) == 332
    assert sum(len(each.outputs) for each in examples) > 332 * 4.5  # the same answer twice counts once
