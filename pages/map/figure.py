"""The map as a plot: a point a row, coloured by its dataset, its cluster, its mark or a score."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.indicators import registry
from core.rows.filters import MapArea
from core.store.maps import Window
from core.store.score_matrix import PREDICTED
from pages.components.figures import log_ticks
from pages.components.foreign_text import plotted
from pages.components.palette import ACCENT, COLOURS, MARK_LOOKS, MUTED, SEQUENTIAL, dataset_colour

DATASET, CLUSTER, MARK = "dataset", "cluster", "mark"
EDGES = (0.02, 0.98)  # quantiles between which colours change, so that a few outliers do not take the whole scale
HEIGHT = 560
READ_SIZE = 13  # of the point that was clicked; the others stay as they are
LABEL_HEIGHT, LABEL_WIDTH = 0.05, 0.012  # of a name, and of a letter of it, as shares of the map
_LABEL = {"size": 12, "weight": 600, "color": "#1b2a38"}
_BEHIND_LABEL = "rgba(255, 255, 255, 0.72)"  # on a white and on a dark page
_CLUSTER_HOVER = "<br>%{customdata[4]}"
FAINT = "#8a96a3"  # stands back on a white and on a dark page


def map_figure(
    points: pd.DataFrame,
    others: pd.DataFrame,
    colour: str,
    names: Mapping[int, str],
    title: str,
    colour_title: str,
    area: MapArea | None,
    dragmode: str,
    clusters: pd.DataFrame,
    density: pd.DataFrame | None = None,
    window: Window | None = None,
) -> go.Figure:
    """Rows in the plane.

    Args:
        points: x, y, dataset_id, row_id, instruction, mark, cluster and, where it is a score, the column `colour`.
        others: x, y of rows that the filters leave out, drawn in grey behind.
        colour: `DATASET`, `CLUSTER`, `MARK` or a column of the matrix.
        names: of the datasets, by number.
        area: drawn as an outline.
        dragmode: what the pressed mouse does: `pan`, `lasso` or `select`.
        clusters: as `studio.maps.clusters` has them; the names of the largest stand on the map.
        density: as `studio.maps.density` has it, drawn behind the points.
        window: the part that is shown; None for all.
    """
    figure = go.Figure()
    if density is not None:
        _density(figure, density)
    if not others.empty:
        figure.add_trace(_points(others, "Excluded by filters", {"color": FAINT, "size": 4, "opacity": 0.4}, names, ""))
    if colour == DATASET:
        for dataset_id, part in points.groupby("dataset_id"):
            number = int(str(dataset_id))
            look = {"color": dataset_colour(number), "size": 6, "opacity": 0.9}
            figure.add_trace(_points(part, plotted(names.get(number, "?")), look, names, ""))
    elif colour == CLUSTER:
        _clustered(figure, points, clusters, names)
    elif colour == MARK:
        for mark, (label, shade) in reversed(MARK_LOOKS.items()):
            part = points[points["mark"] == mark]
            if not part.empty:
                figure.add_trace(_points(part, label, {"color": shade, "size": 7, "opacity": 0.8}, names, ""))
    else:
        _scores(figure, points, colour, colour_title, names)
    if area is not None:
        xs, ys = zip(*area.points, area.points[0], strict=False)
        outline = {"color": ACCENT, "width": 2, "dash": "dot"}
        figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line=outline, showlegend=False, hoverinfo="skip"))
    _labels(figure, clusters, window)
    figure.update_layout(
        title={"text": title},
        height=HEIGHT,
        dragmode=dragmode,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
    )
    bare = {"showticklabels": False, "ticks": "", "showgrid": False, "zeroline": False}
    figure.update_xaxes(title="Dimension 1", range=window and window[:2], **bare)
    figure.update_yaxes(title="Dimension 2", range=window and window[2:], **bare)
    return figure


def _scores(figure: go.Figure, points: pd.DataFrame, column: str, title: str, names: Mapping[int, str]) -> None:
    """Points by a score, on a log scale where its distribution is skewed; those without one in grey."""
    known = points[points[column].notna()]
    unknown = points[points[column].isna()]
    if not unknown.empty:
        figure.add_trace(_points(unknown, "No score", {"color": MUTED, "size": 5}, names, ""))
    if known.empty:
        return
    log = column != PREDICTED and registry()[column].skewed and bool((known[column] > 0).all())
    values = np.log10(known[column]) if log else known[column]
    low, high = np.quantile(values, EDGES)
    bar: dict[str, object] = {"title": {"text": f"{title}{', log' if log else ''}", "side": "right"}, "thickness": 14}
    if log and high > low:
        bar |= log_ticks(float(10**low), float(10**high), 6)
    look = {
        "color": values,
        "colorscale": list(SEQUENTIAL),
        "cmin": float(low),
        "cmax": float(high) if high > low else float(low) + 1.0,
        "colorbar": bar,
        "size": 6,
        "opacity": 0.85,
    }
    trace = _points(known, title, look, names, f"<br>{title} %{{customdata[4]:.4g}}", known[column])
    figure.add_trace(trace.update(showlegend=False))


def _density(figure: go.Figure, density: pd.DataFrame) -> None:
    """All rows as shades, on a log scale, as a few places have most of them."""
    shades = np.log(density.where(density > 0).to_numpy(float))
    scale = [[0.0, "rgba(138, 150, 163, 0.12)"], [1.0, "rgba(90, 105, 120, 0.75)"]]
    look = {"colorscale": scale, "showscale": False, "hoverinfo": "skip", "name": "Rows"}
    figure.add_trace(go.Heatmap(x=density.columns, y=density.index, z=shades, **look))


def cluster_colours(clusters: pd.DataFrame) -> dict[int, str]:
    """A colour for each cluster by number: of few colours the one whose clusters lie farthest from it."""
    found: dict[int, str] = {}
    known = clusters[clusters["cluster"].notna()].sort_values("cluster")
    places = {int(each[0]): tuple(each[1:]) for each in known[["cluster", "x", "y"]].to_numpy(float)}
    for number, place in places.items():
        far = {each: math.dist(place, places[each]) for each in found}
        apart = [min((far[each] for each in found if found[each] == colour), default=math.inf) for colour in COLOURS]
        found[number] = COLOURS[int(np.argmax(apart))]
    return found


def _clustered(figure: go.Figure, points: pd.DataFrame, clusters: pd.DataFrame, names: Mapping[int, str]) -> None:
    """Points by their cluster, those in none in grey behind; the table beside the map is the legend."""
    inside = points["cluster"].notna()
    if not inside.all():
        look: dict[str, object] = {"color": MUTED, "size": 4}
        none = pd.Series("In no cluster", points.index[~inside])
        figure.add_trace(_points(points[~inside], "In no cluster", look, names, _CLUSTER_HOVER, none))
    if inside.any():
        part, colours = points[inside], cluster_colours(clusters)
        called = clusters.dropna(subset="cluster").set_index("cluster")["name"].map(plotted)
        look = {"color": part["cluster"].map(colours), "size": 6, "opacity": 0.85}
        trace = _points(part, "Clusters", look, names, _CLUSTER_HOVER, part["cluster"].map(called))
        figure.add_trace(trace.update(showlegend=False))


def _labels(figure: go.Figure, clusters: pd.DataFrame, window: Window | None) -> None:
    """The names of clusters of which rows are left, the largest first, where none overlaps another."""
    wide, high = float(np.ptp(clusters["x"])) or 1.0, float(np.ptp(clusters["y"])) or 1.0
    named = clusters[clusters["cluster"].notna() & (clusters["kept"] > 0)]
    if window is not None:
        left, right, low, top = window
        wide, high = right - left, top - low
        named = named[named["x"].between(left, right) & named["y"].between(low, top)]
    shown: list[tuple[float, float, str]] = []
    for x, y, text in zip(named["x"].tolist(), named["y"].tolist(), named["name"].tolist(), strict=True):
        if all(
            abs(y - other_y) / high > LABEL_HEIGHT
            or abs(x - other_x) / wide > LABEL_WIDTH * (len(text) + len(other)) / 2
            for other_x, other_y, other in shown
        ):
            shown.append((x, y, text))
    for x, y, text in shown:
        # An annotation: WebGL draws its points over the text of a trace.
        figure.add_annotation(
            x=x, y=y, text=plotted(text), showarrow=False, font=_LABEL, bgcolor=_BEHIND_LABEL, borderpad=1
        )


def _points(
    part: pd.DataFrame,
    label: str,
    look: Mapping[str, object],
    names: Mapping[int, str],
    more: str,
    values: pd.Series | None = None,
) -> go.Scattergl:
    """A trace; its custom data are dataset number, row number, dataset, instruction and value."""
    shown = values if values is not None else np.zeros(len(part))
    texts, datasets = part["instruction"].map(plotted), part["dataset_id"].map(names).map(plotted)
    custom = np.column_stack([part["dataset_id"], part["row_id"], datasets, texts, shown])
    return go.Scattergl(
        x=part["x"],
        y=part["y"],
        mode="markers",
        name=label,
        marker=dict(look),
        customdata=custom,
        selected={"marker": {"size": READ_SIZE}},
        unselected={"marker": {"opacity": look.get("opacity", 1.0)}},
        hovertemplate=f"%{{customdata[3]}}<br>%{{customdata[2]}}{more}<extra></extra>",
    )
