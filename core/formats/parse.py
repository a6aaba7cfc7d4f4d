"""From a record to a row, or to the reason why it can't be one."""

import json
import math
from collections.abc import Mapping
from typing import Any

import orjson

from core.formats.cells import MAX_CELL_CHARACTERS, CellFaultError, text_of
from core.formats.columns import ColumnMap
from core.formats.json_fault import DEEP, is_missing
from core.formats.record import Record
from core.formats.rejection import Rejection, excerpt
from core.formats.turns import messages_of, turns_in
from core.rows.row import ASSISTANT, SYSTEM, USER, Message, Row, row_from_messages

_MAX_DEPTH = 250
__all__ = ["MAX_CELL_CHARACTERS", "to_row"]


def to_row(record: Record, columns: ColumnMap, file_name: str) -> Row | Rejection:
    """The row that a record stands for. Columns that `columns` does not name are kept in `Row.extra`.

    Args:
        record: as read.
        columns: which column means what.
        file_name: for the rejection.
    """
    try:
        if columns.layout != "pair" and not is_missing(record.fields.get(columns.conversation)):
            return _from_conversation(record.fields, columns)
        if columns.instruction and columns.output:
            return _from_pair(record.fields, columns)
        raise _missing(record.fields, columns.conversation or columns.instruction)
    except CellFaultError as fault:
        told = fault.told
    except RecursionError:
        told = DEEP
    return Rejection(file_name, record.number, *told, _shown(record.fields))


def _from_pair(fields: Mapping[str, Any], columns: ColumnMap) -> Row:
    for column in (columns.instruction, columns.output):
        if column not in fields:
            raise _missing(fields, column)
    before = _before(fields, columns)
    asked = turns_in(fields[columns.instruction]) if isinstance(fields[columns.instruction], list | dict) else None
    if asked:
        return _from_turn_lists(asked, fields, columns, before)
    instruction = text_of(fields[columns.instruction], columns.instruction)
    given = text_of(fields.get(columns.input), columns.input) if columns.input else ""
    output = text_of(fields[columns.output], columns.output)
    if not instruction:
        raise _empty("instruction", columns.instruction)
    if not output:
        raise _empty("response", columns.output)
    if len(instruction) + len(given) > MAX_CELL_CHARACTERS:
        raise CellFaultError(
            f"Instruction and input have {len(instruction) + len(given):,} characters together (maximum "
            f"{MAX_CELL_CHARACTERS:,}).",
            "Shorten them, or remove the row.",
        )
    extra = _extra(fields, columns)
    if not before:
        return Row(instruction, given, output, extra=extra)
    prompt = Row(instruction, given, output).prompt
    return row_from_messages([*before, Message(USER, prompt), Message(ASSISTANT, output)], extra)


def _from_turn_lists(asked: Any, fields: Mapping[str, Any], columns: ColumnMap, before: list[Message]) -> Row:
    """A prompt that is a list of turns, and a completion that is one too or plain text (TRL's conversational form)."""
    answered = turns_in(fields[columns.output])
    messages = before + messages_of(asked, columns.instruction)
    if answered:
        messages += messages_of(answered, columns.output)
    else:
        messages.append(Message(ASSISTANT, text_of(fields[columns.output], columns.output)))
    return _from_messages(messages, columns.output, _extra(fields, columns))


def _from_conversation(fields: Mapping[str, Any], columns: ColumnMap) -> Row:
    turns = turns_in(fields[columns.conversation])
    if turns is None:
        raise CellFaultError(
            f"The column “{columns.conversation}” is not a list of turns.",
            'Write it as [{"role": "user", "content": …}, {"role": "assistant", "content": …}].',
        )
    messages = messages_of(turns, columns.conversation)
    if columns.system and not any(message.role == SYSTEM for message in messages[:1]):
        messages = [*_system(fields, columns), *messages]
    return _from_messages(messages, columns.conversation, _extra(fields, columns))


def _from_messages(messages: list[Message], column: str, extra: str | None) -> Row:
    try:
        row = row_from_messages(messages, extra)
    except ValueError as error:
        raise CellFaultError(
            f"In the column “{column}” {error}.", "Each conversation needs a user turn followed by an assistant turn."
        ) from error
    if not row.output:
        raise _empty("response (the last assistant turn)", column)
    if not any(turn.content for turn in row.conversation if turn.role == USER):
        raise _empty("question", column)
    return row


def _before(fields: Mapping[str, Any], columns: ColumnMap) -> list[Message]:
    return [*_system(fields, columns), *_history(fields, columns)]


def _system(fields: Mapping[str, Any], columns: ColumnMap) -> list[Message]:
    text = text_of(fields.get(columns.system), columns.system) if columns.system else ""
    return [Message(SYSTEM, text)] if text else []


def _history(fields: Mapping[str, Any], columns: ColumnMap) -> list[Message]:
    cell = fields.get(columns.history) if columns.history else None
    if isinstance(cell, str) and cell.strip():
        try:
            cell = orjson.loads(cell)
        except orjson.JSONDecodeError:
            cell = "not a list"
    if is_missing(cell) or cell == []:
        return []
    if not isinstance(cell, list) or not all(isinstance(turn, list | tuple) and len(turn) == 2 for turn in cell):
        raise CellFaultError(
            f"The column “{columns.history}” is not a list of [question, answer] pairs.",
            "Write it as [[question, answer], …], or choose no history column.",
        )
    turns = [text_of(text, columns.history) for turn in cell for text in turn]
    return [Message(ASSISTANT if place % 2 else USER, text) for place, text in enumerate(turns)]


def _extra(fields: Mapping[str, Any], columns: ColumnMap) -> str | None:
    """The other columns as JSON with sorted names, without those that are missing or hold bytes."""
    used = columns.used
    if used.issuperset(fields):
        return None
    others = {
        name: value
        for name, value in fields.items()
        if name not in used and not is_missing(value) and not isinstance(value, bytes)
    }
    if not others:
        return None
    try:
        return orjson.dumps(others, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=_plain).decode()
    except (orjson.JSONEncodeError, UnicodeError):
        return _slow_json(others)


def _slow_json(others: Mapping[str, Any]) -> str:
    """For what the fast writer refuses: whole numbers over 64 bits, lone surrogates.

    Raises:
        RecursionError: nested deeper than every later reader can follow.
    """
    if _deeper_than(others, _MAX_DEPTH):
        raise RecursionError
    text = json.dumps(others, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text_of(text, ", ".join(others))


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        values = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [inner for each in values for inner in each]
    return bool(level)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return str(value)


def _missing(fields: Mapping[str, Any], column: str) -> CellFaultError:
    if column in fields:
        return _empty("conversation", column)
    there = ", ".join(f"“{str(name)[:40]}”" for name in list(fields)[:10]) or "none"
    return CellFaultError(
        f"There is no column “{column}”; the row has: {there}.",
        "Choose other columns, or rename this row's columns.",
    )


def _empty(part: str, column: str) -> CellFaultError:
    return CellFaultError(f"The {part} is empty (column “{column}”).", "Fill it in, or remove the row.")


def _shown(fields: Mapping[str, Any]) -> str:
    """The beginning of a record, without writing out a cell of megabytes."""
    pieces = []
    for name, value in list(fields.items())[:5]:
        try:
            text = value[:200] if isinstance(value, str | bytes) else repr(value)
        except RecursionError:
            text = "…"
        pieces.append(f"{name}: {str(text)[:200]}")
    return excerpt("; ".join(pieces))
