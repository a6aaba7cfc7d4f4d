"""Rows within lists and objects, in one cell or over several rows: nothing of them is left out without a word."""

import io
import json
import tarfile
from typing import Any

import pytest

from tests.core.formats.conftest import Load, refusal


def file_of(*rows: Any) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def said(load: Load, name: str, content: bytes) -> list[list[str]]:
    return [[turn["content"] for turn in row.turns] for row in load(name, content).rows]


def test_questions_below_paragraphs_are_rows(load: Load) -> None:
    asked = [{"id": n, "question": f"q{n}", "answers": [{"text": f"a{n}", "answer_start": 0}]} for n in range(2)]
    data = [{"title": "t", "paragraphs": [{"context": "c", "qas": asked}, {"context": "d", "qas": asked[:1]}]}]
    found = load("squad.json", json.dumps({"version": "1", "data": data}).encode())
    assert [(row.instruction, row.input, row.output) for row in found.rows] == [
        ("q0", "c", "a0"), ("q1", "c", "a1"), ("q0", "d", "a0")
    ]  # fmt: skip
    assert json.loads(found.rows[0].extra or "")["title"] == "t"


def test_lists_of_questions_and_answers_in_a_row_are_a_conversation(load: Load) -> None:
    rows = (
        {"story": "s", "questions": ["q", "r"], "answers": ["a", "b"]},
        {"story": "s", "questions": ["q", "r"], "answers": {"input_text": ["a", "c"], "span_start": [0, 1]}},
        {"story": "", "questions": ["q"], "answers": [{"text": "a", "start": 0}]},
    )
    assert said(load, "coqa.jsonl", file_of(*rows)) == [
        ["q\n\ns", "a", "r", "b"], ["q\n\ns", "a", "r", "c"], ["q", "a"]
    ]  # fmt: skip


def test_columns_as_lists_are_rows_also_beside_other_values(load: Load) -> None:
    found = load("a.json", b'{"version": 1, "questions": ["q", "r"], "answers": ["a", "b"]}')
    assert found.pairs == [("q", "a"), ("r", "b")]
    assert [row.extra for row in found.rows] == ['{"version":1}'] * 2
    one = load("b.json", b'{"question": "q", "answers": ["a", "b"], "responses": ["c", "d"]}')
    assert one.pairs == [("q", "c")], "several answers to one question are one row"


@pytest.mark.parametrize("part", ["question", "input", "system"])
def test_what_else_stands_in_an_object_with_a_text_stays_beside_the_row(load: Load, part: str) -> None:
    row = {"question": "q", "answer": "a", part: {"text": "x", "id": 1}}
    (made,) = load("rows.jsonl", file_of(row)).rows
    assert json.loads(made.extra or "") == {part: {"text": "x", "id": 1}}
    assert "x" in [made.instruction, made.input, made.turns[0]["content"]]


def test_an_answer_may_stand_in_another_column_where_the_first_is_empty(load: Load) -> None:
    rows = ({"prompt": "q", "output": "a"}, {"prompt": "r", "output": None, "response": "b"})
    found = load("rows.jsonl", file_of(*rows))
    assert found.pairs == [("q", "a"), ("r", "b")]
    rows = ({"prompt": "q", "output": "a", "answer": "1"}, {"prompt": "r", "output": "", "answer": "2"})
    found = load("beside.jsonl", file_of(*rows))
    assert (found.pairs, found.told) == ([("q", "a")], ["row 2: The response is empty (column “output”)."])


THREADS = (
    "conversation_id,turn,role,content,lang\n1,2,assistant,a,en\n1,1,user,q,en\n2,1,user,r,de\n2,2,assistant,b,de\n"
)


def test_turns_that_name_their_conversation_are_put_together(load: Load) -> None:
    table = load("turns.csv", THREADS.encode())
    assert table.pairs == [("q", "a"), ("r", "b")]
    assert json.loads(table.rows[0].extra or "") == {"conversation_id": "1", "lang": "en"}
    rows = [
        {"dialog_id": n, "speaker": who, "text": f"{who} {n}", "time": t}
        for n in (1, 2)
        for t, who in enumerate(("user", "bot"))
    ]
    found = load("turns.jsonl", file_of(*rows))
    assert [[turn["time"] for turn in row.turns] for row in found.rows] == [[0, 1], [0, 1]]


def test_turns_of_a_conversation_that_stand_apart_are_told(load: Load) -> None:
    rows = [("1", "user", "q"), ("1", "assistant", "a"), ("2", "user", "r"), ("2", "assistant", "b")]
    text = "".join(f"{','.join(row)}\n" for row in (*rows, *rows[:1], ("1", "assistant", "c")))
    found = load("turns.csv", f"session_id,role,content\n{text}".encode())
    assert found.pairs == [("q", "a"), ("r", "b"), ("q", "c")]
    assert any(
        note.startswith("1 conversation of the same session_id as an earlier one") for note in found.report.notes
    )


def test_turns_of_a_tree_are_not_put_together(load: Load) -> None:
    rows = [{"conversation_id": 1, "parent_id": n, "role": "user", "content": "q"} for n in range(2)]
    pair = {"instruction": "q", "output": "a"}
    assert load("mixed.jsonl", file_of(pair, *rows)).pairs == [("q", "a")]


