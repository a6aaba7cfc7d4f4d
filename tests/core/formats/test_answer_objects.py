"""Answers that stand in an object with what else is known of them, and text in segments that are trained on or not."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.export import ExportOptions, ExportRow, Layout, write_export
from tests.core.formats.conftest import Load


def lines(*rows: Any) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize(
    ("answer", "keys", "stays"),
    [
        ({"text": "a"}, {}, False),
        ({"content": "a", "score": 0.9}, {}, True),
        ({"final": "a", "reasoning": "why"}, {"reasoning": "why"}, False),
        ({"thinking": "t", "answer": "a", "tokens": 5}, {"thinking": "t"}, True),
        ({"message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}, {}, True),
        ({"output": {"message": {"role": "assistant", "content": [{"text": "a"}]}}, "stopReason": "end"}, {}, True),
        ({"candidates": [{"content": {"role": "model", "parts": [{"text": "a"}]}}]}, {}, True),
        ({"parts": [{"text": "a"}]}, {}, False),
        ({"result": {"text": "a"}}, {}, False),
        ({"content": "a", "tool_calls": None, "refusal": None}, {}, True),
        ([{"content": "b", "score": 1}, {"content": "a", "score": 3}], {}, True),
    ],
)
@pytest.mark.parametrize("column", ["output", "answer", "response"])
def test_an_answer_is_found_in_an_object(load: Load, column: str, answer: Any, keys: Any, stays: bool) -> None:
    found = load("rows.jsonl", lines({"question": "q", column: answer}, {"question": "r", column: answer}))
    assert [row.output for row in found.rows] == ["a", "a"]
    assert {k: v for k, v in found.rows[0].turns[-1].items() if k not in ("role", "content")} == keys
    assert (json.loads(found.rows[0].extra or "{}") == {column: answer}) is stays
    assert (f"Read in part, kept whole with the rows: {column}." in found.report.notes) is stays


def test_chosen_and_rejected_may_be_objects_and_an_empty_answer_is_told(load: Load) -> None:
    rows = [
        {"prompt": "q", "chosen": {"response": "a", "model": "m"}, "rejected": {"response": "b", "model": "n"}},
        {"prompt": "q", "chosen": {"response": "", "model": "m"}, "rejected": {"response": "b", "model": "n"}},
    ]
    found = load("rows.jsonl", lines(*rows))
    assert [(row.output, row.rejected) for row in found.rows] == [("a", [{"role": "assistant", "content": "b"}])]
    assert found.told == ["row 2: The response is empty (column “chosen”)."]


def test_a_call_as_an_answer_in_an_object_is_a_call(load: Load) -> None:
    calls = [{"function": {"arguments": "{}", "name": "f"}}]
    (row,) = load("rows.jsonl", lines({"prompt": "q", "response": {"content": None, "tool_calls": calls}})).rows
    assert row.turns[-1] == {"role": "assistant", "content": "", "tool_calls": calls}


def test_a_file_of_one_row_whose_texts_are_objects_is_that_row(load: Load) -> None:
    row = {"instruction": {"text": "q", "lang": "en"}, "output": {"text": "a", "lang": "en"}}
    assert load("one.json", json.dumps(row).encode()).pairs == [("q", "a")]


def segment(label: Any, text: str) -> dict[str, Any]:
    return {"label": label, "text": text}


def test_segments_are_turns_with_their_masks(load: Load, tmp_path: Path) -> None:
    rows = [
        {"segments": [segment(False, "<s>Hello, "), segment(True, "hi there!"), segment(True, " Bye")], "id": 1},
        {"segments": [segment(0, "<s>[INST] q [/INST]"), segment(1, " a</s>"), segment(0, "[INST] r [/INST] b</s>")]},
        {"segments": [segment(True, "only an answer")]},
    ]
    found = load("rows.jsonl", lines(*rows))
    assert [[(turn["role"], turn["content"], turn["train"]) for turn in row.turns] for row in found.rows] == [
        [("user", "<s>Hello,", False), ("assistant", "hi there! Bye", True)],
        [("user", "q", False), ("assistant", "a", True), ("user", "r", False), ("assistant", "b", False)],
    ]
    assert found.told == ["row 3: In the column “messages” there is no user turn before the last assistant turn."]
    assert json.loads(found.rows[0].extra or "") == rows[0], "white space and markers as they were"
    assert "3 rows in segments" in found.report.notes[0]
    file = tmp_path / "out.jsonl"
    write_export(file, ExportOptions(Layout.MESSAGES, extra=True), [ExportRow(row) for row in found.rows], 2)
    again = load("again.jsonl", file.read_bytes())
    assert [(row.key, row.extra) for row in again.rows] == [(row.key, row.extra) for row in found.rows]


def test_a_short_answer_is_not_taken_for_a_piece_of_a_marker(load: Load) -> None:
    head = "<|start_header_id|>{}<|end_header_id|>\n\n"
    row = {
        "segments": [segment(False, head.format("user") + "q<|eot_id|>" + head.format("assistant")), segment(True, "a")]
    }
    assert [turn["train"] for turn in load("rows.jsonl", lines(row)).rows[0].turns] == [False, True]


def test_labels_of_classes_are_no_segments(load: Load) -> None:
    row = {"question": "q", "answer": "a", "segments": [{"label": "intro", "text": "x"}]}
    (made,) = load("rows.jsonl", lines(row)).rows
    assert (made.output, json.loads(made.extra or "")) == ("a", {"segments": row["segments"]})


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([{"role": "system", "content": ""}], "The response is empty (column “answer”)."),
        ([{"role": "system", "content": "s"}], "In the column “answer” the conversation has no assistant turn."),
    ],
)
def test_an_answer_of_turns_without_an_assistant_is_refused(
    load: Load, answer: list[dict[str, str]], reason: str
) -> None:
    rows = ({"question": "q", "answer": "a"}, {"question": "r", "answer": answer, "tools": [{"name": "f"}]})
    assert load("rows.json", json.dumps(rows).encode()).told == [f"row 2: {reason}"]


def test_numbers_that_no_reader_of_json_takes_stay_beside_the_row(load: Load) -> None:
    content = f'{{"question": "q", "answer": "a", "seen": [NaN, 1{"0" * 400}]}}\n'
    (row,) = load("rows.jsonl", content.encode()).rows
    assert json.loads(row.extra or "") == {"seen": [None, f"1{'0' * 400}"]}
