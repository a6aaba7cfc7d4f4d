"""How rows stand in a file of JSON: one a line, or as a document that holds a list of them."""

import io
import itertools
import json
import re

import orjson

from core.formats.column_names import OUTPUT, plain_name
from core.formats.format import suffix_of
from core.formats.json_window import CutOffError, FaultError, Window
from core.formats.source import Source
from core.formats.turns import is_turn

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
        return not (len(lines) > 1 and _is_whole(lines[0], list) and _is_whole(lines[1], dict))
    holds_rows = place_of_rows(head) is not None
    if _is_whole(lines[0], dict):
        return holds_rows and len(lines) == 1
    if holds_rows:
        return True
    opens_document = len(lines) > 1 and not lines[0].endswith(b"}") and not lines[1].startswith(b"{")
    return opens_document and not _any_object(lines)


def place_of_rows(head: bytes) -> int | None:
    """How many members stand before the list of rows in an object such as {"version": 1, "data": [{…}, …]}.

    None where the document that begins with `head` is no such object. A list of turns is a conversation, so a row; and
    an object that has a response before its list is a row itself.
    """
    window = Window(io.StringIO(head.decode(errors="replace"), newline=""))
    if window.next_character() != "{":
        return None
    window.take()
    for place in itertools.count():
        try:
            if window.next_character() != '"' or plain_name(window.value()) in OUTPUT:
                return None
            if window.next_character() != ":":
                return None
            window.take()
            window.next_character()
            if _list_of_rows(window.text, window.at):
                return place
            window.value()
        except (CutOffError, FaultError):
            return None
        if window.next_character() != ",":
            return None
        window.take()
    return None


def _list_of_rows(text: str, at: int) -> bool:
    opening = re.compile(r"\[[ \t\r\n]*(?=\{)").match(text, at)
    if not opening:
        return False
    try:
        first, _ = json.JSONDecoder().raw_decode(text, opening.end())
    except (ValueError, RecursionError):
        return True  # longer than the head: no turn, but a row with much in it
    return not is_turn(first)


def _any_object(lines: list[bytes]) -> bool:
    """Whether one of the first lines is a whole object."""
    return any(line[:1] == b"{" and _is_whole(line, dict) for line in lines[:50])


def _is_whole(line: bytes, kind: type) -> bool:
    try:
        return isinstance(orjson.loads(line), kind)
    except orjson.JSONDecodeError:
        return False
