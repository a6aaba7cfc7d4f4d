"""How rows stand in a file of JSON: one a line, or as a document that holds a list of them."""

import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from core.formats.column_names import CONVERSATION, PARTS, count_known, plain_name
from core.formats.format import suffix_of
from core.formats.json_window import CutOffError, FaultError, Window
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source
from core.formats.turns import is_conversation, is_turn, turns_in

_JSON_NAMES, _TABLE_NAMES = (".json", ".jsonl", ".ndjson"), (".csv", ".tsv", ".tab")


def is_document(source: Source) -> bool:
    """Whether a file is one JSON document, or objects that go over several lines."""
    lines = _lines(source)
    return _opens_json(lines, source) and _holds_document(lines, source.head)


def is_lines(source: Source) -> bool:
    """Whether a file is one JSON object a line, by its beginning or, where that is damaged, by its name."""
    lines = _lines(source)
    if _opens_json(lines, source):
        return not _holds_document(lines, source.head)
    return suffix_of(source.shown) in _JSON_NAMES and any(line[:1] == b"{" for line in lines)


def _lines(source: Source) -> list[bytes]:
    return [line for line in (line.strip() for line in source.head.split(b"\n")) if line]


def _opens_json(lines: list[bytes], source: Source) -> bool:
    """Whether a file begins as JSON does; where it is called a table, one of its lines has to be an object."""
    return lines[0][:1] in b"{[" and (suffix_of(source.shown) not in _TABLE_NAMES or _any_object(lines))


def _holds_document(lines: list[bytes], head: bytes) -> bool:
    if lines[0][:1] == b"[":
        return not _lists_by_line(lines)
    if _is_whole(lines[0], dict):
        return len(lines) == 1 and place_of_rows(head) is not None
    if place_of_rows(head) is not None or _spans_lines(head):
        return True
    opens_document = len(lines) > 1 and not lines[0].endswith(b"}") and not lines[1].startswith(b"{")
    return opens_document and not _any_object(lines)


def _lists_by_line(lines: list[bytes]) -> bool:
    """Whether each line is a list that is no list of rows: a conversation, or a list where an object was expected."""
    if len(lines) < 2 or not _is_whole(lines[0], list):
        return False
    return _is_whole(lines[1], dict) or all(_is_whole(line, list) and _is_talk(line) for line in lines[:2])


def _is_talk(line: bytes) -> bool:
    return turns_in(orjson.loads(line), strings=True) is not None


def _spans_lines(head: bytes) -> bool:
    """Whether the first object is whole in several lines."""
    text = head.decode(errors="replace").lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return "\n" in text[:end]


def place_of_rows(head: bytes) -> int | None:
    """How many members stand before the first list of rows in an object such as {"version": 1, "data": [{…}, …]}.

    None where the document that begins with `head` is no such object: what has a response or a conversation among its
    members is a row itself, and so are its lists of tools and turns.
    """
    window = Window(io.StringIO(head.decode(errors="replace"), newline=""))
    if window.next_character() != "{":
        return None
    window.take()
    found: int | None = None
    for place in itertools.count():
        try:
            if window.next_character() != '"':
                return found
            name = plain_name(window.value())
            if window.next_character() != ":":
                return found
            window.take()
            window.next_character()
            rows = list_of_rows(window.text, window.at, name)
            if rows and found is None:
                found = place
            elif not rows and name in PARTS:
                return None
            window.value()
        except (CutOffError, FaultError):
            return found
        if window.next_character() != ",":
            return found
        window.take()
    return None


def list_of_rows(text: str, at: int, name: str) -> bool:
    """Whether rows stand in the list that begins here, under this name: no turns, tools or parts of a row."""
    opening = re.compile(r"\[[ \t\r\n]*(?=[{\[])").match(text, at)
    if not opening:
        return False
    try:
        first, _ = json.JSONDecoder().raw_decode(text, opening.end())
    except (ValueError, RecursionError):
        return name not in PARTS and text[opening.end()] == "{"  # longer than the head: a row with much in it
    if isinstance(first, list):
        return is_conversation(first)
    holds_talk = any(plain_name(each) in CONVERSATION for each in first)
    return not is_turn(first) and (holds_talk or name not in PARTS)


def as_object(value: Any, lists: bool) -> Any:
    """A list of turns as the object that holds them; anything else as it is.

    Args:
        lists: whether all rows are lists, so that texts in one are questions and answers by turns, unless they are
            names of columns.
    """
    if not isinstance(value, list):
        return value
    names = value and all(isinstance(each, str) and count_known([each]) for each in value)
    talks = is_conversation(value) or (lists and not names and turns_in(value, strings=True) is not None)
    return {"messages": value} if talks else value


def expanded(records: Iterator[Record | Rejection]) -> Iterator[Record | Rejection]:
    """The records of a file; one alone that is a whole table becomes its rows."""
    first, second = next(records, None), next(records, None)
    table = rows_in(first.fields) if isinstance(first, Record) and second is None else None
    if table is not None:
        yield from (Record(number, fields) for number, fields in enumerate(table, 1))
        return
    yield from (each for each in (first, second) if each is not None)
    yield from records


def rows_in(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of an object that is a whole table: columns of lists or objects, or rows by their numbers; else None."""
    cells = list(value.values())
    if not cells or not all(isinstance(cell, dict | list) and cell for cell in cells):
        return None
    if any(isinstance(cell, dict) and is_turn(cell) for cell in cells) or any(map(is_conversation, cells)):
        return None
    if count_known(value) < min(2, len(cells)):
        rows = all(isinstance(cell, dict) and count_known(cell) for cell in cells)
        return [dict(cell) for cell in cells] if rows else None
    keys = [range(len(cell)) if isinstance(cell, list) else cell.keys() for cell in cells]
    if any(list(each) != list(keys[0]) for each in keys) or (isinstance(cells[0], list) and len(cells[0]) < 2):
        return None
    return [{name: cell[key] for name, cell in value.items()} for key in keys[0]]


def _any_object(lines: list[bytes]) -> bool:
    """Whether one of the first lines is a whole object."""
    return any(line[:1] == b"{" and _is_whole(line, dict) for line in lines[:50])


def _is_whole(line: bytes, kind: type) -> bool:
    try:
        return isinstance(orjson.loads(line), kind)
    except orjson.JSONDecodeError:
        return False
