"""How rows stand in a file of JSON: one a line, or as a document that holds a list of them."""

import json
import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import orjson

from core.formats.column_names import (
    CONVERSATION,
    HISTORY,
    IN_ANSWER,
    INPUT,
    INSTRUCTION,
    OUTPUT,
    PARTS,
    count_known,
    first_of,
    plain_name,
)
from core.formats.format import TABLE_NAMES, TEXT_NAMES, suffix_of
from core.formats.guess import guess_columns
from core.formats.json_lists import first_list
from core.formats.languages import is_by_language
from core.formats.printed_python import decoded
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source
from core.formats.turn_lists import is_conversation, is_spoken, is_turn, turns_in

_JSON_NAMES = (".json", ".jsonl", ".ndjson")
_JSON = re.compile(rb'\s*[\[{]\s*["\[{\]}]')
_MOST_TURNS = 2_000  # of a file that is one conversation
_THREADS = ("conversation_id", "dialogue_id", "dialog_id", "thread_id", "session_id", "chat_id",
            "message_tree_id", "parent_id", "parent_message_id", "parent_uuid")  # fmt: skip
_HEADERS, _DATA = ("columns", "header", "headers", "column_names", "fields"), ("data", "rows", "values", "records")
_SEVERAL_TALKS = ("conversations", "dialogs", "dialogues", "chats")
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


def rows_in(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of an object that is a whole table: columns of lists or objects, or rows by their numbers; else None."""
    found = (_lists_beside_values, _pairs_alone, _conversations_as_lists, _answers_by_question)
    if (table := next((rows for each in found if (rows := each(value)) is not None), None)) is not None:
        return table
    cells = list(value.values())
    if (table := _list_beside_texts(value) or _split_table(value)) is not None:
        return table
    if not cells or not all(isinstance(cell, dict | list) and cell for cell in cells):
        return None
    if len(cells) > 1 and all(map(is_conversation, cells)) and not any(map(_is_part, value)):
        return [{"messages": cell} for cell in cells]
    if any(isinstance(cell, dict) and is_turn(cell) for cell in cells) or any(_talks(*each) for each in value.items()):
        return None
    if count_known(value) < min(2, len(cells)):
        shared = {name for cell in cells[:1] if isinstance(cell, dict) for name in cell}
        known = all(isinstance(cell, dict) and count_known(shared & cell.keys()) for cell in cells)
        numbered = all(name.isdigit() and isinstance(cell, dict) for name, cell in value.items())
        known = known or (numbered and guess_columns([Record(1, dict(cells[0]))]) is not None)
        return [dict(cell) for cell in cells] if known else None
    keys = [range(len(cell)) if isinstance(cell, list) else cell.keys() for cell in cells]
    if any(list(each) != list(keys[0]) for each in keys):
        return None
    objects = [cell for cell in cells if isinstance(cell, dict)]
    if any(is_by_language(cell) or not cell.keys().isdisjoint(IN_ANSWER) for cell in objects):  # say more of a text
        return None
    if isinstance(cells[0], list) and len(cells[0]) < 2 and not all(isinstance(cell[0], str) for cell in cells):
        return None
    return [{name: cell[key] for name, cell in value.items()} for key in keys[0]]


def _lists_beside_values(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of columns that are lists of texts, beside values that hold for all of them; else None."""
    lists = {name: cell for name, cell in value.items() if isinstance(cell, list)}
    others = {name: cell for name, cell in value.items() if name not in lists}
    texts = [cell for cell in lists.values() if all(isinstance(each, str) for each in cell)]
    asked_and_said = first_of((*INSTRUCTION, *INPUT), lists) and first_of(OUTPUT, lists)
    if not others or not asked_and_said or len(texts) < len(lists) or len({len(cell) for cell in texts}) != 1:
        return None
    if len(texts[0]) < 2 or any(isinstance(cell, dict) for cell in others.values()):
        return None
    return [{**others, **{name: cell[place] for name, cell in lists.items()}} for place in range(len(texts[0]))]


def _pairs_alone(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of an object that holds nothing but a list of questions with their answers, under no name of turns."""
    name, cell = next(iter(value.items()), ("", None))
    if len(value) != 1 or not isinstance(cell, list) or len(cell) < 2 or plain_name(name) in (*CONVERSATION, *HISTORY):
        return None
    pairs = all(isinstance(each, list) and len(each) == 2 and all(isinstance(t, str) for t in each) for each in cell)
    return [{"messages": each} for each in cell] if pairs else None


def _conversations_as_lists(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of ChatterBot's form: conversations that are lists of texts, beside their categories."""
    cell = next((each for name, each in value.items() if plain_name(name) in _SEVERAL_TALKS), None)
    if not isinstance(cell, list) or not all(isinstance(each, list) and len(each) > 1 for each in cell):
        return None
    if not all(isinstance(text, str) for each in cell for text in each):
        return None
    if "categories" not in value and all(len(each) == 2 for each in cell):  # one conversation in pairs
        return None
    beside = {name: each for name, each in value.items() if each is not cell}
    return [{**beside, "messages": each} for each in cell]


def _answers_by_question(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of an object whose names are questions, in words and mostly with a question mark."""
    texts = len(value) > 1 and all(isinstance(cell, str) for cell in value.values())
    if not texts or 2 * sum(name.rstrip().endswith(("?", "？", "؟")) for name in value) <= len(value):
        return None
    return [{"question": name, "answer": cell} for name, cell in value.items()]


def _talks(name: str, cell: Any) -> bool:
    return turns_in(cell, strings=plain_name(name) in CONVERSATION) is not None


def _is_part(name: str) -> bool:
    """Whether a list of turns under this name is one of several in a row."""
    return plain_name(name) in PARTS or any(each in plain_name(name) for each in CONVERSATION)


def _list_beside_texts(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of a list in an object that has no part of a row itself, and much text before the list."""
    lists = {name: cell for name, cell in value.items() if isinstance(cell, list) and all(map(_is_row, cell))}
    if len(lists) != 1 or len(value) < 2 or any(plain_name(name) in (*PARTS, *INSTRUCTION) for name in value):
        return None
    (rows,) = lists.values()
    return rows or None


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and not is_spoken(value) and count_known(value) > 1


def _split_table(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of pandas' {"columns": […], "index": […], "data": [[…], …]}, or under names like these."""
    names = next((value[name] for name in _HEADERS if name in value), None)
    rows = next((value[name] for name in _DATA if name in value), None)
    if not isinstance(names, list) or not isinstance(rows, list) or not all(isinstance(each, str) for each in names):
        return None
    if not rows or not all(isinstance(each, list) and len(each) == len(names) for each in rows):
        return None
    return [dict(zip(names, each, strict=True)) for each in rows]


def _any_object(lines: list[bytes]) -> bool:
    """Whether one of the first lines is a whole object."""
    return any(line[:1] == b"{" and _is_whole(line, dict) for line in lines[:50])


def _is_whole(line: bytes, kind: type) -> bool:
    try:
        return isinstance(orjson.loads(line), kind)
    except orjson.JSONDecodeError:
        return False
