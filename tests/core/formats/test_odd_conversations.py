"""Conversations as they stand in files, with roles, turns and contents that are not as expected."""

import json

import pytest

from tests.core.formats.conftest import Load

GOOD = [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]
UNKNOWN = "Turn 1 in the column “conversations” has the unknown role "


def sharegpt(*conversations: object) -> bytes:
    return "".join(json.dumps({"conversations": each}) + "\n" for each in conversations).encode()


@pytest.mark.parametrize(
    ("conversation", "reason"),
    [
        (
            [{"from": "alien", "value": "x"}, GOOD[1]],
            UNKNOWN + "“alien”.",
        ),
        ([{"from": "h\0\ud83d", "value": "x"}, GOOD[1]], "The column “conversations” has half a surrogate pair"),
        (
            [{"from": "h\0", "value": "x"}, GOOD[1]],
            UNKNOWN + "“h\ufffd”.",
        ),
        ([{"from": "human", "value": "x"}], "In the column “conversations” the conversation has no assistant turn."),
        ([GOOD[1]], "In the column “conversations” there is no user turn before the last assistant turn."),
        ([], "The column “conversations” is an empty list."),
        ("text", "The column “conversations” is not a list of turns."),
        ([{"from": "human"}, GOOD[1]], "The column “conversations” is not a list of turns."),
        (
            [GOOD[0], {"from": "gpt", "value": ["a", {"type": "audio"}]}],
            "The column “conversations, turn 2” has a part",
        ),
    ],
)
def test_a_conversation_that_can_not_be_used_is_told(load: Load, conversation: object, reason: str) -> None:
    found = load("chats.jsonl", sharegpt(GOOD, conversation))
    assert found.pairs == [("q", "a")]
    (told,) = found.told
    assert told.startswith(f"row 2: {reason}")


def test_system_and_tool_turns_stay_in_their_places(load: Load) -> None:
    turns = [("system", "s"), ("human", "q"), ("function_call", "f()"), ("observation", "1"), ("gpt", "a")]
    (row,) = load("chats.jsonl", sharegpt([{"from": speaker, "value": said} for speaker, said in turns])).rows
    assert [turn.role for turn in row.conversation] == ["system", "user", "assistant", "tool", "assistant"]
    assert row.output == "a"


def test_contents_in_parts_are_joined(load: Load) -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    messages = [{"role": "user", "content": parts}, {"role": "assistant", "content": [{"type": "text", "text": "a"}]}]
    assert load("chats.jsonl", json.dumps({"messages": messages}).encode()).pairs == [("one\ntwo", "a")]


@pytest.mark.parametrize(
    ("names", "given"),
    [
        (("instruction", "context", "response"), "c"),
        (("prompt", "meta", "completion"), ""),
        (("question", "context", "answer"), "c"),
    ],
)
def test_other_names_of_pairs_are_read_from_files(load: Load, names: tuple[str, str, str], given: str) -> None:
    (row,) = load("rows.jsonl", json.dumps(dict(zip(names, ("q", "c", "a"), strict=True))).encode()).rows
    assert (row.instruction, row.input, row.output) == ("q", given, "a")


def test_a_role_of_half_a_character_in_a_table_is_told(load: Load) -> None:
    cells = [repr(GOOD), repr(GOOD).replace("human", "\\ud83d")]
    found = load("chats.csv", ("conversations\n" + "".join(f'"{cell}"\n' for cell in cells)).encode())
    assert found.pairs == [("q", "a")]
    assert found.told == ["row 2: Turn 1 in the column “conversations” has the unknown role “\ufffd”."]


def test_tool_calls_as_python_writes_them_are_kept(load: Load) -> None:
    called = [GOOD[0], {"from": "gpt", "value": None, "tool_calls": {1: 2, "a": {3}}}]
    (row,) = load("chats.csv", f'conversations\n"{called!r}"\n'.encode()).rows
    assert row.output == '{"1": 2, "a": "{3}"}'


def test_a_conversation_after_many_pairs_keeps_its_turns(load: Load) -> None:
    pairs = [{"instruction": f"q{i}", "output": "a"} for i in range(60)]
    late = {"instruction": "q", "output": "a", "system": "s", "history": [["q0", "a0"]]}
    rows = load("rows.jsonl", "".join(json.dumps(row) + "\n" for row in [*pairs, late]).encode()).rows
    assert [turn.role for turn in rows[-1].conversation] == ["system", "user", "assistant", "user", "assistant"]
