"""JSON with comments: they change nothing in the rows, and what only looks like one is text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.formats.json_comments import has_comments, without_comments
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


def test_a_row_after_comments_keeps_its_number(load: Load) -> None:
    lines = '// mine\n/* two\nlines */\n{"question": "q", "answer": "a"}\n{"question": "q2"}\n'
    found = load("a.jsonl", lines.encode())
    assert found.told[0].startswith("row 5: ")


def test_an_address_in_a_text_is_no_comment(load: Load) -> None:
    rows = {"question": "http://x // y", "answer": "/* a */"}, {"question": 'say "// no"', "answer": "\\"}
    found = load("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    assert found.pairs == [tuple(row.values()) for row in rows] and found.report.notes == ()
    assert not has_comments(b'{"a": "say "http://x" now"}\n')


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
    assert json.loads(without_comments(text.encode())) == rows
