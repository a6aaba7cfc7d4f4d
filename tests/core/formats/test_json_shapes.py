"""JSON in shapes that tools write: wrapped rows, lists below the top, tables, objects in a line, one conversation."""

import json
from typing import Any

import pytest

from core.formats.choices import ReadingChoices
from core.formats.preview import preview
from tests.core.formats.conftest import Load, refusal

ASK, TELL = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
PAIR, OTHER = {"question": "q", "answer": "a"}, {"question": "q2", "answer": "a2"}
TWO = [("q", "a"), ("q2", "a2")]
LONG = "x" * 300_000  # more than what is looked at of a file
SHAPES: dict[str, Any] = {
    "rows of the hub's viewer": {
        "features": [{"feature_idx": 0, "name": "question"}],
        "rows": [
            {"row_idx": 0, "row": PAIR, "truncated_cells": []},
            {"row_idx": 1, "row": OTHER, "truncated_cells": []},
        ],
    },
    "pandas' split": {"columns": ["question", "answer"], "index": [0, 1], "data": [["q", "a"], ["q2", "a2"]]},
    "pandas' columns of which few are known": {
        "n": {"0": 1, "1": 2},
        "messages": {"0": [ASK, TELL], "1": [{**ASK, "content": "q2"}, {**TELL, "content": "a2"}]},
    },
    "a line of names": [["question", "answer"], ["q", "a"], ["q2", "a2"]],
    "lists of turns by their numbers": {
        "one": [ASK, TELL],
        "two": [{"role": "user", "content": "q2"}, {"role": "gpt", "content": "a2"}],
    },
    "a list three objects down": {"version": 1, "payload": {"about": {"n": 2}, "data": {"items": [PAIR, OTHER]}}},
    "a list after another": {"licenses": [{"name": "MIT"}], "examples": [PAIR, OTHER]},
    "a list after a long text": {"about": LONG, "rows": [PAIR, OTHER]},
}
WRAPPED: dict[str, Any] = {
    "an object": {"id": 7, "data": PAIR},
    "turns in an object": {"id": 7, "conversation": {"messages": [ASK, TELL]}},
    "a request": {"id": 7, "body": {"model": "m", "messages": [ASK, TELL]}},
    "a request with its reply": {"id": 7, "request": {"messages": [ASK]}, "response": {"choices": [{"message": TELL}]}},
    "OpenAI's preference": {
        "id": 7,
        "input": {"messages": [ASK]},
        "preferred_output": [TELL],
        "non_preferred_output": [],
    },
    "an instance": {"id": 7, "instruction": "q", "instances": [{"input": "", "output": "a"}]},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_shape_of_json_is_read(load: Load, shape: str, indent: int | None) -> None:
    found = load("a.json", json.dumps(SHAPES[shape], indent=indent).encode())
    assert (found.pairs, found.told) == (TWO, [])


@pytest.mark.parametrize("wrapping", WRAPPED)
@pytest.mark.parametrize("count", [1, 2])
def test_a_row_within_an_object_is_read_with_what_stands_beside_it(load: Load, wrapping: str, count: int) -> None:
    rows = [WRAPPED[wrapping] | {"id": 7 + n} for n in range(count)]
    found = load("a.jsonl", "\n".join(map(json.dumps, rows)).encode())
    assert (found.pairs[0], found.told) == (("q", "a"), [])
    assert [json.loads(row.extra or "{}")["id"] for row in found.rows] == [7]


def test_each_instance_of_an_instruction_is_a_row(load: Load) -> None:
    row = {"instruction": "do", "instances": [{"input": "q", "output": "a"}, {"input": "q2", "output": "a2"}]}
    assert [(each.instruction, each.input, each.output) for each in load("a.jsonl", json.dumps(row).encode()).rows] == [
        ("do", "q", "a"),
        ("do", "q2", "a2"),
    ]


@pytest.mark.parametrize("between", ["", " ", ",", "\r", "\n\x1e"])
def test_objects_one_after_the_other_are_rows_whatever_is_between(load: Load, between: str) -> None:
    content = between.join(json.dumps(each) for each in (PAIR, OTHER)).encode()
    assert load("a.jsonl", content).pairs == TWO
    assert load("b.jsonl", json.dumps({"question": "q0", "answer": "a0"}).encode() + b"\n" + content).pairs[1:] == TWO


@pytest.mark.parametrize("turns", [[ASK, TELL], [["user", "q"], ["assistant", "a"]], [{"human": "q"}, {"gpt": "a"}]])
@pytest.mark.parametrize("by_line", [True, False])
def test_a_file_of_turns_is_one_conversation(load: Load, turns: list, by_line: bool) -> None:
    content = "\n".join(map(json.dumps, turns)) if by_line and isinstance(turns[0], dict) else json.dumps(turns)
    found = load("a.json", content.encode())
    assert (found.pairs, found.told) == ([("q", "a")], [])


def test_lists_of_turns_by_line_are_read_where_the_first_is_long(load: Load) -> None:
    long = [ASK, {"role": "assistant", "content": LONG}]
    assert load("a.jsonl", f"{json.dumps(long)}\n{json.dumps([ASK, TELL])}".encode()).pairs == [("q", LONG), ("q", "a")]


def test_a_list_before_a_long_text_is_a_part_of_the_row(load: Load) -> None:
    first = {"sources": [{"url": "u"}], "question": LONG, "answer": "a"}
    found = load("a.jsonl", f"{json.dumps(first)}\n{json.dumps(OTHER)}".encode())
    assert (found.pairs, found.told) == ([(LONG, "a"), ("q2", "a2")], [])


def test_a_list_below_the_top_can_be_chosen_and_the_others_are_told(load: Load, tmp_path: Any) -> None:
    content = json.dumps({"about": [{"name": "x"}], "data": {"train": [PAIR], "test": [OTHER]}})
    found = load("a.json", content.encode())
    assert found.pairs == TWO[:1]
    assert found.told == ["row 2: The rows of the list “data.test” were not read: only those of the list “data.train”."]
    assert "The list “about” was not read." in found.report.notes
    (tmp_path / "a.json").write_text(content)
    assert preview(tmp_path / "a.json").lists == ("data.train", "data.test", "about")
    chosen = preview(tmp_path / "a.json", choices=ReadingChoices(list_name="data.test"))
    assert [(row.instruction, row.output) for row in chosen.rows] == TWO[1:]


def test_a_row_with_lists_in_an_object_stays_a_row(load: Load) -> None:
    row = PAIR | {"meta": {"spans": [{"start": 1}], "pairs": [{"question": "x", "answer": "y"}]}}
    assert load("a.json", json.dumps(row).encode()).pairs == TWO[:1]


@pytest.mark.parametrize(
    ("belongs", "told"), [("conversation_id", "has no assistant turn"), ("parent_id", "No columns for instruction")]
)
def test_turns_that_belong_elsewhere_are_not_put_together(load: Load, belongs: str, told: str) -> None:
    turns = [ASK | {belongs: "1"}, TELL | {belongs: "2"}]
    assert told in refusal(load, "a.json", json.dumps(turns).encode())
