"""Tables of other shapes: rows that end early, delimiters that few use, Markdown, maps and objects in columns."""

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.core.formats.conftest import Load


def test_rows_that_end_early_are_kept_and_told(load: Load) -> None:
    found = load("rows.csv", b'instruction,output,topic,lang\nq,a\nq2,"a, b",t\nq3,a3,t,en\nq4\n')
    assert found.pairs == [("q", "a"), ("q2", "a, b"), ("q3", "a3")]
    assert [row.extra for row in found.rows] == [None, '{"topic":"t"}', '{"lang":"en","topic":"t"}']
    assert found.told == ["row 4: The response is empty (column “output”)."]
    told = "3 rows with fewer cells than the header, first row 1, line 2: the last columns are empty there."
    assert told in found.report.notes


def test_an_open_quote_does_not_swallow_rows_that_end_early(load: Load) -> None:
    found = load("rows.csv", b'instruction,output,topic\nq,a,t\nbad,"x\nq2,a2\nq3,a3,t\n')
    assert found.pairs == [("q", "a"), ("q2", "a2"), ("q3", "a3")]


def test_quotes_of_a_tab_separated_table_are_text_also_where_rows_end_early(load: Load) -> None:
    found = load("rows.tsv", b'instruction\toutput\ttopic\nSay "hi\tok\tx\nq2\t5" pipe\nq3\ta3\tz\n')
    assert found.pairs == [('Say "hi', "ok"), ("q2", '5" pipe'), ("q3", "a3")]


@pytest.mark.parametrize("delimiter", ["^", "~", "|", "\x01", "\x1f"])
@pytest.mark.parametrize("name", ["rows.csv", "rows.txt"])
def test_a_delimiter_that_parts_known_names_is_one(load: Load, name: str, delimiter: str) -> None:
    text = "id^question^answer\n1^q, r^a; b\n2^q2^a2\n".replace("^", delimiter)
    assert load(name, text.encode()).pairs == [("q, r", "a; b"), ("q2", "a2")]


def test_a_sign_in_other_names_is_no_delimiter(load: Load) -> None:
    (row,) = load("rows.csv", b"x^2^3,instruction,output\n1,q,a^b\n").rows
    assert (row.output, json.loads(row.extra or "")) == ("a^b", {"x^2^3": "1"})


def test_a_table_of_markdown_is_read_without_its_line_and_spaces(load: Load) -> None:
    found = load("rows.md", b"| question | answer |\n|:--|---|\n| q | a |\n| q2 | a 2 |\n")
    assert found.pairs == [("q", "a"), ("q2", "a 2")]


def test_numbers_of_rows_without_a_name_are_a_column_of_their_own(load: Load) -> None:
    found = load("r.csv", b'"question","answer"\n"1","q, r","a"\n"2","q2","a2"\n')
    assert (found.pairs, found.rows[0].extra) == ([("q, r", "a"), ("q2", "a2")], '{"column 1":"1"}')
    assert load("open.csv", b"question,answer\nq,a, b\n3,c\n").told == [
        "row 1: The row (line 2) has 3 cells; the header has 2."
    ]


def parquet(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


TEXTS = pa.map_(pa.string(), pa.string())


def test_maps_are_objects(load: Load) -> None:
    turns = [[("role", "user"), ("content", "q")], [("role", "assistant"), ("content", "a")]]
    tagged = pa.array([[("topic", "t"), ("lang", "en")]], TEXTS)
    twice = pa.array([[("k", 1), ("k", 2)]], pa.map_(pa.string(), pa.int64()))
    (row,) = load("a.parquet", parquet(messages=pa.array([turns], pa.list_(TEXTS)), tags=tagged, twice=twice)).rows
    assert (row.instruction, row.output) == ("q", "a")
    assert json.loads(row.extra or "") == {"tags": {"topic": "t", "lang": "en"}, "twice": [["k", 1], ["k", 2]]}


def test_calls_within_objects_keep_their_arguments(load: Load) -> None:
    function = pa.struct([("name", pa.string()), ("arguments", TEXTS)])
    calls = pa.list_(pa.struct([("id", pa.string()), ("function", function)]))
    kind = pa.struct([("role", pa.string()), ("content", pa.string()), ("tool_calls", calls)])
    call = {"id": "1", "function": {"name": "f", "arguments": [("city", "Rome")]}}
    turns = [
        {"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "content": "r"}, {"role": "assistant", "content": "a"},
    ]  # fmt: skip
    (row,) = load("a.parquet", parquet(messages=pa.array([turns], pa.list_(kind)))).rows
    assert row.turns[1]["tool_calls"] == [{"function": {"arguments": {"city": "Rome"}, "name": "f"}, "id": "1"}]


def test_a_row_in_an_object_may_have_an_answer_that_says_more(load: Load) -> None:
    row = {"question": "q", "answer": {"text": "a", "score": 1.5}}
    found = load("a.parquet", parquet(row=pa.array([row]), id=[1]))
    assert found.pairs == [("q", "a")]


def test_columns_of_bytes_are_told(load: Load) -> None:
    found = load("a.parquet", parquet(instruction=["q"], output=["a"], image=[b"\x89PNG"]))
    assert found.report.notes == ("Not kept, as they hold bytes and no text: image.",)
