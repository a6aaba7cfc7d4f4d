"""Column layouts of datasets that are published, and of services' logs: which parts of a row their columns become."""

import json
from typing import Any

import pytest

from core.formats.preview import preview
from tests.core.formats.conftest import Load, refusal


def lines(*rows: Any) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


ASKED = [{"role": "user", "content": "q"}]
REPLY = [{"index": 0, "message": {"role": "assistant", "content": "a"}}]
SERIALIZED = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "messages", "HumanMessage"],
    "kwargs": {"content": "q"},
}


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ({"instruction": "Say.", "question": "q", "answer": "a"}, ("Say.", "q", "a")),
        ({"instruction": "Say.", "text": "t", "output": "a"}, ("Say.", "t", "a")),
        ({"prompt": "Say: q", "question": "q", "answer": "a"}, ("Say: q", "", "a")),
        ({"Definition": ["Say."], "Instances": [{"input": "t", "output": ["a", "b"]}]}, ("Say.", "t", "a")),
        ({"title": "q", "document": "", "answers": {"text": ["b", "a"], "score": [1, 2]}}, ("q", "", "a")),
        ({"input": "q", "context": "c", "output": "a"}, ("q", "c", "a")),
        ({"question": "q", "contexts": ["c", "d"], "answer": "a", "ground_truth": "b"}, ("q", "c\n\nd", "a")),
        ({"prompt": "q", "text": "a", "seed_data": "s"}, ("q", "", "a")),
        ({"role_1": "R", "message_1": "q", "message_2": "a"}, ("q", "", "a")),
        ({"question": "q", "human_answers": ["a", "b"], "chatgpt_answers": ["c"]}, ("q", "", "a")),
        ({"instruction": "q", "instances": {"input": ["t", "u"], "output": ["a", "b"]}}, ("q", "t", "a")),
        ({"prefix": "p", "plain_text": "[Human]: q<eoh> [MOSS]: a<eoa>"}, ("q", "", "a")),
        ({"task": "Coding", "trajectory": [{"from": "user", "value": "q"}], "chosen": "a"}, ("q", "", "a")),
        ({"instruction": "q", "output": "a", "text": "### Instruction: q ### Response: a"}, ("q", "", "a")),
        ({"instruction": "q", "input": "t", "question": "r", "output": "a"}, ("q", "t", "a")),
        ({"prompt": "p", "text": "<s>[INST] q [/INST] a </s>"}, ("q", "", "a")),
        ({"input": "q", "output": "a", "meta": {"prompt": "p"}}, ("q", "", "a")),
        ({"post": "t", "title": "q", "summary": "a"}, ("t", "", "a")),
        ({"ID": "1", "text": "q", "output": ["a"]}, ("q", "", "a")),
        ({"input": "q", "content": "a", "reasoning_content": "r"}, ("q", "", "a")),
        ({"input": {"question": "q"}, "expectedOutput": {"answer": "a"}}, ("q", "", "a")),
        ({"input": {"question": "q"}, "output": "a", "expected": "b"}, ("q", "", "a")),
        ({"inputs.question": "q", "outputs.answer": "a"}, ("q", "", "a")),
        ({"doc": {"question": "q"}, "target": "a", "resps": [["b"]]}, ("q", "", "a")),
        ({"run_id": "1", "data": {"prompt": ASKED, "sampled": ["a"]}}, ("q", "", "a")),
        ({"input_messages": ASKED, "choices": REPLY}, ("q", "", "a")),
        ({"request_body": {"messages": ASKED}, "response_body": {"choices": REPLY}}, ("q", "", "a")),
        ({"inputs": {"messages": [[SERIALIZED]]}, "outputs": {"generations": [[{"text": "a"}]]}}, ("q", "", "a")),
    ],
)  # fmt: skip
def test_a_row_is_read_by_what_its_columns_mean(load: Load, row: dict[str, Any], read: tuple[str, str, str]) -> None:
    found = load("rows.jsonl", lines(row, json.loads(json.dumps(row).replace('"q"', '"q2"').replace('"t"', '"t2"'))))
    made = found.rows[0]
    assert (made.instruction, made.input, made.output) == read, found.told
    assert not found.told


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"message": "q", "text": "a", "chat_history": [{"role": "USER", "message": "h"}, {"role": "CHATBOT",
          "message": "i"}], "preamble": "s"}, ["s", "h", "i", "q", "a"]),
        ({"instruction": "s", "question": "q", "context": "c", "answer": "a"}, ["s", "q\n\nc", "a"]),
        ({"question": "q", "answer": "a", "chat_history": [{"inputs": {"question": "h"}, "outputs": {"answer": "i"}}]},
         ["h", "i", "q", "a"]),
        ({"system": "SYSTEM: s", "chat": "USER: q\n\n\nASSISTANT: a <|endoftext|>"}, ["s", "q", "a"]),
    ],
)  # fmt: skip
def test_turns_before_and_a_label_of_the_system_prompt(load: Load, row: dict[str, Any], said: list[str]) -> None:
    (made,) = load("rows.jsonl", lines(row)).rows
    assert [turn["content"] for turn in made.turns] == said


def test_a_rejected_message_is_a_preference(load: Load) -> None:
    row = {"messages": [*ASKED, REPLY[0]["message"]], "rejected_message": {"role": "assistant", "content": "b"}}
    assert [each.rejected for each in load("rows.jsonl", lines(row)).rows] == [[row["rejected_message"]]]


def test_answers_under_longer_names_are_offered(tmp_path: Any) -> None:
    (tmp_path / "a.jsonl").write_bytes(
        lines({"question": "q", "solution": "4", "deepseek_attempt": "It is 4.", "n_answer": 3})
    )
    assert [each.output for each in preview(tmp_path / "a.jsonl").readings] == ["solution", "deepseek_attempt"]


def test_questions_alone_are_no_conversation(load: Load) -> None:
    assert "No columns" in refusal(
        load, "mt_bench.jsonl", lines(*({"question_id": n, "turns": ["q", "r"]} for n in (1, 2)))
    )
    rows = ({"conversations": ["q", "a"]}, {"conversations": ["r"]}, {"conversations": []})
    found = load("lima.jsonl", lines(*rows))
    assert found.told == [
        "row 2: The column “conversations” has no answer.", "row 3: The column “conversations” is an empty list."
    ]  # fmt: skip
