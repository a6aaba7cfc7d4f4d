"""From a drag, click or lasso on a plot to a filter that every page knows."""

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.filters import Lasso
from pages.components.workspace import filters, set_filters


def plot_key(name: str) -> str:
    """A plot's key; it changes when filters are removed elsewhere, so that the plot forgets what was drawn on it."""
    return f"plot {name} {st.session_state.get('plot_generation', 0)}"


def choose_range(column: str, key: str, log: bool) -> None:
    """A callback: the dragged box or the clicked bar becomes the column's range; nothing chosen removes it."""
    selection = _selection(key)
    boxes, points = selection.get("box") or [], selection.get("points") or []
    if boxes:
        low, high = sorted(float(v) for v in boxes[0]["x"][:2])
        set_filters(filters().with_range(column, *((10**low, 10**high) if log else (low, high))))
    elif points:
        edges = [float(edge) for point in points for edge in point["customdata"][:2]]
        set_filters(filters().with_range(column, min(edges), max(edges)))
    else:
        set_filters(filters().without(column))


def choose_lasso(
    across: Sequence[str], up: Sequence[str], key: str, across_log: Sequence[bool], up_log: Sequence[bool]
) -> None:
    """A callback: a lasso or box on a plane of two columns becomes a filter.

    A plot has one plane or many: its axes `x`, `x2` … show the columns `across` in order, `y`, `y2` … those of `up`.
    """
    selection = _selection(key)
    drawn = [*(selection.get("lasso") or []), *(selection.get("box") or [])]
    if not drawn:
        return
    shape = drawn[0]
    xs, ys = [float(v) for v in shape["x"]], [float(v) for v in shape["y"]]
    if len(xs) == 2:  # a box gives two corners
        xs, ys = [xs[0], xs[1], xs[1], xs[0]], [ys[0], ys[0], ys[1], ys[1]]
    i, j = _axis_number(shape.get("xref", "x")), _axis_number(shape.get("yref", "y"))
    points = tuple((x, y) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y))
    if len(points) >= 3 and across[i] != up[j]:
        set_filters(filters().with_lasso(Lasso(across[i], up[j], points, across_log[i], up_log[j])))


def _axis_number(reference: str) -> int:
    return int(reference[1:] or 1) - 1


def _selection(key: str) -> dict[str, Any]:
    state = st.session_state.get(key)
    return dict(state["selection"]) if state else {}
