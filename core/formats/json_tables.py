"""The rows of a JSON object that is a whole table: columns of lists or objects, rows by their numbers and names."""

from collections.abc import Mapping
from typing import Any

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
from core.formats.guess import guess_columns
from core.formats.languages import is_by_language
from core.formats.record import Record
from core.formats.turn_lists import is_conversation, is_spoken, is_turn, turns_in

_HEADERS, _DATA = ("columns", "header", "headers", "column_names", "fields"), ("data", "rows", "values", "records")
_SEVERAL_TALKS = ("conversations", "dialogs", "dialogues", "chats")


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
    if count_known(value) < min(2, len(cells)) and not _are_numbered(value):
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


def _are_numbered(value: Mapping[str, Any]) -> bool:
    """Whether columns are objects of cells by the number of their row, as pandas writes them."""
    cells = list(value.values())
    if any(name.isdigit() for name in value) or not all(isinstance(cell, dict) for cell in cells):
        return False
    return all(key.isdigit() for key in cells[0]) and all(cell.keys() == cells[0].keys() for cell in cells)


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
