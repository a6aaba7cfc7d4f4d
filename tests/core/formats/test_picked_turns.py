"""Several answers to one question within a conversation: the picked one is read, none is lost."""

import json
from typing import Any

import pytest

from tests.core.formats.conftest import Load


def said(role: str, content: str, **keys: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **keys}


FIRST = [said("user", "q"), said("model", "good", if_chosen=True), said("model", "bad", if_chosen=False)]
THEN = [
    said("user", "q2"),
    said("model", "worst", if_chosen=False, score=3),
    said("model", "best", if_chosen=True, score=90),
    said("model", "fair", if_chosen=False, score=50),
]


def file(*turns: list[dict[str, Any]], column: str = "conversation_history") -> bytes:
    return "".join(json.dumps({"id": f"c{n}", column: each}) + "\n" for n, each in enumerate(turns)).encode()


@pytest.mark.parametrize("column", ["conversation_history", "messages", "conversation"])
def test_the_picked_answer_is_read_and_all_are_kept(load: Load, column: str) -> None:
    one, two = load("rows.jsonl", file(FIRST, FIRST + THEN, column=column)).rows
    assert (one.instruction, one.output) == ("q", "good")
    assert [turn["content"] for turn in one.rejected or ()] == ["bad"]
    assert [turn["content"] for turn in two.turns] == ["q", "good", "q2", "best"]
    assert [turn["content"] for turn in two.rejected or ()] == ["worst"], "the one with the lowest score"
    assert json.loads(two.extra or "")["all_turns"] == FIRST + THEN


def test_a_conversation_may_end_without_a_choice(load: Load) -> None:
    (row,) = load("rows.jsonl", file([*FIRST, said("user", "q2"), said("model", "a2")])).rows
    assert [turn["content"] for turn in row.turns] == ["q", "good", "q2", "a2"]
    assert not row.rejected


@pytest.mark.parametrize(
    "turns",
    [
        [said("user", "q"), said("assistant", "a"), said("assistant", "b")],
        [said("user", "q"), said("assistant", "a", if_chosen=False), said("assistant", "b", if_chosen=False)],
        [said("user", "q"), said("assistant", "a", if_chosen=True), said("assistant", "b", if_chosen=True)],
        [said("user", "q"), said("assistant", "a", chosen="yes")],
    ],
)
def test_turns_of_which_none_alone_is_picked_stay_a_conversation(load: Load, turns: list[dict[str, Any]]) -> None:
    (row,) = load("rows.jsonl", file(turns, column="messages")).rows
    assert [turn["content"] for turn in row.turns] == [turn["content"] for turn in turns]
    assert "all_turns" not in (row.extra or "")
