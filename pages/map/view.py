"""The map of the rows with its choice of colour; a lasso or box becomes a filter, a click opens the row."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.embeddings.projection import NEIGHBOURS, PCA_NAME
from core.humanize import counted
from core.rows.filters import MapArea
from core.store import StoredMap
from pages.components.foreign_text import plain
from pages.components.redrawn import redraw_parts, redraw_reader, shows_marks
from pages.components.rows.choosing import choose_area, plot_key
from pages.components.rows.reader import is_read, open_row
from pages.components.rows.within_shape import within_shape
from pages.components.selection.predicted_column import shown_title
from pages.components.workspace import filters, studio
from pages.map.clusters import chosen_cluster, chosen_selection, cluster_table
from pages.map.figure import CLUSTER, DATASET, MARK, cluster_colours, map_figure
from pages.map.webgl import webgl_missing, without_webgl
from pages.map.window import more_within, seen_window

MAP = "map"
POINTS = 5_000  # drawn; more make the browser slow
POINTS_WITHOUT_WEBGL = 1_000  # each of which is an element of the page then
DENSE = 20_000  # rows from which on their density is drawn behind the sample
FIELDS = 100  # across and up, whose shades are the density
OTHERS = 1_500  # of those left out by filters
TITLES = {CLUSTER: "Cluster", DATASET: "Dataset", MARK: "Mark"}
BUTTONS_ELSEWHERE = [
    "pan2d",
    "zoom2d",
    "lasso2d",
    "select2d",
    "resetScale2d",  # would come back to the part that a figure began with
    "toImage",
]
_CLICKED = "point that was clicked"
OPENING = "pan"
MOUSE = {OPENING: "Open rows", "lasso": "Lasso", "select": "Box"}  # by plotly's name of what dragging does
HINTS = {
    OPENING: "Click a point to open its row; drag to move the map.",
    "lasso": "Draw a lasso around points to filter rows; rows outside the sample are included.",
    "select": "Draw a box around points to filter rows; rows outside the sample are included.",
}


def map_view(found: StoredMap, columns: Sequence[str], names: Mapping[int, str]) -> None:
    """Draw the map of the rows that the filters leave, and its clusters beside it; call it within a fragment.

    Args:
        columns: scores by which it can be coloured.
    """
    clusters = studio().maps.clusters(found.map_id, filters(), columns, chosen_selection())
    plot, table = st.columns([5, 3]) if found.clusters_sampled is not None else (st.container(), None)
    with plot:
        colour, dragmode = _choices(columns, clusters)
        shows_marks(MAP, colour == MARK)
        area = filters().area
        area = area if area is not None and area.map_id == found.map_id else None
        _plot(found, colour, dragmode, names, area, clusters)
        within_shape(area or chosen_cluster(found.map_id))
    if table is not None:
        with table:
            cluster_table(found, clusters, columns, cluster_colours(clusters) if colour == CLUSTER else {})


def _choices(columns: Sequence[str], clusters: pd.DataFrame) -> tuple[str, str]:
    """By what the map is coloured, and what the mouse does on it."""
    choices = [*([CLUSTER] if clusters["cluster"].notna().any() else []), DATASET, MARK, *columns]
    if st.session_state.get("map_colour") not in choices:
        st.session_state["map_colour"] = choices[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        colour = st.selectbox(
            "Colour by", choices, format_func=_colour_title, key="map_colour", on_change=redraw_parts, width=240
        )
        dragmode = st.segmented_control(
            "Mouse", list(MOUSE), format_func=MOUSE.__getitem__, default=OPENING, required=True, key="map_mouse"
        )
    return colour, str(dragmode)


def _colour_title(colour: str) -> str:
    return TITLES.get(colour) or shown_title(colour)


def _plot(
    found: StoredMap,
    colour: str,
    dragmode: str,
    names: Mapping[int, str],
    area: MapArea | None,
    clusters: pd.DataFrame,
) -> None:
    slow, current = webgl_missing(), filters()
    most, scores = POINTS_WITHOUT_WEBGL if slow else POINTS, [] if colour in TITLES else [colour]
    left, window = studio().rows.count(current), seen_window(found.map_id)
    within = window if left > most else None
    points = studio().maps.points(found.map_id, current, scores, most, within)
    others = pd.DataFrame()
    if current.active:
        everything = studio().maps.points(found.map_id, current.cleared(), [], OTHERS, within)
        others = everything[~everything["row_id"].isin(points["row_id"])]
    dense = left >= DENSE and len(points) == most
    density = studio().maps.density(found.map_id, current, FIELDS, within) if dense else None
    title = f"Embeddings of the rows, {_drawn(len(points), left, most, dense, within is not None)}"
    figure = map_figure(
        points, others, colour, names, title, _colour_title(colour), area, dragmode, clusters, density, window
    )
    more_within(left > most)
    key = plot_key(f"map {dragmode}")
    st.plotly_chart(
        without_webgl(figure) if slow else figure,
        key=key,
        on_select=lambda: _choose(key, found.map_id, dragmode),
        selection_mode=("lasso", "box", "points"),
        config={"displaylogo": False, "modeBarButtonsToRemove": BUTTONS_ELSEWHERE, "doubleClick": "autosize"},
        alt="Map of the rows",
    )
    few = f" Your browser has no WebGL, so at most {most:,} points are shown." if slow else ""
    st.caption(f"{HINTS[dragmode]} {plain(_about(found))}{few}")


def _drawn(points: int, left: int, most: int, dense: bool, zoomed: bool) -> str:
    if zoomed and points < most:
        return f"all {counted(points, 'row')} in view, of {left:,}"
    if left <= points:
        return counted(points, "row")
    if zoomed:
        return f"a sample of {points:,} of those in view{', over their density' if dense else ''}"
    sample = "a sample of " * (points == most)  # else the others are not on this map
    return f"{sample}{points:,} of {counted(left, 'row')}{', over the density of all' if dense else ''}"


def _about(found: StoredMap) -> str:
    made = f"computed {found.created_at.astimezone():%d %b %Y, %H:%M}"
    if found.method == PCA_NAME:
        return f"First two principal components (PCA, as there are few rows), {made}."
    placed = found.rows - found.fitted
    others = f"; the other {placed:,} rows are projected onto it" if placed else ""
    how = f"UMAP of {found.fitted:,} embeddings, {NEIGHBOURS} neighbours, seed 0"
    return f"{how}, {made}{others}. Close points are similar rows; large distances have little meaning."


def _choose(key: str, map_id: str, dragmode: str) -> None:
    """A callback: the map is not drawn anew for a click.

    Args:
        dragmode: what the mouse does. Where it opens rows, a second click on a point is told as one that is chosen no
            longer; elsewhere that is a lasso or box that was taken away.
    """
    told, last = choose_area(map_id, key), st.session_state.get(_CLICKED)
    if told is None and dragmode == OPENING and last is not None and not is_read(last):
        told = last
    if told is not None:
        st.session_state[_CLICKED] = told
        open_row([told], 0)
        redraw_reader()
