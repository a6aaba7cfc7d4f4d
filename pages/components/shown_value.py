"""Widgets that show what a setting holds, and keep what the user makes of it."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

Takes = Literal["value", "default"] | Sequence[Any]


def tied(
    key: str, value: Any, keep: Callable[[Any], None], takes: Takes = "value", then: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Arguments that tie a widget to a setting: its key, the value as its own default, a callback that keeps changes.

    On a busy computer a user is faster than the page. So the value is never written into a widget that is on screen:
    the browser may receive it after something else was typed, and would take that back. And a callback that the next
    change broke off before it could keep anything is made up for here. Where the value has changed by other means (a
    preset, another window), the widget is replaced: its key gets a new number.

    Args:
        keep: told what the user has chosen; where it refuses, the widget shows the setting's value again.
        then: done last, after a change by the user.
        takes: the widget's argument for the value, `value` or `default`; its options, where that is their `index`.
    """
    counted, settled = f"{key} replaced", f"{key} settled"
    number = st.session_state.get(counted, 0)
    chosen = st.session_state.get(_key(key, number), value)
    if chosen != value:
        if chosen != st.session_state.get(settled):
            _keep(_key(key, number), settled, keep)
            st.rerun()
        number += 1
        st.session_state[counted] = number
    st.session_state[settled] = value
    shown = {takes: value} if isinstance(takes, str) else {"index": takes.index(value) if value in takes else None}
    named = _key(key, number)
    return {"key": named, "on_change": _keep, "args": (named, settled, keep, then), **shown}


def _keep(key: str, settled: str, keep: Callable[[Any], None], then: Callable[[], None] | None = None) -> None:
    if key not in st.session_state:  # the browser has gone back to a page: what it told of the one it left is gone
        return
    chosen = st.session_state[key]
    keep(chosen)
    st.session_state[settled] = chosen
    if then is not None:
        then()


def _key(key: str, number: int) -> str:
    return f"{key} {number}" if number else key
