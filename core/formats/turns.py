"""The turns of a conversation, as ShareGPT, OpenAI, Anthropic, Gemini and their relatives write them."""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from core.formats.cells import MAX_CELL_CHARACTERS, CellFaultError, text_of
from core.formats.json_fault import is_missing
from core.formats.marked_text import turns_of_text
from core.rows.row import ASSISTANT, CALLS, SYSTEM, TOOL, USER, Message

SHAREGPT, OPENAI = ("from", "value"), ("role", "content")
_SPEAKER, _SAID = ("role", "from", "speaker", "sender"), ("content", "value", "text", "parts")
_ROLES = {
    **dict.fromkeys(("user", "human", "prompter", "customer", "student"), USER),
    **dict.fromkeys(
        ("assistant", "gpt", "chatgpt", "gpt4", "gpt-4", "bard", "bing", "claude", "gemini", "model", "bot", "chatbot"),
        ASSISTANT,
    ),
    **dict.fromkeys(("ai", "function_call", "tool_call", "tool_calls"), ASSISTANT),
    **dict.fromkeys(("system", "developer"), SYSTEM),
    **dict.fromkeys(("tool", "function", "observation", "ipython", "tool_response", "function_response"), TOOL),
}
_CALLERS = ("function_call", "tool_call", "tool_calls")
_ASKED = ("instruction", "input", "question", "human", "user", "prompt", "query", "q")
_ANSWERED = ("output", "answer", "assistant", "response", "gpt", "bot", "moss", "completion", "a")
_TEXT_KEYS = ("text", "content", "value", "input_text", "output_text")
# Parts of a turn that are no text but can be written as JSON; all others (images, sound, files) can't be scored.
_DATA_PARTS = frozenset(("tool_use", "tool_call", "tool_result", "function_call", "function_response"))
_SILENT_PARTS = frozenset(("thinking", "redacted_thinking", "reasoning"))
_GEMINI_PARTS = frozenset(("functionCall", "functionResponse", "function_call", "function_response"))
_BETWEEN_OBJECTS = re.compile(r"\}[^\S\n]*\n\s*\{")  # numpy prints no commas
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def is_turn(value: Any) -> bool:
    """Whether `value` is one turn: an object that says who speaks and what, or which tools are called."""
    if not isinstance(value, Mapping) or _member(value, _SPEAKER) is None:
        return False
    return _member(value, (*_SAID, *CALLS)) is not None


def is_conversation(value: Any) -> bool:
    """Whether `value` is a list of turns."""
    return isinstance(value, list) and bool(value) and all(is_turn(turn) for turn in value)


def turns_in(cell: Any, strings: bool = False) -> list[Mapping[str, Any]] | None:
    """The raw turns in a cell; None where it has none.

    They are a list of them, columns of them, questions with their answers, or any of these as text in JSON or as Python
    prints it; or one text with markers between the turns.

    Args:
        strings: whether a list of texts is questions and answers by turns.
    """
    if isinstance(cell, str):
        value = decoded(cell)
        return turns_of_text(cell) if value is None else turns_in(value, strings)
    if isinstance(cell, Mapping):
        return _columns_of_turns(cell) if is_turn(cell) else _numbered_turns(cell)
    if not isinstance(cell, list) or not cell:
        return None
    if all(is_turn(turn) for turn in cell):
        return cell
    if all(_is_pair(turn) for turn in cell):
        return [each for turn in cell for each in _turns_of_pair(turn)]
    if all(isinstance(turn, list | tuple) and len(turn) == 2 and _texts(turn) for turn in cell):
        return _by_turns([text for turn in cell for text in turn])
    if strings and len(cell) > 1 and _texts(cell):
        return _by_turns(cell)
    return None


def _texts(cell: Sequence[Any]) -> bool:
    return all(isinstance(each, str) for each in cell)


def _by_turns(texts: Sequence[str]) -> list[Mapping[str, Any]]:
    return [{"role": ASSISTANT if place % 2 else USER, "content": text} for place, text in enumerate(texts)]