def test_calls_as_an_answer_beside_tools_are_calls(load: Load) -> None:
    calls = [{"name": "f", "arguments": {"x": 1}}]
    tools = json.dumps([{"name": "f"}])
    rows = [{"query": "q", "answers": given, "tools": tools} for given in (json.dumps(calls), calls)]
    first, *_ = found = load("xlam.jsonl", file_of(*rows)).rows
    assert first.turns[1]["tool_calls"] == [{"type": "function", "function": calls[0]}]
    assert len(found) == 1, "both say the same"


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("USER: q\n\n\nASSISTANT: <functioncall> {} <|endoftext|>\n\nFUNCTION RESPONSE: r\n\nASSISTANT: a",
         ["q", "<functioncall> {}", "r", "a"]),
        ("<reserved_106>q<reserved_107>a", ["q", "a"]),
        ("<_user>q<_bot>a", ["q", "a"]),
        ("[Round 1]\n\n问：q\n\n答：a\n\n[Round 2]\n\n问：r\n\n答：b", ["q", "a", "r", "b"]),
    ],
)  # fmt: skip
def test_more_templates_are_turns(load: Load, text: str, turns: list[str]) -> None:
    assert said(load, "rows.jsonl", file_of({"text": text})) == [turns]


def test_text_below_a_title_is_part_of_the_question(load: Load) -> None:
    (row,) = load("rows.jsonl", file_of({"title": "How?", "body": "I want to.", "answers": ["So."]})).rows
    assert (row.instruction, row.input, row.output) == ("How?", "I want to.", "So.")


def test_other_quotes_of_tables_are_quotes(load: Load) -> None:
    assert load("a.csv", b"'question','answer'\n'q, r','a'\n").pairs == [("q, r", "a")]
    twice = b'"question,""answer"""\n"q,""a, b"""\n'
    assert load("b.csv", twice).pairs == [("q", "a, b")]


def test_of_as_many_good_as_bad_bytes_the_good_ones_count(load: Load) -> None:
    lines = b'{"question":"q","answer":"caf\xe9"}\n{"question":"q2","answer":"\xc3\xa9"}\n'
    assert load("a.jsonl", lines).pairs == [("q2", "é")]


@pytest.mark.parametrize(
    "row",
    [
        {"inputs": {"question": "q"}, "outputs": {"answer": "a"}, "id": 1},
        {"inputs": {"messages": [{"role": "user", "content": "q"}]}, "outputs": {"generation": "a"}, "id": 1},
        {"item": {"question": "q", "answer": "a"}, "sample": {"output_text": "x"}},
    ],
)
def test_question_and_answer_may_stand_in_objects_of_their_own(load: Load, row: dict[str, Any]) -> None:
    found = load("traces.jsonl", file_of(row))
    assert (found.pairs, found.told) == ([("q", "a")], [])
    assert json.loads(found.rows[0].extra or "").keys() == row.keys() - {"inputs", "outputs", "item"}


def test_rows_as_python_prints_them_are_read(load: Load) -> None:
    lines = "{'question': 'q', 'answer': \"it's\", 'tags': None}\n,\n{'question': 'r', 'answer': 'b'}\n{'broken\n"
    found = load("a.jsonl", lines.encode())
    assert found.pairs == [("q", "it's"), ("r", "b")]
    assert [told[:6] for told in found.told] == ["row 4:"]


@pytest.mark.parametrize(("better", "worse"), [("win", "lose"), ("accepted", "refused"), ("good", "bad")])
def test_names_of_a_better_and_a_worse_answer_are_a_preference(load: Load, better: str, worse: str) -> None:
    (row,) = load("a.jsonl", file_of({"prompt": "q", worse: "b", better: "a"})).rows
    assert (row.output, row.rejected) == ("a", [{"role": "assistant", "content": "b"}])
    (row,) = load("b.jsonl", file_of({"prompt": "q", "response": "r", better: 1, worse: 0})).rows
    assert (row.output, row.rejected) == ("r", None)


def test_a_header_that_stands_again_is_no_row(load: Load) -> None:
    found = load("joined.csv", "question,answer\nq,a\n\ufeffquestion,answer\nr,b\n".encode())
    assert found.pairs == [("q", "a"), ("r", "b")]
    assert found.report.notes == ("Skipped where the names of the columns stand again: 1 line.",)


@pytest.mark.parametrize(
    "document",
    [
        {"train": [["q", "a"], ["r", "b"]]},
        {"header": ["question", "answer"], "rows": [["q", "a"], ["r", "b"]]},
        [{"dialog": {"0": {"speaker": "user", "text": "q"}, "1": {"speaker": "bot", "text": "a"}}},
         {"dialog": {"0": {"speaker": "user", "text": "r"}, "1": {"speaker": "bot", "text": "b"}}}],
    ],
)  # fmt: skip
def test_lists_and_numbers_that_hold_rows_or_turns(load: Load, document: Any) -> None:
    assert load("a.json", json.dumps(document).encode()).pairs == [("q", "a"), ("r", "b")]


def test_pairs_under_a_name_of_turns_stay_one_conversation(load: Load) -> None:
    content = json.dumps({"conversation": [["q", "a"], ["r", "b"]]}).encode()
    assert said(load, "a.json", content) == [["q", "a", "r", "b"]]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("Question Text", "Answer Text"), ("Human", "AI"), ("customer_message", "agent_reply"), ("utterance", "response")],
)
def test_more_names_of_questions_and_answers(load: Load, asked: str, answered: str) -> None:
    assert load("a.csv", f"Number,{asked},{answered}\n1,q,a\n".encode()).pairs == [("q", "a")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_several_byte_order_marks_are_none_of_the_text(load: Load, encoding: str) -> None:
    text = "\ufeff" + json.dumps([{"question": "q", "answer": "ä"}], ensure_ascii=False)
    assert load("a.json", text.encode(encoding)).pairs == [("q", "ä")]


def test_a_tar_archive_is_told(load: Load) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("rows.jsonl"), io.BytesIO())
    assert refusal(load, "a.tar.gz", stream.getvalue()) == "This is a tar archive."
