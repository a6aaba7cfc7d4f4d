"""Turns as messages: roles in one set of names, content as text, whatever else stands in a turn beside it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from core.formats.cells import CellFaultError, text_of
from core.formats.json_fault import is_missing
from core.formats.printed_python import decoded
from core.formats.roles import CALLERS, role_of, speaker_name
from core.formats.turn_lists import SAID, author_of, member, speaker_in
from core.rows.row import SYSTEM, TOOL, Message

_TEXT_KEYS = ("text", "content", "value", "input_text", "output_text", "full_text", "refusal")
# Parts of a turn that are no text but can be written as JSON; all others (images, sound, files) can't be scored.
_DATA_PARTS = frozenset(("tool_use", "tool_call", "tool_result", "function_call", "function_response"))
_SILENT_PARTS = frozenset(("thinking", "redacted_thinking", "reasoning", "reasoning_text", "summary_text"))
_DATA_KEYS = frozenset((  # of Gemini's and Bedrock's parts, which have no type
    "functionCall", "functionResponse", "function_call", "function_response", "toolUse", "toolResult",
))  # fmt: skip
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def messages_of(turns: Sequence[Mapping[str, Any]], column: str) -> list[Message]:
    """The turns with their roles in one set of names and their content as text; empty system turns fall away.

    Raises:
        CellFaultError: a role is not known, or a content is no text.
    """
    messages = []
    for number, turn in enumerate(turns, 1):
        speaker = author_of(turn[speaker_in(turn) or ""])
        role = role_of(speaker)
        if role is None:
            raise CellFaultError(
                f"Turn {number} in the column “{column}” has the unknown role “{str(speaker)[:40]}”.",
                "Use user, assistant, system or tool, or say whose name it is: user_role or assistant_role.",
            )
        message = _message(turn, role, speaker_name(speaker), f"{column}, turn {number}")
        if message.content or role != SYSTEM:
            messages.append(message)
    return messages


def content_of(said: Any, column: str) -> str:
    """Text, or parts of text as one text.

    Raises:
        CellFaultError: there is something else than text.
    """
    if isinstance(said, str):
        return text_of(said, column)
    if isinstance(said, Mapping):
        said = said.get("parts", [said])
    parts = isinstance(said, list) and all(isinstance(part, Mapping) for part in said)
    return _joined(said, column) if parts else text_of(said, column)


def is_only_text(said: Any) -> bool:
    """Whether text or parts of text hold nothing that `content_of` leaves out."""
    if isinstance(said, str) or not isinstance(said, Mapping | list):
        return True
    if isinstance(said, Mapping):
        within = said.get("parts")
        return is_only_text(within) if said.keys() <= {"role", "parts"} and within else _is_text_part([said])
    return _is_text_part(said)


def _message(turn: Mapping[str, Any], role: str, speaker: str, column: str) -> Message:
    name = member(turn, SAID)
    said = turn[name] if name else None
    if isinstance(said, Mapping) and isinstance(said.get("parts"), list):
        said = said["parts"]
    if role != TOOL and isinstance(said, Mapping) and _is_parts([said]):  # one part alone
        said = [said]
    keys = {key: value for key, value in turn.items() if key not in (speaker_in(turn), name)}
    if role == TOOL and isinstance(said, Mapping | list) and not _is_parts(said):
        content = json.dumps(json_values(said, column), ensure_ascii=False)
    elif isinstance(said, list):
        content = _joined(said, column)
        if len(said) > 1 or not _is_text_part(said):
            keys["parts"] = said
    else:
        content = text_of(said, column)
        if speaker in CALLERS and (calls := calls_in(decoded(content))) is not None:
            keys, content = keys | {"tool_calls": calls}, ""
    return Message(role, content, _as_json(keys, column))


def calls_in(found: Any) -> list[dict[str, Any]] | None:
    """Tool calls written as {"name": …, "arguments": …} or a list of them; None for anything else."""
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


def _is_parts(said: Any) -> bool:
    """Whether what a tool gave back is a list of parts, and no value of its own."""
    kinds = ("type", *_TEXT_KEYS, *_DATA_KEYS)
    return isinstance(said, list) and all(
        isinstance(part, str) or (isinstance(part, Mapping) and member(part, kinds) is not None) for part in said
    )


def _is_text_part(parts: Sequence[Any]) -> bool:
    keys = {"type", *_TEXT_KEYS}
    return all(isinstance(part, str) or (isinstance(part, Mapping) and part.keys() <= keys) for part in parts)


def _part(part: Any, column: str) -> str:
    if isinstance(part, Mapping):
        kind = str(part.get("type") or "text")
        if kind in _SILENT_PARTS:
            return ""
        if part.get("thought") is True or "reasoningContent" in part:
            return ""
        if kind in _DATA_PARTS or _DATA_KEYS & part.keys():
            return json.dumps(json_values(part, column), ensure_ascii=False)
        name = member(part, _TEXT_KEYS)
        if kind not in ("text", "input_text", "output_text", "refusal") or name is None:
            raise CellFaultError(
                f"The column “{column}” has a part of the kind “{_kind(part)[:40]}”, which is not text.",
                "Only text is supported: remove rows with images or audio.",
            )
        part = part[name]
    return text_of(part, column)


def _kind(part: Mapping[str, Any]) -> str:
    return str(part.get("type") or next(iter(part), "nothing"))
