"""Turns in one text: labels such as `Q:` and `A:` where a column looks so, and the template of gpt-oss."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.formats.labelled_text import labelled_turns
from tests.core.formats.conftest import Load, refusal


def file_of(*texts: str) -> bytes:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("Q: q\nA: a", ["q", "a"]),
        ("Question 1: q\nAnswer 1: a\nb\nQuestion 2: r\nAnswer 2: c", ["q", "a\nb", "r", "c"]),
        ("Question: q? Answer: a: b", ["q?", "a: b"]),
        ("**User:** q\n**Assistant:** a", ["q", "a"]),
        ("Customer: q\nAgent: a\nCustomer: r\nAgent: c", ["q", "a", "r", "c"]),
        ("Instruction: q\nInput: i\nOutput: a", ["q\n\ni", "a"]),
        ("Context: i\nQuestion: q\nAnswer: a", ["Context: i\nQuestion: q", "a"]),
        ("问题：q\n回答：a", ["q", "a"]),
        ("Q: Write f.\nInput: 3\nOutput: 4\nA:\n    f = 4", ["Write f.\nInput: 3\nOutput: 4", "    f = 4"]),
        ("User: q\nBot: a\nInput: i\nSystem: Linux", ["q", "a\nInput: i\nSystem: Linux"]),
    ],
)
def test_a_column_with_labels_before_turns_is_the_conversation(load: Load, text: str, turns: list[str]) -> None:
    (row, _) = load("rows.jsonl", file_of(text, "Q: x\nA: y")).rows
    assert [turn["content"] for turn in row.turns] == turns
    assert [turn["role"] for turn in row.turns] == ["user", "assistant"] * (len(turns) // 2)


def test_a_text_without_labels_is_refused_beside_those_that_have_them(load: Load) -> None:
    found = load("rows.jsonl", file_of("Q: q\nA: a", "words", "Q: r\nA: b"))
    assert found.pairs == [("q", "a"), ("r", "b")]
    assert found.told == ["row 2: The column “text” is not a list of turns."]


def test_labels_in_few_texts_or_beside_a_pair_are_none(load: Load) -> None:
    assert "No columns" in refusal(load, "rows.jsonl", file_of("Q: q\nA: a", "words", "more"))
    row = {"notes": "Q: x\nA: y", "instruction": "q", "output": "a"}
    assert load("pair.jsonl", json.dumps(row).encode()).pairs == [("q", "a")]


words = st.text("ab c", min_size=1).filter(str.strip)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=4))
def test_what_stands_between_labels_is_said(pairs: list[tuple[str, str]]) -> None:
    turns = labelled_turns("\n".join(f"Q: {asked}\nA: {said}" for asked, said in pairs)) or []
    assert [turn["content"] for turn in turns] == [text.strip() for pair in pairs for text in pair]


HARMONY = (
    "<|start|>system<|message|>s<|end|><|start|>developer<|message|>d<|end|><|start|>user<|message|>q<|end|>"
    "<|start|>assistant<|channel|>analysis<|message|>think<|end|>"
    '<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"x":1}<|call|>'
    "<|start|>functions.f to=assistant<|channel|>commentary<|message|>r<|end|>"
    "<|start|>assistant<|channel|>final<|message|>a<|return|>"
)


def test_the_template_of_gpt_oss_is_turns_with_reasoning_and_calls(load: Load) -> None:
    (row,) = load("rows.jsonl", file_of(HARMONY)).rows
    call = {"type": "function", "function": {"name": "f", "arguments": {"x": 1}}}
    assert row.turns == [
        {"role": "system", "content": "s"},
        {"role": "system", "content": "d"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "", "reasoning": "think", "tool_calls": [call]},
        {"role": "tool", "content": "r", "name": "f"},
        {"role": "assistant", "content": "a"},
    ]


def test_a_prompt_in_this_template_goes_on_in_its_answer(load: Load) -> None:
    prompt = "<|start|>user<|message|>q<|end|><|start|>assistant"
    answer = "<|channel|>analysis<|message|>t<|end|><|start|>assistant<|channel|>final<|message|>a<|return|>"
    rows = {"prompt": prompt, "completion": answer}, {"prompt": prompt, "completion": "<|channel|>final<|message|>b"}
    found = load("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    assert found.rows[0].turns == [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "a", "reasoning": "t"},
    ]
    assert found.pairs == [("q", "a"), ("q", "b")]
