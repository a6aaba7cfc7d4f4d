"""Loose JSON: comments, quotes and words change nothing in the rows, and what only looks like one is text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.formats.loose_json import loose_in, plain_json
from tests.core.formats.conftest import Load

NOTED = "Comments in the JSON were passed over."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '// mine\n[\n {"question": "q", /* x */ "answer": "a"}, // end\n /* two\n lines */\n]\n'),
        ("a.jsonc", '{\n // rows\n "train": [{"question": "q", "answer": "a"}] /* all */\n}'),
        ("a.jsonl", '// mine\n{"question": "q", "answer": "a"} // one\n'),
    ],
)
def test_comments_are_passed_over_and_told(load: Load, name: str, text: str) -> None:
    for content in (text.encode(), text.encode("utf-16")):
        found = load(name, content)
        assert found.pairs == [("q", "a")] and NOTED in found.report.notes


OTHERS = "Quotes and words that are not JSON's were read as JSON's."
PRINTED = [{"question": "it's", "answer": 'a "b" \n\t\\ \x01é\U0001f3fb', "n": None, "ok": True, "t": ("x",)}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", str(PRINTED)),
        ("a.json", str({"train": PRINTED, "n": None})),
        ("a.jsonl", str(PRINTED[0]) + "\n"),
        ("a.json", json.dumps(PRINTED, indent=1).replace("null", "undefined").replace('"question"', "question")),
        ("a.json5", json.dumps(PRINTED, indent=1).replace('"it\'s"', r"'it\'s',").replace(",,", ",")),
    ],
)
def test_what_python_and_javascript_write_is_read_as_json(load: Load, name: str, text: str) -> None:
    found = load(name, text.encode())
    assert found.pairs == [("it's", PRINTED[0]["answer"])] and OTHERS in found.report.notes
    assert json.loads(found.rows[0].extra or "") == {"ok": True, "t": ["x"]}


def test_a_name_that_stands_twice_and_a_broken_row_are_told(load: Load) -> None:
    found = load("a.json", b"[\n{question: 'q', answer: 'a'},\n{question: 'q', question: 'r'},\n{question: 'q' b},\n]")
    assert found.pairs == [("q", "a")]
    assert found.told[0] == "row 2: The column “question” occurs twice." and len(found.told) == 2


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab'\"\\/*\n ,:{(é\x00\U0001f3fb", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a'\" :", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200)
@given(st.dictionaries(st.text("ab'", min_size=1), values, min_size=1))
def test_what_python_prints_is_the_same_as_json(row: dict[str, object]) -> None:
    assert json.loads(plain_json(repr(row).encode())) == row
    written = json.dumps(row, ensure_ascii=False).encode()
    assert plain_json(written) == written and not loose_in(written)


def test_a_row_after_comments_keeps_its_number(load: Load) -> None:
    lines = '// mine\n/* two\nlines */\n{"question": "q", "answer": "a"}\n{"question": "q2"}\n'
    found = load("a.jsonl", lines.encode())
    assert found.told[0].startswith("row 5: ")


def test_an_address_in_a_text_is_no_comment(load: Load) -> None:
    rows = {"question": "http://x // y", "answer": "/* a */"}, {"question": 'say "// no"', "answer": "\\"}
    found = load("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    assert found.pairs == [tuple(row.values()) for row in rows] and found.report.notes == ()
    assert not loose_in(b'{"a": "say "http://x" now"}\n')


def test_a_comment_without_an_end_is_told(load: Load) -> None:
    many = "".join(f'{{"question": "q{number}", "answer": "{"a" * 100}"}}\n' for number in range(3_000))
    found = load("a.jsonl", f'// mine\n{many}{{"question": "q", "answer": 1 /* x}}\n{many}'.encode())
    assert len(found.pairs) == 3_000
    assert "The comment that begins in line 3,002 has no end: nothing after it was read." in found.report.notes


texts = st.text(st.sampled_from('ab"\\/*\n ,{'), max_size=8)
comments = st.sampled_from(["", " ", "/* x */", '/* \n" */', " // y\n", "/**/"])


@settings(max_examples=200)
@given(st.lists(st.dictionaries(texts, texts, max_size=2), min_size=1, max_size=3), st.data())
def test_comments_between_tokens_change_nothing(rows: list[dict[str, str]], data: st.DataObject) -> None:
    def said(value: object) -> str:
        return json.dumps(value) + data.draw(comments)

    def told(row: dict[str, str]) -> str:
        cells = [f"{said(name)}:{said(value)}" for name, value in row.items()]
        return f"{{{data.draw(comments)}{','.join(cells)}}}{data.draw(comments)}"

    objects = [told(row) for row in rows]
    text = "[" + ",".join(objects) + "]"
    assert json.loads(plain_json(text.encode())) == rows
