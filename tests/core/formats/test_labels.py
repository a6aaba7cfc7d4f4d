"""KTO's label: part of a row, so that rows that differ in it are two, told, and kept as another column else."""

import json
from typing import Any

import pytest

from core.formats.answers import by_answers
from core.rows.row import Message, row_from_messages
from tests.core.formats.conftest import Load

TURNS = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "q", "completion": "a"},
        {"prompt": TURNS[:1], "completion": TURNS[1:]},
        {"messages": TURNS},
        {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
        {"instruction": "q", "input": "", "output": "a"},
    ],
)
@pytest.mark.parametrize("name", ["label", "kto_tag"])
def test_a_label_is_part_of_its_row(load: Load, row: dict[str, Any], name: str) -> None:
    lines = "".join(json.dumps(row | {name: label}) + "\n" for label in (True, False, None))
    found = load("rows.jsonl", lines.encode())
    assert [each.label for each in found.rows] == [True, False, None]
    assert len({each.key for each in found.rows}) == 3
    assert [(each.extra, each.turns) for each in found.rows] == [(None, TURNS)] * 3
    assert f"“{name}” says whether a response is desirable (KTO); exports have it as label." in found.report.notes


def test_a_label_in_a_table_is_written_out(load: Load) -> None:
    found = load("rows.csv", b"prompt,completion,label\nq,a,True\nq,a,FALSE\nq,a,\n")
    assert [each.label for each in found.rows] == [True, False, None]


@pytest.mark.parametrize(("name", "value"), [("label", 1), ("label", "spam"), ("kto_tag", 2)])
def test_a_class_is_no_label(load: Load, name: str, value: Any) -> None:
    (row,) = load("rows.jsonl", json.dumps({"prompt": "q", "completion": "a", name: value}).encode()).rows
    assert (row.label, json.loads(row.extra or "")) == (None, {name: value})


def test_a_labelled_conversation_keeps_its_last_answer() -> None:
    turns = [Message(each["role"], each["content"]) for each in TURNS * 2]
    row = row_from_messages(turns, label=False)
    assert by_answers(row, "each") == by_answers(row, "first") == [row]
