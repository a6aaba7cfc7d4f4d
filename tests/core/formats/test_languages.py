"""The same rows in several languages side by side: the columns of one are read, those of each other are offered."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.formats.preview import preview
from tests.core.formats.conftest import Load, refusal

EN, DE = ("What is it?", "A dog."), ("Was ist es?", "Ein Hund.")
TURNS = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]


def readings(folder: Path, *rows: Any) -> list[dict[str, str]]:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    seen = preview(file)
    assert seen.columns == seen.readings[0]
    return [{part: name for part, name in each.as_dict().items() if name in seen.field_names} for each in seen.readings]


@pytest.mark.parametrize(
    "names",
    [
        ("instruction_en", "output_en", "instruction_de", "output_de"),
        ("en_question", "en_answer", "de_question", "de_answer"),
        ("Question (EN)", "Answer (EN)", "Question (DE)", "Answer (DE)"),
        ("promptEn", "responseEn", "promptDe", "responseDe"),
        ("prompt-en-US", "completion-en-US", "prompt-de-DE", "completion-de-DE"),
        ("question[en]", "answer[en]", "question[de]", "answer[de]"),
    ],
)
def test_both_languages_are_offered_and_the_other_stays_beside_the_row(
    load: Load, tmp_path: Path, names: tuple[str, ...]
) -> None:
    row = dict(zip(names, (*EN, *DE), strict=True))
    asked, said, asked_de, said_de = names
    assert readings(tmp_path, row) == [
        {"instruction": asked, "output": said}, {"instruction": asked_de, "output": said_de}
    ]  # fmt: skip
    found = load("rows.jsonl", json.dumps(row).encode())
    assert found.pairs == [EN]
    assert json.loads(found.rows[0].extra or "") == {asked_de: DE[0], said_de: DE[1]}
    assert f"Not read, kept with the rows: {', '.join(sorted((asked_de, said_de)))}." in found.report.notes


def test_the_language_that_more_rows_have_comes_first_and_each_row_is_read(load: Load, tmp_path: Path) -> None:
    rows = [
        {"question_en": "", "answer_en": "", "question_zh": "问", "answer_zh": "答"},
        {"question_en": "q", "answer_en": "a", "question_zh": "问二", "answer_zh": "答"},
        {"question_en": "r", "answer_en": "b", "question_zh": None, "answer_zh": None},
        {"question_en": None, "answer_en": None, "question_zh": "问三", "answer_zh": "答"},
    ]
    assert [each["output"] for each in readings(tmp_path, *rows)] == ["answer_zh", "answer_en"]
    found = load("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    assert [pair[0] for pair in found.pairs] == ["问", "问二", "r", "问三"]


def test_a_pair_without_a_language_comes_first_and_other_parts_go_along(tmp_path: Path) -> None:
    row = {"instruction": "i", "input": "x", "output": "o", "instruction_de": "i de", "output_de": "o de"}
    plain, german = readings(tmp_path, row)
    assert (plain["output"], german) == (
        "output", {"instruction": "instruction_de", "input": "input", "output": "output_de"}
    )  # fmt: skip
    empty = {"instruction": "", "output": "", "instruction_zh": "q", "output_zh": "a"}
    assert readings(tmp_path, empty)[0] == {"instruction": "instruction_zh", "output": "output_zh"}
    row = {"prompt_en": "q", "chosen_en": "a", "rejected_en": "b", "prompt_ko": "q", "chosen_ko": "a"}
    assert readings(tmp_path, row)[0] == {"instruction": "prompt_en", "output": "chosen_en", "rejected": "rejected_en"}
    assert readings(tmp_path, {"question_en": "q", "question_de": "r", "answer": "42"})[1] == {
        "instruction": "question_de", "output": "answer"
    }  # fmt: skip
    assert readings(tmp_path, {"messages_fr": TURNS, "messages_en": TURNS}) == [
        {"conversation": "messages_fr"}, {"conversation": "messages_en"}
    ]  # fmt: skip


def test_objects_of_texts_by_language_are_columns(load: Load, tmp_path: Path) -> None:
    row = {"instruction": {"en": "q", "de": "r"}, "output": {"en": "a", "de": "b"}}
    assert [each["output"] for each in readings(tmp_path, row)] == ["output_en", "output_de"]
    assert load("one.json", json.dumps(row).encode()).pairs == [("q", "a")]


def test_numbers_and_marks_are_no_languages(load: Load) -> None:
    assert "No columns" in refusal(load, "a.csv", b"question_no,answer\n12,x\n13,y\n")
    assert "No columns" in refusal(load, "b.jsonl", b'{"prompt_id": "a1", "response_id": "b1"}\n')


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ({"translation": {"en": "What is it?", "de": "Was ist es?"}}, ("What is it?", "", "Was ist es?")),
        ({"translation": "{'en': 'What is it?', 'de': 'Was ist es?'}"}, ("What is it?", "", "Was ist es?")),
        ({"id": "1 a", "en": "What is it?", "de": "Was ist es?"}, ("What is it?", "", "Was ist es?")),
        ({"sentence_en": "What is it?", "sentence_de": "Was ist es?"}, ("What is it?", "", "Was ist es?")),
        ({"instruction": "Translate.", "translation": {"en": "What is it?", "de": "Was ist es?"}},
         ("Translate.", "What is it?", "Was ist es?")),
    ],
)  # fmt: skip
def test_a_text_in_two_languages_is_read_from_the_first_and_the_way_back_is_offered(
    load: Load, tmp_path: Path, row: dict[str, Any], read: tuple[str, str, str]
) -> None:
    (made,) = load("rows.jsonl", f"{json.dumps(row)}\n".encode()).rows
    assert (made.instruction, made.input, made.output) == read
    there, back = readings(tmp_path, row)
    assert (back["output"], there["output"]) == (
        there.get("input", there["instruction"]),
        back.get("input", back["instruction"]),
    )


def test_an_id_beside_a_language_is_none(load: Load) -> None:
    assert "No columns" in refusal(load, "rows.jsonl", b'{"id": "a1", "en": "What is it?"}\n')
