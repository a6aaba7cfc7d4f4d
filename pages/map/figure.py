"""The map as a plot: a point a row, coloured by its dataset, its mark or a score."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.indicators import registry
from core.rows.filters import MapArea
from core.rows.marks import Mark
from core.store.score_matrix import PREDICTED
from pages.components.figures import log_ticks
from pages.components.foreign_text import plotted
from pages.components.palette import ACCENT, MUTED, SEQUENTIAL, dataset_colour

DATASET, MARK = "dataset", "mark"
MARKS = {
    Mark.KEEP: ("Marked keep", "#009e73"),
    Mark.DROP: ("Marked drop", "#d55e00"),
    Mark.NONE: ("Unmarked", MUTED),
}
EDGES = (0.02, 0.98)  # quantiles between which colours change, so that a few outliers do not take the whole scale
HEIGHT = 560
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
) -> go.Figure:
    """Rows in the plane.

    Args:
        points: x, y, dataset_id, row_id, instruction, mark and, where it is a score, the column `colour`.
        others: x, y of rows that the filters leave out, drawn in grey behind.
        colour: `DATASET`, `MARK` or a column of the matrix.
        names: of the datasets, by number.
        area: drawn as an outline.
        dragmode: what the pressed mouse does: `pan`, `lasso` or `select`.
    """
    figure = go.Figure()
    if not others.empty:
        figure.add_trace(_points(others, "Excluded by filters", {"color": FAINT, "size": 4, "opacity": 0.4}, names, ""))
    if colour == DATASET:
        for dataset_id, part in points.groupby("dataset_id"):
            number = int(str(dataset_id))
            look = {"color": dataset_colour(number), "size": 6, "opacity": 0.9}
            figure.add_trace(_points(part, plotted(names.get(number, "?")), look, names, ""))
    elif colour == MARK:
        for mark, (label, shade) in reversed(MARKS.items()):
            part = points[points["mark"] == mark]
            if not part.empty:
                figure.add_trace(_points(part, label, {"color": shade, "size": 7, "opacity": 0.8}, names, ""))
    else:
        _scores(figure, points, colour, colour_title, names)
    if area is not None:
        xs, ys = zip(*area.points, area.points[0], strict=False)
        outline = {"color": ACCENT, "width": 2, "dash": "dot"}
        figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line=outline, showlegend=False, hoverinfo="skip"))
    figure.update_layout(
        title={"text": title},
        height=HEIGHT,
        dragmode=dragmode,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
    )
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False}
    figure.update_xaxes(title="Dimension 1", **bare)
    figure.update_yaxes(title="Dimension 2", **bare)
    return figure


def _scores(figure: go.Figure, points: pd.DataFrame, column: str, title: str, names: Mapping[int, str]) -> None:
    """Points by a score, on a log scale where its distribution is skewed; those without one in grey."""
    known = points[points[column].notna()]
    unknown = points[points[column].isna()]
    if not unknown.empty:
        figure.add_trace(_points(unknown, "No score", {"color": MUTED, "size": 5, "opacity": 0.5}, names, ""))
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
        hovertemplate=f"%{{customdata[3]}}<br>%{{customdata[2]}}{more}<extra></extra>",
    )
