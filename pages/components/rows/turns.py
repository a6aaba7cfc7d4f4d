"""A row as turns: who says what, which tools are called, and the answer that was not chosen."""

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.rows.row import ASSISTANT, CALLS, SYSTEM, TOOL, USER, Message, Row, message_of
from pages.components.foreign_text import coded, plain
from pages.components.rows.row_text import code_block, row_text

_SPEAKERS = {USER: "User", ASSISTANT: "Assistant", SYSTEM: "System prompt", TOOL: "Tool result"}
_ICONS = {USER: "person", ASSISTANT: "smart_toy", SYSTEM: "settings", TOOL: "build", "rejected": "thumb_down"}
_TONES = {USER: "127,140,155", ASSISTANT: "15,110,132", SYSTEM: "122,106,0", TOOL: "51,34,136", "rejected": "213,94,0"}
_STYLE = "".join(
    f'[class*="st-key-turn_{name}_"] {{ border-left: 3px solid rgba({tone},0.75); background: rgba({tone},0.07); '
    "padding: 0.6rem 0.9rem 0.8rem; border-radius: 0 8px 8px 0; }"
    for name, tone in _TONES.items()
)


def row_turns(row: Row, words: Sequence[str] = (), raw: bool = False) -> None:
    """Draw all turns, what else stands in them, the rejected answer and the tools.

    Args:
        words: shown where they stand.
        raw: each text as it was kept.
    """
    st.html(f"<style>{_STYLE}</style>")
    if row.messages is None:
        pair = [("Instruction", USER, row.instruction), ("Input", USER, row.input), ("Response", ASSISTANT, row.output)]
        for number, (title, role, text) in enumerate(pair):
            if text or title != "Input":
                _turn(number, title, role, Message(role, text), words, raw)
        return
    for number, turn in enumerate(map(message_of, row.turns), 1):
        scored = " (scored)" if number == len(row.conversation) < len(row.turns) else ""
        _turn(number, _speaker(turn) + scored, turn.role, turn, words, raw)
    for number, turn in enumerate(map(message_of, row.rejected or ()), len(row.turns) + 1):
        title = "Rejected answer" if turn.role == ASSISTANT else f"Rejected: {_speaker(turn).lower()}"
        _turn(number, title, "rejected", turn, words, raw)
    if row.label is not None:
        st.caption(f"KTO label: {'desirable' if row.label else 'undesirable'}")
    if row.tools:
        st.markdown(":material/handyman: **Tools**")
        st.json(row.tools, expanded=False)


def laid_out(text: str) -> str | None:
    """JSON over several lines; None where it is none, or where more than its white space would change."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict | list):
        return None
    told = json.dumps(value, ensure_ascii=False, indent=2)
    return told if "".join(told.split()) == "".join(text.split()) else None


def _speaker(turn: Message) -> str:
    return _SPEAKERS.get(turn.role, turn.role.capitalize())


def _turn(number: int, title: str, look: str, turn: Message, words: Sequence[str], raw: bool) -> None:
    with st.container(key=f"turn_{look}_{number}", gap="small"):
        st.markdown(f":material/{_ICONS.get(look, 'chat')}: **{plain(title)}**")
        calls = _calls(turn)
        result = laid_out(turn.content) if turn.role == TOOL else None
        if raw:
            row_text(turn.text, words, raw)
        elif result is not None:
            code_block(result, "json", words)
        elif turn.content or not calls:
            row_text(turn.content, words)
        for call in () if raw else calls:
            _call(call, words)
        if others := {name: value for name, value in turn.keys.items() if name not in CALLS}:
            st.json(others, expanded=False)


def _calls(turn: Message) -> list[Any]:
    found = [turn.keys[name] for name in CALLS if name in turn.keys]
    return [call for each in found for call in (each if isinstance(each, list) else [each])]


def _call(call: Any, words: Sequence[str]) -> None:
    """The name of the tool and its arguments; what says more is shown as it is."""
    asked = _asked(call)
    if asked is None:
        st.markdown(":material/function: **Tool call**")
        code_block(json.dumps(call, ensure_ascii=False, indent=2), "json", words)
        return
    name, arguments = asked
    told = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False, indent=2)
    beside = f" · {plain(call['id'])}" if "id" in call else ""
    st.markdown(f":material/function: **Tool call** {coded(name)}{beside}")
    code_block(laid_out(told) or told, "json", words)


def _asked(call: Any) -> tuple[str, Any] | None:
    """Name and arguments of a tool call that says no more than these and its id."""
    match call:
        case {"function": {"name": str(name), "arguments": arguments, **more}, **beside}:
            beside |= more
        case {"name": str(name), "arguments": arguments, **beside}:
            pass
        case _:
            return None
    return None if beside.keys() - {"id", "type", "index"} else (name, arguments)