def _columns_of_turns(cell: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    columns = {name: values for name, values in cell.items() if isinstance(values, Sequence)}
    speakers, said = columns.get(_member(columns, _SPEAKER) or ""), columns.get(_member(columns, _SAID) or "")
    if isinstance(speakers, str) or isinstance(said, str) or not speakers or len(speakers) != len(said or ()):
        return None
    return [{"role": speaker, "content": text} for speaker, text in zip(speakers, said or (), strict=True)]


def _numbered_turns(cell: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """MOSS: {"turn_1": {"Human": …, "MOSS": …}, …}."""
    if not cell or not all(str(name).startswith("turn") and _is_pair(turn) for name, turn in cell.items()):
        return None
    return [each for turn in cell.values() for each in _turns_of_pair(turn)]


def _is_pair(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    plain = {str(name).lower(): each for name, each in value.items()}
    asked, answered = _member(plain, _ASKED), _member(plain, _ANSWERED)
    return asked is not None and answered is not None and _texts([plain[asked] or "", plain[answered] or ""])


def _turns_of_pair(pair: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    plain = {str(name).lower(): each for name, each in pair.items()}
    asked, answered = _member(plain, _ASKED) or "", _member(plain, _ANSWERED) or ""
    system = plain.get("system")
    turns: list[Mapping[str, Any]] = [{"role": SYSTEM, "content": system}] if system and _texts([system]) else []
    return [*turns, {"role": USER, "content": plain[asked]}, {"role": ASSISTANT, "content": plain[answered]}]


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
        message = _message(turn, role, str(speaker).strip().lower(), f"{column}, turn {number}")
        if message.content or role != SYSTEM:
            messages.append(message)
    return messages


def content_of(said: Any, column: str) -> str:
    """Text, or parts of text as one text.

    Raises:
        CellFaultError: there is something else than text.
    """
    if isinstance(said, Mapping):
        said = said.get("parts", [said])
    parts = isinstance(said, list) and all(isinstance(part, Mapping) for part in said)
    return _joined(said, column) if parts else text_of(said, column)


def _message(turn: Mapping[str, Any], role: str, speaker: str, column: str) -> Message:
    name = _member(turn, _SAID)
    said = turn[name] if name else None
    keys = {key: value for key, value in turn.items() if key not in (_member(turn, _SPEAKER), name)}
    if isinstance(said, list):
        content = _joined(said, column)
        if len(said) > 1 or not _is_text_part(said):
            keys["parts"] = said
    else:
        content = text_of(said, column)
        if speaker in _CALLERS and (calls := _called(content)) is not None:
            keys, content = keys | {"tool_calls": calls}, ""
    return Message(role, content, _as_json(keys, column))


def _called(text: str) -> list[dict[str, Any]] | None:
    """The tool calls of a ShareGPT turn, {"name": …, "arguments": …} or a list of them; None where it has others."""
    found = decoded(text)
    calls = found if isinstance(found, list) else [found]
    if not calls or not all(isinstance(each, dict) and each.keys() == {"name", "arguments"} for each in calls):
        return None
    return [{"type": "function", "function": each} for each in calls]


def _as_json(keys: Mapping[str, Any], column: str) -> dict[str, Any]:
    """The keys that hold something, as JSON values.

    Raises:
        CellFaultError: a text of them can't be kept.
    """
    kept = {str(name): value for name, value in keys.items() if value not in _EMPTY and not is_missing(value)}
    if not kept:
        return {}
    return dict(json_values(kept, column))


def json_values(value: Any, column: str) -> Any:
    """A value as JSON has it: names in order, and as text what JSON has not.

    Raises:
        CellFaultError: a text in it can't be kept.
    """
    try:
        return orjson.loads(orjson.dumps(value, default=str, option=_OPTIONS))
    except (orjson.JSONEncodeError, UnicodeError):  # whole numbers over 64 bits, lone surrogates
        return json.loads(text_of(json.dumps(value, ensure_ascii=False, default=str), column))


def _joined(parts: Sequence[Any], column: str) -> str:
    return "\n".join(part for part in (_part(part, column) for part in parts) if part)


def _is_text_part(parts: Sequence[Any]) -> bool:
    return all(isinstance(part, str) or part.keys() <= {"type", *_TEXT_KEYS} for part in parts)


def _part(part: Any, column: str) -> str:
    if isinstance(part, Mapping):
        kind = str(part.get("type") or "text")
        if kind in _SILENT_PARTS:
            return ""
        if kind in _DATA_PARTS or _GEMINI_PARTS & part.keys():
            return json.dumps(json_values(part, column), ensure_ascii=False)
        name = _member(part, _TEXT_KEYS)
        if kind not in ("text", "input_text", "output_text") or name is None:
            raise CellFaultError(
                f"The column “{column}” has a part of the kind “{_kind(part)[:40]}”, which is not text.",
                "Only text is supported: remove rows with images or audio.",
            )
        part = part[name]
    return text_of(part, column)


def _kind(part: Mapping[str, Any]) -> str:
    return str(part.get("type") or next(iter(part), "nothing"))


def _member(turn: Mapping[str, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in turn), None)


def decoded(text: str) -> Any:
    """The value of JSON text, or of a list as Python or numpy prints it and pandas writes it into CSV; else None."""
    start = text.lstrip()[:1]
    if start not in ("[", "{"):
        return None
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    if len(text) > MAX_CELL_CHARACTERS:  # parsing Python takes a hundred times its size in memory
        return None
    for written in (text, _BETWEEN_OBJECTS.sub("}, {", text)):
        try:
            return ast.literal_eval(written.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    return None
