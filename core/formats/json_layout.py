"""How rows stand in a file of JSON: one a line, or as a document that holds a list of them."""

import json
import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import orjson

from core.formats.column_names import (
    count_known,
    plain_name,
)
from core.formats.format import TABLE_NAMES, TEXT_NAMES, suffix_of
from core.formats.json_lists import first_list
from core.formats.json_tables import rows_in
from core.formats.printed_python import decoded
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source
from core.formats.turn_lists import is_conversation, is_spoken, turns_in

_JSON_NAMES = (".json", ".jsonl", ".ndjson")
_JSON = re.compile(rb'\s*[\[{]\s*["\[{\]}]')
_MOST_TURNS = 2_000  # of a file that is one conversation
_THREADS = ("conversation_id", "dialogue_id", "dialog_id", "thread_id", "session_id", "chat_id",
            "message_tree_id", "parent_id", "parent_message_id", "parent_uuid")  # fmt: skip
HEADER = object()  # a list of the names of columns, which is no row
Rows = Iterator[Record | Rejection]


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


def begins_as_json(head: bytes) -> bool:
    """Whether a text begins as JSON does, and not as `[INST]` or `[10:30]`."""
    return _JSON.match(head) is not None


def _lines(source: Source) -> list[bytes]:
    return [line for line in (line.strip(b" \t\r\x0b\x0c\x1e") for line in source.head.split(b"\n")) if line]


def _opens_json(lines: list[bytes], source: Source) -> bool:
    """Whether a file begins as JSON does; where it is called a table, one of its lines has to be an object."""
    if suffix_of(source.shown) in TEXT_NAMES and not begins_as_json(source.head):
        return False
    if suffix_of(source.shown) in _JSON_NAMES and lines[0].startswith(b'"{'):
        return True
    return lines[0][:1] in b"{[" and (suffix_of(source.shown) not in TABLE_NAMES or _any_object(lines))


def _holds_document(lines: list[bytes], head: bytes) -> bool:
    if lines[0][:1] == b"[":
        return not _lists_by_line(lines)
    if _is_whole(lines[0], dict):
        return len(lines) == 1 and first_list(head) is not None
    if first_list(head) is not None or _spans_lines(head):
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
    """Whether the first object is whole in several lines, or another follows it in its line."""
    text = head.decode(errors="replace").lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return "\n" in text[:end] or text[end:].lstrip(" \t\r,")[:1] == "{"


class ListRows:
    """Lists that stand for rows as the objects that they mean: turns, or cells under the names that came first."""

    def __init__(self, lists: bool) -> None:
        """`lists`: whether all rows are lists, so that texts in one are questions and answers by turns."""
        self._lists = lists
        self._names: list[str] | None = None
        self._is_first = True

    def as_object(self, value: Any) -> Any:
        """The row as an object; `HEADER` for the names; anything else as it is."""
        is_first, self._is_first = self._is_first, False
        if isinstance(value, str) and isinstance(within := decoded(value), dict):  # written as JSON twice
            return within
        if not isinstance(value, list):
            return value
        if is_first and self._lists and _are_names(value):
            self._names = value
            return HEADER
        if self._names is not None and len(value) == len(self._names):
            return dict(zip(self._names, value, strict=True))
        if is_spoken(value):
            return {"role": value[0], "content": value[1]}
        talks = is_conversation(value) or (self._lists and turns_in(value, strings=True) is not None)
        return {"messages": value} if talks and not _are_names(value) else value


def _are_names(value: list[Any]) -> bool:
    texts = len(value) > 1 and all(isinstance(each, str) for each in value)
    return texts and len(set(value)) == len(value) and count_known(value) >= 2


def joined_turns(rows: Generator[Record | Rejection, None, int | None]) -> Generator[Any, None, int | None]:
    """The rows of a list or file; where each of them is a turn, they are one conversation.

    Returns what `rows` returns.
    """
    held: list[Record] = []
    while True:
        try:
            row = next(rows)
        except StopIteration as end:
            turns = [each.fields for each in held]
            yield from [Record(held[0].number, {"messages": turns})] if len(held) > 1 else held
            return end.value
        if isinstance(row, Record) and len(held) < _MOST_TURNS and _is_loose_turn(row.fields):
            held.append(row)
            continue
        yield from held
        yield row
        return (yield from rows)


def _is_loose_turn(fields: Mapping[str, Any]) -> bool:
    """Whether a row is a turn, and says of no conversation that it belongs to."""
    return is_spoken(fields) and not any(plain_name(name) in _THREADS for name in fields)


def expanded(records: Rows) -> Rows:
    """The records of a file; one alone that is a whole table becomes its rows, and turns alone a conversation."""
    records = joined_turns(each for each in records)
    first, second = next(records, None), next(records, None)
    table = rows_in(first.fields) if isinstance(first, Record) and second is None else None
    if table is not None:
        yield from (Record(number, fields) for number, fields in enumerate(table, 1))
        return
    yield from (each for each in (first, second) if each is not None)
    yield from records


def _any_object(lines: list[bytes]) -> bool:
    """Whether one of the first lines is a whole object."""
    return any(line[:1] == b"{" and _is_whole(line, dict) for line in lines[:50])


def _is_whole(line: bytes, kind: type) -> bool:
    try:
        return isinstance(orjson.loads(line), kind)
    except orjson.JSONDecodeError:
        return False
