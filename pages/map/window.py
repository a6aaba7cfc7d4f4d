"""The part of the map that is looked at: told by the browser, and kept while figures come and go."""

import math
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from core.store.maps import Window
from pages.components.redrawn import redraw_part

_KEY, _SEEN, _DRAWN = "map window", "part of the map that is looked at", "part of the map with these points"
_component = st.components.v2.component("map_window", js=(Path(__file__).parent / "window.js").read_text("utf-8"))


def watch_window(part: str, map_id: str) -> None:
    """Have the browser tell which part is looked at; call it within a fragment of its own.

    Args:
        part: of the page, drawn anew where it has more points to show then.
    """
    _component(key=_KEY, height=1, on_window_change=lambda: _note(part, map_id))


def seen_window(map_id: str) -> Window | None:
    """The part of this map that is looked at; None for the whole."""
    known, window = st.session_state.get(_SEEN, ("", None))
    return window if known == map_id else None


def more_within(sampled: bool) -> None:
    """The map says whether it draws a sample, so that another part of it has other points."""
    st.session_state[_DRAWN] = sampled


def _note(part: str, map_id: str) -> None:
    told = (st.session_state.get(_KEY) or {}).get("window")
    st.session_state[_SEEN] = map_id, _window(told)
    if st.session_state.get(_DRAWN):
        redraw_part(part)


def _window(told: object) -> Window | None:
    """What the browser has told; None where that is no part."""
    ends = [each for axis in ("x", "y") for each in told.get(axis) or ()] if isinstance(told, Mapping) else []
    if len(ends) != 4 or not all(isinstance(each, int | float) and math.isfinite(each) for each in ends):
        return None
    x, to_x, y, to_y = map(float, ends)
    return (x, to_x, y, to_y) if x < to_x and y < to_y else None
