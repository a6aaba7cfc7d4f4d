"""The map of the rows with its choice of colour; a lasso or box becomes a filter, a click opens the row."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.embeddings.projection import NEIGHBOURS, PCA_NAME
from core.humanize import counted
from core.store import StoredMap
from pages.components.foreign_text import plain
from pages.components.rows.choosing import choose_area, plot_key
from pages.components.rows.row_view import show_row
from pages.components.rows.within_shape import within_shape
from pages.components.selection.predicted_column import shown_title
from pages.components.workspace import filters, studio
from pages.map.figure import DATASET, MARK, map_figure

POINTS = 5_000  # drawn; more make the browser slow
OTHERS = 1_500  # of those left out by filters
_CLICKED = "row clicked on the map"
BUTTONS_ELSEWHERE = [
    "pan2d",
    "zoom2d",
    "lasso2d",
    "select2d",
    "autoScale2d",
    "toImage",
]
MOUSE = {"pan": "Open rows", "lasso": "Lasso", "select": "Box"}  # by plotly's name of what dragging does
HINTS = {
    "pan": "Click a point to open its row; drag to move the map.",
    "lasso": "Draw a lasso around points to filter rows; rows outside the sample are included.",
    "select": "Draw a box around points to filter rows; rows outside the sample are included.",
}


def map_view(found: StoredMap, columns: Sequence[str], names: Mapping[int, str], above: DeltaGenerator) -> None:
    """Draw the map of the rows that the filters leave.

    Args:
        columns: scores by which it can be coloured.
        above: where the choice of colour goes.
    """
    choices = [DATASET, MARK, *columns]
    if st.session_state.get("map_colour") not in choices:
        st.session_state["map_colour"] = DATASET
    titles = {DATASET: "Dataset", MARK: "Mark"}
    choice, mouse = above.columns([2, 3], vertical_alignment="bottom")
    colour = choice.selectbox(
        "Colour by", choices, format_func=lambda each: titles.get(each) or shown_title(each), key="map_colour"
    )
    dragmode = mouse.segmented_control(
        "Mouse", list(MOUSE), format_func=MOUSE.__getitem__, default="pan", required=True, key="map_mouse"
    )
    scores = [colour] if colour in columns else []
    current = filters()
    points = studio().maps.points(found.map_id, current, scores, POINTS)
    others = pd.DataFrame()
    if current.active:
        everything = studio().maps.points(found.map_id, current.cleared(), [], OTHERS)
        others = everything[~everything["row_id"].isin(points["row_id"])]
    left = studio().rows.count(current)
    drawn = (
        f"{counted(len(points), 'row')}"
        if left <= len(points)
        else f"a sample of {len(points):,} of {counted(left, 'row')}"
    )
    area = current.area if current.area is not None and current.area.map_id == found.map_id else None
    key = plot_key(f"map {dragmode}")
    colour_title = titles.get(colour) or shown_title(colour)
    st.plotly_chart(
        map_figure(points, others, colour, names, f"Embeddings of the rows, {drawn}", colour_title, area, dragmode),
        key=key,
        on_select=lambda: _choose(key, found.map_id),
        selection_mode=("lasso", "box", "points"),
        config={"displaylogo": False, "modeBarButtonsToRemove": BUTTONS_ELSEWHERE},
        alt="Map of the rows",
    )
    within_shape(area)
    st.caption(f"{HINTS[dragmode]} {plain(_about(found))}")
    if _CLICKED in st.session_state:
        show_row([st.session_state.pop(_CLICKED)], 0)


def _about(found: StoredMap) -> str:
    made = f"computed {found.created_at.astimezone():%d %b %Y, %H:%M}"
    if found.method == PCA_NAME:
        return f"First two principal components (PCA, as there are few rows), {made}."
    placed = found.rows - found.fitted
    others = f"; the other {placed:,} rows are projected onto it" if placed else ""
    how = f"UMAP of {found.fitted:,} embeddings, {NEIGHBOURS} neighbours, seed 0"
    return f"{how}, {made}{others}. Close points are similar rows; large distances have little meaning."


def _choose(key: str, map_id: str) -> None:
    clicked = choose_area(map_id, key)
    if clicked is not None:
        st.session_state[_CLICKED] = clicked
