"""The turns of a conversation, as ShareGPT, OpenAI and their relatives write them."""

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from core.formats.cells import MAX_CELL_CHARACTERS, CellFaultError, text_of
from core.formats.json_fault import is_missing
from core.rows.row import ASSISTANT, SYSTEM, USER, Message

SHAREGPT, OPENAI = ("from", "value"), ("role", "content")
_SPEAKER, _SAID = ("role", "from", "speaker"), ("content", "value", "text")
_ROLES = {
    **dict.fromkeys(("user", "human", "prompter", "customer", "student"), USER),
    **dict.fromkeys(
        ("assistant", "gpt", "chatgpt", "gpt4", "gpt-4", "bard", "bing", "claude", "gemini", "model", "bot", "chatbot"),
        ASSISTANT,
    ),
    **dict.fromkeys(("ai", "function_call", "tool_call", "tool_calls"), ASSISTANT),
    **dict.fromkeys(("system", "developer"), SYSTEM),
    **dict.fromkeys(("tool", "function", "observation", "ipython", "tool_response", "function_response"), "tool"),
}


def is_turn(value: Any) -> bool:
    """Whether `value` is one turn: an object that says who speaks and what."""
    return isinstance(value, Mapping) and _member(value, _SPEAKER) is not None and _member(value, _SAID) is not None


def turns_in(cell: Any) -> list[Mapping[str, Any]] | None:
    """The raw turns in a cell: a list of them, columns of them, or either as JSON text. None where it has none."""
    if isinstance(cell, str):
        cell = _decoded(cell)
    if isinstance(cell, Mapping) and is_turn(cell):
        columns = {name: values for name, values in cell.items() if isinstance(values, Sequence)}
        speakers, said = columns.get(_member(columns, _SPEAKER) or ""), columns.get(_member(columns, _SAID) or "")
        if isinstance(speakers, str) or isinstance(said, str) or not speakers or len(speakers) != len(said or ()):
            return None
        return [{"role": speaker, "content": text} for speaker, text in zip(speakers, said or (), strict=True)]
    if isinstance(cell, list) and cell and all(is_turn(turn) for turn in cell):
        return cell
    return None


def messages_of(turns: Sequence[Mapping[str, Any]], column: str) -> list[Message]:
    """The turns with their roles in one set of names and their content as text; empty system turns fall away.

    Raises:
        CellFaultError: a role is not known, or a content is no text.
    """
    messages = []
    for number, turn in enumerate(turns, 1):
        speaker = turn[_member(turn, _SPEAKER) or ""]
        role = _ROLES.get(str(speaker).strip().lower())
        if role is None:
            raise CellFaultError(
                f"Turn {number} in the column “{column}” has the unknown role “{str(speaker)[:40]}”.",
                "Use user, assistant, system or tool.",
            )
        content = _content(turn, f"{column}, turn {number}")
        if content or role != SYSTEM:
            messages.append(Message(role, content))
    return messages


def _content(turn: Mapping[str, Any], column: str) -> str:
    said = turn[_member(turn, _SAID) or ""]
    if isinstance(said, list):
        return "\n".join(part for part in (_part(part, column) for part in said) if part)
    calls = turn.get("tool_calls") or turn.get("function_call")
    if is_missing(said) and calls:
        return text_of(_calls(calls), column)
    return text_of(said, column)


def _calls(calls: Any) -> str:
    try:
        return json.dumps(calls, ensure_ascii=False, sort_keys=True, default=str)
    except TypeError:  # names of several types, in a cell written by Python
        return str(calls)


def _part(part: Any, column: str) -> str:
    if isinstance(part, Mapping):
        if part.get("type", "text") not in ("text", "input_text", "output_text"):
            raise CellFaultError(
                f"The column “{column}” has a part of the kind “{str(part.get('type'))[:40]}”, which is not text.",
                "Only text is supported: remove rows with images or audio.",
            )
        part = part.get("text")
    return text_of(part, column)


def _member(turn: Mapping[str, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in turn), None)


def _decoded(text: str) -> Any:
    """The value of JSON text, or of a list as Python prints it and pandas writes it into CSV; None for neither."""
    start = text.lstrip()[:1]
    if start not in ("[", "{"):
        return None
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    if len(text) > MAX_CELL_CHARACTERS:  # parsing Python takes a hundred times its size in memory
        return None
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
