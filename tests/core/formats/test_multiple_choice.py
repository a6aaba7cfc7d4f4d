"""Multiple choice: the choices go into the question, a letter or a number becomes its choice, and nothing is lost."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.formats.preview import preview
from tests.core.formats.conftest import Load


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


FOUR = ["w", "x", "y", "z"]
LETTERS = "A. w\nB. x\nC. y\nD. z"


@pytest.mark.parametrize(
    ("row", "given", "said"),
    [
        ({"question": "q", "choices": FOUR, "answer": 1}, LETTERS, "B. x"),  # MMLU
        ({"question": "q", "choices": ["1", "2", "3"], "answer": 1}, "A. 1\nB. 2\nC. 3", "B. 2"),
        ({"question": "q", "A": "w", "B": "x", "C": "y", "D": "z", "answer": "D"}, LETTERS, "D. z"),
        ({"question": "q", "choices": {"text": ["w", "x"], "label": ["1", "2"]}, "answerKey": "2"}, "1. w\n2. x",
         "2. x"),  # ARC
        ({"question": "q", "opa": "w", "opb": "x", "opc": "y", "opd": "z", "cop": 3}, LETTERS, "D. z"),  # MedMCQA
        ({"goal": "q", "sol1": "w", "sol2": "x", "label": 1}, "A. w\nB. x", "B. x"),  # PIQA
        ({"ctx": "q", "endings": FOUR, "label": "3"}, LETTERS, "D. z"),  # HellaSwag
        ({"question": "q", "options": ["A)w", "B)x"], "correct": "B"}, "A. w\nB. x", "B. x"),  # AQuA
        ({"question": "q", "options": "{'A': 'w', 'B': 'x'}", "answer": "(a)"}, "A. w\nB. x", "A. w"),
        ({"question": "q", "options": [{"id": "a", "text": "w"}, {"id": "b", "text": "x"}], "answer": "Option B"},
         "a. w\nb. x", "b. x"),
        ({"article": "t", "question": "q", "options": FOUR, "answer": "C"}, f"t\n\n{LETTERS}", "C. y"),  # RACE
        ({"context": "t", "question": "q", "answers": FOUR, "label": 3}, f"t\n\n{LETTERS}", "D. z"),  # ReClor
        ({"Problem": "q", "options": "a ) w , b ) x", "correct": "b"}, "a. w\nb. x", "b. x"),  # MathQA
        ({"question": "q", "options": "A. w\nB. x", "answer": "B"}, "A. w\nB. x", "B. x"),
        ({"question_stem": "q", "choices": {"text": ["w", "x"], "label": ["A", "B"]}, "answerKey": "B"}, "A. w\nB. x",
         "B. x"),  # OpenBookQA
        ({"context": "q", "ending_1": "w", "ending_2": "x", "label": 1}, "A. w\nB. x", "B. x"),  # KoBEST
        ({"premise": "t", "question": "q", "choice1": "w", "choice2": "x", "label": 1}, "t\n\nA. w\nB. x", "B. x"),
        ({"question": "q", "options": FOUR, "answer": [1, 3]}, LETTERS, "B. x\nD. z"),
        ({"question": "q", "option_a": "w", "option_b": "x", "answer": "option_b"}, "A. w\nB. x", "B. x"),
    ],
)  # fmt: skip
def test_choices_are_in_the_question_and_the_answer_is_one(
    load: Load, row: dict[str, Any], given: str, said: str
) -> None:
    zero = {name: type(cell)(0) if name in ("label", "cop") else cell for name, cell in row.items()}
    read = load("rows.jsonl", lines(row, zero)).rows[0]
    assert (read.instruction, read.input, read.output) == ("q", given, said)
    kept = json.dumps(json.loads(read.extra or ""))
    assert all(json.dumps(cell)[1:-1] in kept for name, cell in row.items() if isinstance(cell, list))


def test_an_answer_that_is_no_choice_is_refused_and_one_in_words_stays(load: Load) -> None:
    row = {"question": "q", "options": FOUR}
    found = load("rows.jsonl", lines(*({**row, "answer": said} for said in ("B", "E", "5", "It is x."))))
    assert [each.output for each in found.rows] == ["B. x", "It is x."]
    assert found.told == [f"row {n}: The answer “{said}” is none of the 4 choices." for n, said in ((2, "E"), (3, "5"))]
    unsure = load("rows.jsonl", lines({**row, "answer": "A"}, {**row, "options": ["1", "0"], "answer": "1"}))
    assert unsure.told == ["row 2: The answer “1” is the text of one choice and the place of another."]


@pytest.mark.parametrize(
    ("row", "key", "last"),
    [
        ({"question": "q", "options": ["w", "x"]}, "answer", 2),
        ({"question": "q", "options": ["w", "x"]}, "correct_option", 2),
        ({"sentence": "q", "option1": "w", "option2": "x"}, "answer", "2"),  # WinoGrande
        ({"context": "q", "answerA": "w", "answerB": "x"}, "label", "2"),  # Social IQa
        ({"question": "q", "mc_answer1": "w", "mc_answer2": "x"}, "correct_answer_num", "2"),  # Belebele
        ({"question": "q", "A": "w", "B": "x", "C": "y", "D": "z"}, "answer", 4),  # KMMLU
    ],
)
def test_numbers_count_from_one_where_one_of_them_is_that_of_the_last_choice(
    load: Load, row: dict[str, Any], key: str, last: int | str
) -> None:
    found = load("rows.jsonl", lines({**row, key: type(last)(1)}, {**row, key: last}))
    assert [each.output for each in found.rows] == ["A. w", "D. z" if last == 4 else "B. x"]
    assert [each.instruction for each in found.rows] == ["q", "q"]
    assert any("(counted from 1)" in note for note in found.report.notes)


def test_the_plain_reading_and_the_other_count_are_offered_where_they_are_possible(tmp_path: Path) -> None:
    def readings(*answers: str | int) -> tuple[tuple[str, str], ...]:
        rows = ({"question": f"q{answer}", "options": FOUR, "answer": answer} for answer in answers)
        (tmp_path / "rows.jsonl").write_bytes(lines(*rows))
        return tuple((each.choices, each.first_choice) for each in preview(tmp_path / "rows.jsonl").readings)

    assert readings("B", "D") == (("options", ""), ("", ""))
    assert readings(1, 2) == (("options", ""), ("", ""), ("options", "1"))
    assert readings(1, 4) == (("options", "1"), ("", ""))
    assert readings(0, 3) == (("options", ""), ("", ""))
    assert readings(0, 4) == (("options", ""), ("", "")), "one of them is refused"
    counted = preview(tmp_path / "rows.jsonl", replace(preview(tmp_path / "rows.jsonl").columns, first_choice="1"))
    assert [row.output for row in counted.rows] == ["D. z"]
    assert counted.rejections[0].reason == "The answer “0” is none of the 4 choices."
    (tmp_path / "rows.jsonl").write_bytes(lines(*({"question": "q", "options": FOUR, "answer": n} for n in (0, 4))))
    assert "let numbers count from 1 (--columns first_choice=1)" in preview(tmp_path / "rows.jsonl").rejections[0].mend


def test_a_question_with_one_choice_leaves_those_of_the_others(load: Load) -> None:
    rows = ({"question": f"q{n}", "options": FOUR[: 2 * n], "answer": "A"} for n in (0, 1, 2))
    found = load("rows.jsonl", lines(*rows))
    assert [each.output for each in found.rows] == ["A", "A. w", "A. w"]


def test_choices_that_stand_in_the_question_are_not_written_twice(load: Load) -> None:
    row = {"query": "Is it w or x?", "choices": ["w", "x"]}
    found = load("rows.jsonl", lines({**row, "gold": [1]}, {**row, "gold": "A"}, {**row, "gold": [0]}))
    assert [(each.input, each.output) for each in found.rows] == [("", "x"), ("", "A"), ("", "w")]
    lettered = {**row, "query": "Is it A) w or B) x?"}
    found = load("lettered.jsonl", lines({**lettered, "gold": [1]}, {**lettered, "gold": "A"}, {**row, "gold": [0]}))
    assert [(each.input, each.output) for each in found.rows] == [("", "B. x"), ("", "A"), ("", "w")]


@pytest.mark.parametrize("kind", [int, str])
def test_a_number_is_its_choice_also_where_the_question_has_all_choices(load: Load, kind: type) -> None:
    """As WinoGrande has it: both names stand in the sentence."""
    row = {"sentence": "Ann thanked Bea because _ had helped.", "option1": "Ann", "option2": "Bea"}
    found = load("rows.jsonl", lines({**row, "answer": kind(2)}, {**row, "answer": kind(1)}))
    assert [(each.input, each.output) for each in found.rows] == [("", "Bea"), ("", "Ann")]
