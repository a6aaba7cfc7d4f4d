"""Multiple choice: the choices go into the question, a letter or a number becomes its choice, and nothing is lost."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.formats.preview import preview
from tests.core.formats.conftest import Load, refusal


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


def test_numbers_that_count_from_one_are_left_and_the_plain_reading_is_offered(load: Load, tmp_path: Path) -> None:
    rows = [{"question": "q", "options": FOUR, "answer": place} for place in (1, 4)]
    assert load("rows.jsonl", lines(*rows)).pairs == [("q", "1"), ("q", "4")]
    keys = [{"question": "q", "options": FOUR, "cop": place} for place in (1, 4)]
    assert "No columns" in refusal(load, "keys.jsonl", lines(*keys))
    (tmp_path / "rows.jsonl").write_bytes(lines({**rows[0], "answer": "B"}))
    seen = preview(tmp_path / "rows.jsonl")
    assert seen.readings == (seen.columns, replace(seen.columns, choices=""))
    assert preview(tmp_path / "rows.jsonl", seen.readings[1]).rows[0].output == "B"
