"""OpenAI's Harmony, the template of gpt-oss: turns with channels, of which the final one is said.

Source: OpenAI's harmony response format. What stands in `analysis` is the reasoning of the turn that follows; a message
that goes `to` a function is a call, and one that a function sends its result.
"""

import re
from collections.abc import Mapping
from typing import Any

from core.formats.printed_python import decoded
from core.rows.row import ASSISTANT, TOOL, USER

_START, _OPENED, _CHANNEL = "<|start|>", f"<|start|>{ASSISTANT}", "<|channel|>"
_MESSAGE = re.compile(
    r"<\|start\|>(?P<who>[^<\s]+)(?P<to>[^<]*)(?:<\|channel\|>(?P<channel>\w+)(?P<to_later>[^<]*))?"
    r"(?:<\|constrain\|>[^<]*)?<\|message\|>(?P<said>.*?)(?:<\|end\|>|<\|return\|>|<\|call\|>|(?=<\|start\|>)|\Z)",
    re.DOTALL,
)
_TO = re.compile(r"to=(?:functions\.)?(\S+)")


def harmony_turns(text: str) -> list[Mapping[str, Any]]:
    """The turns of a text in this template, reasoning as turns of its own; none where it is another."""
    text = text.strip()
    return [_turn(each) for each in _MESSAGE.finditer(text)] if text.startswith(_START) else []


def harmony_question(text: str) -> list[Mapping[str, Any]]:
    """The turns of a text in this template which ends where the assistant is to speak; none of any other."""
    turns = harmony_turns(text) if text.rstrip().endswith(_OPENED) else []
    return turns if any(turn["role"] == USER for turn in turns) else []


def harmony_answer(text: str) -> list[Mapping[str, Any]]:
    """The turns of an answer that goes on where such a text ends; none of any other."""
    return harmony_turns(_OPENED + text.lstrip()) if text.lstrip().startswith(_CHANNEL) else []


def _turn(message: re.Match[str]) -> Mapping[str, Any]:
    who, said, channel = message["who"], message["said"].strip(), message["channel"] or ""
    if who.startswith("functions."):
        return {"role": TOOL, "name": who.removeprefix("functions."), "content": said}
    called = _TO.search(f"{message['to']} {message['to_later'] or ''}")
    if who == ASSISTANT and called:
        arguments: Any = decoded(said)
        function = {"name": called[1], "arguments": said if arguments is None else arguments}
        return {"role": ASSISTANT, "content": None, "tool_calls": [{"type": "function", "function": function}]}
    if channel == "analysis":
        return {"role": ASSISTANT, "reasoning": said}
    beside = {"channel": channel} if channel not in ("", "final") else {}
    return {"role": who, "content": said, **beside}
