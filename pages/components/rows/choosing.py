"""From a lasso or a click on a plot to a filter that every page knows."""

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.rows.filters import Lasso, MapArea, Points
from pages.components.redrawn import redraw_parts
from pages.components.workspace import filters, set_filters


def plot_key(name: str) -> str:
    """A plot's key; it changes when filters are removed elsewhere, so that the plot forgets what was drawn on it."""
    return f"plot {name} {st.session_state.get('plot_generation', 0)}"


def choose_lasso(
    across: Sequence[str], up: Sequence[str], key: str, across_log: Sequence[bool], up_log: Sequence[bool]
) -> None:
    """A callback: a lasso or box on a plane of two columns becomes a filter.

    A plot has one plane or many: its axes `x`, `x2` … show the columns `across` in order, `y`, `y2` … those of `up`.
    """
    shape = _shape(_selection(key))
    if not shape:
        return
    points = _corners(shape)
    i, j = _axis_number(shape.get("xref", "x")), _axis_number(shape.get("yref", "y"))
    if len(points) >= 3 and across[i] != up[j]:
        set_filters(filters().with_lasso(Lasso(across[i], up[j], points, across_log[i], up_log[j])))
        redraw_parts()


def choose_area(map_id: str, key: str) -> tuple[int, int] | None:
    """A callback's part: a lasso or box on a map becomes a filter.

    Returns: dataset and row number of the point that was clicked instead, None where none was.
    """
    selection = _selection(key)
    shape, points = _shape(selection), selection.get("points") or []
    if shape:
        corners = _corners(shape)
        if len(corners) >= 3:
            set_filters(filters().with_area(MapArea(map_id, corners)))
            forget_drawn()
            redraw_parts()
    elif points and points[0].get("customdata"):
        return int(points[0]["customdata"][0]), int(points[0]["customdata"][1])
    return None


def forget_drawn() -> None:
    """Let every plot forget what was drawn on it: the filters say what is chosen."""
    st.session_state["plot_generation"] = st.session_state.get("plot_generation", 0) + 1


def _shape(selection: dict[str, Any]) -> dict[str, Any]:
    """The lasso or box that was drawn, empty where none was."""
    drawn = [*(selection.get("lasso") or []), *(selection.get("box") or [])]
    return dict(drawn[0]) if drawn else {}


def _corners(shape: dict[str, Any]) -> Points:
    """The polygon of a lasso or box."""
    xs, ys = [float(v) for v in shape["x"]], [float(v) for v in shape["y"]]
    if len(xs) == 2:  # a box gives two corners
        xs, ys = [xs[0], xs[1], xs[1], xs[0]], [ys[0], ys[0], ys[1], ys[1]]
    return tuple((x, y) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y))


def _axis_number(reference: str) -> int:
    return int(reference[1:] or 1) - 1


def _selection(key: str) -> dict[str, Any]:
    state = st.session_state.get(key)
    return dict(state["selection"]) if state else {}
