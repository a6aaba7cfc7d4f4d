"""A row in the reader: turns with their roles, code, tables, tool calls and rejected answers; never more than text."""

import json
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from core.rows.row import ASSISTANT, SYSTEM, TOOL, USER, Message, Row, row_from_messages
from pages.components.rows.turns import laid_out
from tests.hostile_texts import HOSTILE

CODE, TABLE = "```python\nprint('a')\n```", "| Name | Age |\n|-|-|\n| Ann | 30 |\n| Bo | 4 |"
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo","days":[1,2]}'}}


def draw() -> None:
    import streamlit as st

    from pages.components.rows.turns import row_turns

    row_turns(st.session_state["row"], st.session_state["words"], st.session_state["raw"])


def shown(row: Row, words: tuple[str, ...] = (), raw: bool = False) -> AppTest:
    app = AppTest.from_function(draw)
    for name, value in {"row": row, "words": words, "raw": raw}.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


class Markup(HTMLParser):
    """The tags of HTML, and the text between them."""

    def __init__(self, bodies: list[str]) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        for each in bodies:
            self.feed(each)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def markup(app: AppTest) -> Markup:
    bodies = [each.proto.body for each in app.get("html")]
    return Markup([each for each in bodies if not each.startswith("<style>")])


def headings(app: AppTest) -> list[str]:
    return [each.value for each in app.markdown]


def test_a_conversation_shows_as_turns_with_their_roles() -> None:
    turns = [
        Message(SYSTEM, "Be brief."),
        Message(USER, "Weather?"),
        Message(ASSISTANT, "", {"tool_calls": [CALL]}),
        Message(TOOL, '{"sky":"clear"}', {"tool_call_id": "c1"}),
        Message(ASSISTANT, "Clear."),
        Message(USER, "Thanks"),
    ]
    app = shown(row_from_messages(turns, tools=[{"name": "weather"}], rejected=[Message(ASSISTANT, "No idea.")]))

    assert headings(app) == [
        ":material/settings: **System prompt**",
        ":material/person: **User**",
        ":material/smart_toy: **Assistant**",
        ":material/function: **Tool call** `weather` · c1",
        ":material/build: **Tool result**",
        ":material/smart_toy: **Assistant (scored)**",
        ":material/person: **User**",
        ":material/thumb_down: **Rejected answer**",
        ":material/handyman: **Tools**",
    ]
    assert [json.loads(each.value) for each in app.code] == [{"city": "Oslo", "days": [1, 2]}, {"sky": "clear"}]
    assert all(each in markup(app).text for each in ("Be brief.", "Weather?", "Clear.", "Thanks", "No idea."))


def test_code_shows_as_code_and_a_table_as_a_table() -> None:
    app = shown(Row("Do it", "", f"First:\n\n{CODE}\n\nThen:\n\n{TABLE}\n\nDone."))
    assert [(each.language, each.value) for each in app.code] == [("python", "print('a')")]
    found = markup(app)
    assert [tag for tag, _ in found.tags].count("td") == 4
    assert all(each in found.text for each in ("First:", "Name", "Bo", "Done."))


def test_raw_text_is_what_was_kept() -> None:
    text = f"First:\n\n{CODE}\n\n{TABLE}\r\n"
    app = shown(Row("Do it", "In it", text), raw=True)
    assert not app.code
    assert markup(app).text == f"Do itIn it{text}"


def test_words_that_are_looked_for_are_marked_in_prose_code_and_tables() -> None:
    app = shown(Row("Print <it>", "", f"{CODE}\n\n{TABLE}\n\nprint"), ("print", "ann", "<it>"))
    marks = [tag for tag, _ in markup(app).tags].count("mark")
    assert marks == 5 and not app.code


@pytest.mark.parametrize("words", [(), ("x",)])
@pytest.mark.parametrize("raw", [False, True])
def test_no_hostile_text_becomes_more_than_text(words: tuple[str, ...], raw: bool) -> None:
    cells = "\n".join(f"| {each} | x |" for each in HOSTILE if "\n" not in each and "\r" not in each)
    text = "\n\n".join([*HOSTILE, f"| a | b |\n|-|-|\n{cells}", *(f"```{each}\n{each}\n```" for each in HOSTILE)])
    calls = [{"function": {"name": each, "arguments": each}, "id": each} for each in HOSTILE]
    turns = [Message(USER, text), Message(ASSISTANT, text, {"tool_calls": calls})]
    app = shown(row_from_messages(turns, rejected=[Message(ASSISTANT, text)]), words, raw)
    allowed = {"div", "mark", "i", "pre", "table", "thead", "tbody", "tr", "th", "td"}
    assert {(tag, names) for tag, names in markup(app).tags} <= {
        (tag, names) for tag in allowed for names in ((), ("style",))
    }


def test_json_is_laid_out_where_only_its_white_space_changes() -> None:
    assert laid_out('{"a":[1,2.5]}') == json.dumps({"a": [1, 2.5]}, indent=2)
    assert [laid_out(each) for each in ('{"a":1,"a":2}', '{"a":1.50}', "5", "text", '"t"')] == [None] * 5
