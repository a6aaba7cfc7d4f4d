"""Files whose rows have not all the same columns: each row is read by what it has, and that is told."""

import json
from typing import Any

import pytest

from core.formats.columns import ColumnMap
from core.formats.mixed_columns import MixedColumns
from core.formats.preview import columns_of_rows
from core.formats.record import Record
from tests.core.formats.conftest import Load

ASK, TELL = {"role": "user", "content": "q2"}, {"role": "assistant", "content": "a2"}
PAIR = {"instruction": "q", "output": "a"}
MANY = [{"instruction": f"many {n}", "output": f"answer {n}"} for n in range(60)]  # more than what is looked at


def lines(*rows: dict) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"question": "q2", "answer": "a2"}, "instruction=question, output=answer"),
        ({"Instruction": "q2", "Output": "a2"}, "instruction=Instruction, output=Output"),
        ({"messages": [ASK, TELL]}, "conversation=messages"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_row_with_other_columns_is_read_by_its_own(load: Load, other: dict, told: str, late: bool) -> None:
    found = load("a.jsonl", lines(PAIR, *(MANY if late else []), other))
    assert (found.pairs[0], found.pairs[-1], found.told) == (("q", "a"), ("q2", "a2"), [])
    if late or told.startswith("instruction"):
        assert f"1 row with other columns: {told}." in found.report.notes


def test_conversations_under_two_names_are_all_read(load: Load) -> None:
    turns = [{"from": "human", "value": "q2"}, {"from": "gpt", "value": "a2"}]
    found = load("a.jsonl", lines({"messages": [{"role": "user", "content": "q"}, TELL]}, {"conversations": turns}))
    assert (found.pairs, found.told) == ([("q", "a2"), ("q2", "a2")], [])


@pytest.mark.parametrize(
    ("part", "value"),
    [("system_prompt", "late"), ("chat_history", [{"role": "user", "content": "late"}, TELL]), ("context", "late")],
)
def test_a_part_that_comes_late_is_a_part_of_its_row(load: Load, part: str, value: Any) -> None:
    found = load("a.jsonl", lines(*MANY, {"instruction": "q", part: value, "output": "a"}))
    assert "late" in found.rows[-1].prompt and found.rows[-1].extra is None
    assert any("1 row with other columns" in note and part in note for note in found.report.notes)


def test_a_column_that_comes_late_and_is_no_part_stays_beside_its_row(load: Load) -> None:
    found = load("a.jsonl", lines(*MANY, PAIR | {"topic": "t"}))
    assert (found.rows[-1].extra, found.report.notes) == ('{"topic":"t"}', ("Not read, kept with the rows: topic.",))


def test_columns_named_by_hand_hold_for_all_rows() -> None:
    first = (Record(1, {"problem": "q", "solution": "s", "answer": "a"}),)
    by_hand = ColumnMap("pair", instruction="problem", output="answer")
    later = Record(2, {"problem": "q", "solution": "s"})
    assert columns_of_rows(first, [], "a", by_hand).of(later) == by_hand
    assert MixedColumns(by_hand, first, guessed=True).of(later).output == "solution"
