"""Kinds of files that others write: each is read as what it is, and nothing of a row is lost."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.formats.guess import readings
from core.formats.marked_text import turns_of_text
from core.formats.record import Record
from tests.core.formats.conftest import Load

ASK, TELL = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
CALL = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOLS = [{"type": "function", "function": {"name": "f"}}]


def line(*rows: Any) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


TWO = [("q", "a"), ("q2", "a2")]


def two(row: Callable[[str, str], Any]) -> bytes:
    return line(*(row(q, a) for q, a in TWO))


KINDS: dict[str, tuple[str, bytes]] = {
    "lists of turns in an array": (
        "a.json",
        json.dumps([[ASK, TELL], [{"role": "user", "content": "q2"}, {"role": "assistant", "content": "a2"}]]).encode(),
    ),
    "a list of turns a line": (
        "a.jsonl",
        line([ASK, TELL], [{"role": "user", "content": "q2"}, {"role": "assistant", "content": "a2"}]),
    ),
    "questions and answers in lines": ("a.txt", b"Q: q\nA: a\n\nQ: q2\nA: a2\n"),
    "lists of texts by turns": ("a.json", b'[["q", "a"], ["q2", "a2"]]'),
    "a column of texts by turns": ("a.jsonl", line({"id": 1, "data": ["q", "a"]}, {"id": 2, "data": ["q2", "a2"]})),
    "columns as objects": (
        "a.json",
        json.dumps({"question": {"0": "q", "1": "q2"}, "answer": {"0": "a", "1": "a2"}}).encode(),
    ),
    "columns as lists": ("a.json", json.dumps({"prompt": ["q", "q2"], "response": ["a", "a2"]}, indent=1).encode()),
    "rows by their numbers": (
        "a.json",
        json.dumps({"r1": {"question": "q", "answer": "a"}, "r2": {"question": "q2", "answer": "a2"}}).encode(),
    ),
    "Gemini": (
        "a.jsonl",
        two(
            lambda q, a: {
                "contents": [{"role": "user", "parts": [{"text": q}]}, {"role": "model", "parts": [{"text": a}]}]
            }
        ),
    ),
    "XTuner": ("a.jsonl", two(lambda q, a: {"conversation": [{"input": q, "output": a}]})),
    "MOSS": ("a.jsonl", two(lambda q, a: {"chat": {"turn_1": {"Human": q, "MOSS": a, "Commands": "x"}}})),
    "ChatML": (
        "a.jsonl",
        two(lambda q, a: {"text": f"<|im_start|>user\n{q}<|im_end|>\n<|im_start|>assistant\n{a}<|im_end|>\n"}),
    ),
    "Llama 2": ("a.jsonl", two(lambda q, a: {"text": f"<s>[INST] {q} [/INST] {a} </s>"})),
    "Llama 3": (
        "a.jsonl",
        two(
            lambda q, a: {
                "text": f"<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{q}<|eot_id|>"
                f"<|start_header_id|>assistant<|end_header_id|>\n\n{a}<|eot_id|>"
            }
        ),
    ),
    "Gemma": (
        "a.jsonl",
        two(lambda q, a: {"text": f"<start_of_turn>user\n{q}<end_of_turn>\n<start_of_turn>model\n{a}<end_of_turn>"}),
    ),
    "headings": ("a.jsonl", two(lambda q, a: {"text": f"### Instruction:\n{q}\n\n### Response:\n{a}"})),
    "hh-rlhf": (
        "a.jsonl",
        two(
            lambda q, a: {"chosen": f"\n\nHuman: {q}\n\nAssistant: {a}", "rejected": f"\n\nHuman: {q}\n\nAssistant: x"}
        ),
    ),
    "commas after lines": ("a.jsonl", b'{"question": "q", "answer": "a"},\n{"question": "q2", "answer": "a2",},\n'),
    "commas before brackets": (
        "a.json",
        b'[\n{"question":"q","answer":"a"},\n{"question":"q2","answer":"a2",},\n]',
    ),
    "pretty objects": (
        "a.json",
        "\n".join(
            json.dumps({"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]}, indent=1)
            for q, a in TWO
        ).encode(),
    ),
    "one answer in a list": ("a.jsonl", two(lambda q, a: {"question": q, "answers": [a]})),
    "answers as SQuAD has them": (
        "a.jsonl",
        two(lambda q, a: {"question": q, "answers": {"text": [a], "start": [0]}}),
    ),
    "solution before answer": ("a.jsonl", two(lambda q, a: {"problem": q, "solution": a, "answer": "1"})),
    "a user who is no instruction": ("a.jsonl", two(lambda q, a: {"user": "ann", "input": q, "output": a})),
    "a question in the input": ("a.jsonl", two(lambda q, a: {"instruction": "", "input": q, "output": a})),
    "Chinese": ("a.jsonl", two(lambda q, a: {"指令": q, "输出": a})),
    "Japanese": ("a.jsonl", two(lambda q, a: {"質問": q, "回答": a})),
    "Korean": ("a.jsonl", two(lambda q, a: {"질문": q, "답변": a})),
    "Spanish": ("a.jsonl", two(lambda q, a: {"Pregunta": q, "Respuesta": a})),
    "French": ("a.jsonl", two(lambda q, a: {"Question": q, "Réponse": a})),
    "German": ("a.jsonl", two(lambda q, a: {"Frage": q, "Antwort": a})),
    "Portuguese": ("a.jsonl", two(lambda q, a: {"pergunta": q, "resposta": a})),
    "Russian": ("a.jsonl", two(lambda q, a: {"Вопрос": q, "Ответ": a})),
    "turns as numpy prints them": (
        "a.csv",
        b"messages\n"
        + b"".join(
            f"\"[{{'role': 'user', 'content': '{q}'}}\n {{'role': 'assistant', 'content': '{a}'}}]\"\n".encode()
            for q, a in TWO
        ),
    ),
    "ChatGPT's export": (
        "conversations.json",
        json.dumps(
            [
                {
                    "title": "t",
                    "current_node": "3",
                    "mapping": {
                        "0": {"parent": None, "message": None},
                        "1": {"parent": "0", "message": {"author": {"role": "user"}, "content": {"parts": [q]}}},
                        "2": {
                            "parent": "1",
                            "message": {"author": {"role": "assistant"}, "content": {"parts": ["left"]}},
                        },
                        "3": {"parent": "1", "message": {"author": {"role": "assistant"}, "content": {"parts": [a]}}},
                    },
                }
                for q, a in TWO
            ]
        ).encode(),
    ),
    "Claude's export": (
        "a.json",
        json.dumps(
            [
                {"name": "n", "chat_messages": [{"sender": "human", "text": q}, {"sender": "assistant", "text": a}]}
                for q, a in TWO
            ]
        ).encode(),
    ),
    "OpenAssistant's trees": (
        "a.jsonl",
        two(
            lambda q, a: {
                "message_tree_id": "t",
                "prompt": {
                    "text": q,
                    "role": "prompter",
                    "replies": [
                        {"text": "worse", "role": "assistant", "rank": 1},
                        {"text": a, "role": "assistant", "rank": 0, "replies": []},
                    ],
                },
            }
        ),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_file_is_read(load: Load, kind: str) -> None:
    found = load(*KINDS[kind])
    assert (found.pairs, found.told) == (TWO, [])


ONE_ROW: dict[str, Any] = {
    "tools": {"messages": [ASK, TELL], "tools": TOOLS},
    "moderation": {"conversation": [ASK, TELL], "openai_moderation": [{"flagged": False}]},
    "pairs": {"conversation": [{"human": "q", "assistant": "a"}]},
    "system in parts": {"system": [{"text": "s"}], "messages": [ASK, TELL]},
}


@pytest.mark.parametrize("kind", ONE_ROW)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_file_of_one_row_is_read_as_a_file_of_two(load: Load, kind: str, indent: int | None) -> None:
    (alone,) = load("one.json", json.dumps(ONE_ROW[kind], indent=indent).encode()).rows
    assert (
        load("two.jsonl", line(ONE_ROW[kind], {"question": "other", "answer": "row"} | ONE_ROW[kind])).rows[0] == alone
    )
    assert (alone.conversation[-2].content, alone.output) == ("q", "a")


def test_all_readings_are_told_the_most_likely_first(load: Load) -> None:
    fields = [{"problem": "p", "solution": "s", "answer": "a", "title": "t"}, {"messages": [ASK, TELL], "prompt": "p"}]
    found = [[(each.instruction, each.input, each.output) for each in readings([Record(1, row)])] for row in fields]
    assert found[0] == [("problem", "", "solution"), ("problem", "", "answer"), ("title", "problem", "solution")]
    assert len(found[1]) == 1


@pytest.mark.parametrize("column", ["few_shot", "history", "chat_history", "context", "examples"])
@pytest.mark.parametrize(
    "turns", [[ASK, TELL], [["q", "a"]], [{"question": "q", "answer": "a"}], json.dumps([ASK, TELL])], ids=str
)
def test_earlier_turns_come_before_the_pair(load: Load, column: str, turns: Any) -> None:
    (row,) = load("a.jsonl", line({column: turns, "instruction": "q2", "output": "a2"})).rows
    assert [turn.content for turn in row.conversation] == ["q", "a", "q2", "a2"]


def test_turns_under_an_unknown_name_stay_beside_a_pair(load: Load) -> None:
    (row,) = load("a.jsonl", line({"conversation_b": [ASK, TELL], "instruction": "q2", "output": "a2"})).rows
    assert (row.instruction, row.output, json.loads(row.extra or "")) == ("q2", "a2", {"conversation_b": [ASK, TELL]})


@pytest.mark.parametrize(
    "fields",
    [
        {"conversations": [ASK], "chosen": TELL, "rejected": {"role": "assistant", "content": "x"}},
        {"conversations": [ASK], "chosen": "a", "rejected": "x"},
        {"prompt": [ASK], "chosen": [TELL], "rejected": [{"role": "assistant", "content": "x"}]},
        {"prompt": "q", "chosen": [TELL], "rejected": [{"role": "assistant", "content": "x"}]},
        {"chosen": [ASK, TELL], "rejected": [ASK, {"role": "assistant", "content": "x"}]},
        {"prompt": "q", "chosen": "a", "rejected": "x"},
        {"question": "q", "response_chosen": "a", "response_rejected": "x"},
    ],
)
def test_a_preference_is_a_conversation_with_its_rejected_answer(load: Load, fields: dict[str, Any]) -> None:
    (row,) = load("a.jsonl", line(fields)).rows
    assert ([turn.content for turn in row.conversation], row.output) == (["q", "a"], "a")
    assert row.rejected == [{"role": "assistant", "content": "x"}]


KEYS_OF_TURNS = [
    {},
    {"weight": 0},
    {"weight": 1},
    {"train": False},
    {"reasoning_content": "two and two"},
    {"name": "n"},
    {"tool_calls": [CALL]},
    {"content": [{"type": "text", "text": "a"}, {"type": "tool_use", "id": "1", "name": "f", "input": {}}]},
    {"content": [{"type": "thinking", "thinking": "so"}, {"type": "text", "text": "a"}]},
]


def test_rows_that_differ_in_what_is_trained_on_are_different_rows(load: Load) -> None:
    different = [{"messages": [ASK, TELL | keys]} for keys in KEYS_OF_TURNS]
    different += [
        {"messages": [ASK, TELL], "tools": TOOLS},
        {"messages": [ASK, TELL], "tools": [*TOOLS, *TOOLS]},
        {"messages": [ASK, TELL], "rejected": "x"},
        {"messages": [ASK, TELL], "system": "s"},
        {"messages": [ASK, TELL, ASK]},
    ]
    rows = load("a.jsonl", line(*different)).rows
    assert len({row.key for row in rows}) == len(rows) == len(different)


def test_keys_of_a_turn_are_kept_and_read_with_it(load: Load) -> None:
    (row,) = load("a.jsonl", line({"messages": [ASK, TELL | {"tool_calls": [CALL], "weight": 0, "audio": None}]})).rows
    assert row.turns[1] == TELL | {"tool_calls": [CALL], "weight": 0}
    assert row.output == f"a\n{json.dumps([CALL], sort_keys=True)}"


def test_a_call_of_sharegpt_is_a_tool_call(load: Load) -> None:
    turns = [
        ("human", "q"),
        ("function_call", '{"name": "f", "arguments": {"x": 1}}'),
        ("observation", "1"),
        ("gpt", "a"),
    ]
    fields = {"conversations": [{"from": who, "value": said} for who, said in turns], "tools": json.dumps(TOOLS)}
    (row,) = load("a.jsonl", line(fields)).rows
    assert row.turns[1]["tool_calls"] == [{"type": "function", "function": {"name": "f", "arguments": {"x": 1}}}]
    assert (row.turns[2]["role"], row.tools, row.extra) == ("tool", TOOLS, None)


@pytest.mark.parametrize("text", ["    y = 1\n    return y", "\ty", "a\r\nb", "é", "e\u0301", "a\rb", "\u3000全角"])
def test_text_is_kept_as_it_was(load: Load, text: str) -> None:
    assert load("a.jsonl", line({"prompt": "q", "completion": text})).pairs == [("q", text)]


@pytest.mark.parametrize(("text", "kept"), [("\n\n  x\n\n", "  x"), ("x \t\r\n", "x"), (" \r\n\tx", "\tx")])
def test_blank_lines_around_a_text_go(load: Load, text: str, kept: str) -> None:
    assert load("a.jsonl", line({"prompt": "q", "completion": text})).pairs == [("q", kept)]


def test_of_several_answers_the_first_is_the_response_and_all_are_kept(load: Load) -> None:
    (row,) = load("a.jsonl", line({"question": "q", "answers": ["a", "b"]})).rows
    assert (row.output, json.loads(row.extra or "")) == ("a", {"answers": ["a", "b"]})


def test_a_task_of_several_words_is_the_instruction_beside_an_input(load: Load) -> None:
    (row,) = load("a.jsonl", line({"task": "Summarise the text below.", "input": "i", "output": "a"})).rows
    assert (row.instruction, row.input) == ("Summarise the text below.", "i")


def test_a_second_list_of_rows_is_told(load: Load) -> None:
    rows = {"train": [{"question": "q", "answer": "a"}], "test": [{"question": "q2", "answer": "a2"}]}
    found = load("a.json", json.dumps(rows).encode())
    assert found.pairs == TWO[:1]
    assert found.told == ["row 2: The rows of the list “test” were not read: only those of the list “train”."]


@pytest.mark.parametrize("text", ["Human: only asks", "### Response:\nonly answers", "User name: x", "no markers"])
def test_a_text_without_question_and_answer_is_no_conversation(text: str) -> None:
    assert turns_of_text(text) is None
