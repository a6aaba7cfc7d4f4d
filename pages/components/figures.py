"""Plots of sampled scores and of their correlations."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.humanize import counted, fixed
from pages.components.foreign_text import plotted
from pages.components.palette import dataset_colour
from pages.components.wording import column_title, in_sentence, readable

COMPACT_CONFIG = {"displayModeBar": False}
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["zoomIn2d", "zoomOut2d", "autoScale2d", "toImage"]}


def log_ticks(low: float, high: float, wanted: int) -> dict[str, list]:
    """Tick places (log10) and their labels at 1, 2, 5 or whole powers of ten, about `wanted` of them."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1, 2, 5), (1, 3), (1,)):
        values = [s * 10.0**e for e in range(first, last + 1) for s in steps if low <= s * 10.0**e <= high]
        if len(values) <= wanted:
            break
    return {"tickvals": [math.log10(v) for v in values], "ticktext": [readable(v) for v in values]}


def spread(
    column: str, sample: pd.DataFrame, names: Mapping[int, str], *, violin: bool, unit: str = "", log: bool = False
) -> go.Figure:
    """A box or violin for each dataset from sampled rows (`dataset_id` and the column)."""
    figure = go.Figure()
    for dataset_id, part in sample.dropna(subset=[column]).groupby("dataset_id"):
        number = int(str(dataset_id))
        values = np.log10(part[column][part[column] > 0]) if log else part[column]
        colour, name = dataset_colour(number), plotted(names.get(number, "?"))
        if violin:
            trace: go.Violin | go.Box = go.Violin(
                x=values,
                name=name,
                line_color=colour,
                box_visible=True,
                meanline_visible=True,
                points=False,
                orientation="h",
            )
        else:
            trace = go.Box(
                x=values, name=name, marker={"color": colour, "size": 4}, boxpoints="outliers", orientation="h"
            )
        figure.add_trace(trace)
    title = column_title(column)
    label = f"{title} ({unit})" if unit else title
    figure.update_layout(
        title={"text": f"{title} by dataset"},
        showlegend=False,
        height=max(260, 110 + 80 * len(figure.data)),
        margin={"l": 8, "r": 8, "t": 50, "b": 8},
    )
    figure.update_xaxes(title=f"{label}{', log axis' if log else ''}")
    positive = sample[column][sample[column] > 0]
    if log and not positive.empty:
        figure.update_xaxes(**log_ticks(positive.min(), positive.max(), 9))
    return figure


def heat_map(correlations: pd.DataFrame) -> go.Figure:
    """Pearson correlations of the indicators, blue against red around zero."""
    titles = [column_title(name) for name in correlations.columns]
    values = correlations.to_numpy()
    text = [["" if math.isnan(v) else fixed(v, 2) for v in line] for line in values]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=titles,
            y=titles,
            zmin=-1,
            zmax=1,
            colorscale="RdBu_r",
            zmid=0,
            text=text,
            texttemplate="%{text}",
            hovertemplate="%{y} and %{x}: %{z:.3f}<extra></extra>",
            colorbar={"title": "r", "thickness": 12},
            xgap=2,
            ygap=2,
        )
    )
    figure.update_layout(
        title={"text": "Correlation of the indicators (Pearson's r)"},
        height=160 + 42 * len(titles),
        margin={"l": 8, "r": 8, "t": 50, "b": 8},
    )
    figure.update_yaxes(autorange="reversed")
    return figure


def pair_plot(
    x: str, y: str, sample: pd.DataFrame, names: Mapping[int, str], *, log_x: bool, log_y: bool, total: int
) -> go.Figure:
    """Sampled rows in the plane of two indicators, one colour a dataset; a lasso or box chooses."""
    figure = go.Figure()
    shown = sample.dropna(subset=[x, y])
    for dataset_id, part in shown.groupby("dataset_id"):
        number = int(str(dataset_id))
        figure.add_trace(
            go.Scattergl(
                x=_scaled(part[x], log_x),
                y=_scaled(part[y], log_y),
                mode="markers",
                name=plotted(names.get(number, "?")),
                marker={"color": dataset_colour(number), "size": 6, "opacity": 0.7},
                customdata=np.column_stack([part["dataset_id"], part["row_id"], part[x], part[y]]),
                hovertemplate=(
                    f"{column_title(x)} %{{customdata[2]:.4g}}<br>{column_title(y)} %{{customdata[3]:.4g}}"
                    f"<extra>{plotted(names.get(number, '?'))}</extra>"
                ),
            )
        )
    of_all = (
        f"{counted(len(shown), 'row')}"
        if len(sample) == total
        else f"a sample of {len(shown):,} of {counted(total, 'row')}"
    )
    figure.update_layout(
        title={"text": f"{column_title(y)} against {in_sentence(column_title(x))}, {of_all}"},
        height=560,
        dragmode="lasso",
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
    )
    for column, log, update in ((x, log_x, figure.update_xaxes), (y, log_y, figure.update_yaxes)):
        update(title=f"{column_title(column)}{', log axis' if log else ''}")
        positive = shown[column][shown[column] > 0]
        if log and not positive.empty:
            update(**log_ticks(positive.min(), positive.max(), 8))
    return figure


def _scaled(values: pd.Series, log: bool) -> pd.Series:
    return np.log10(values.where(values > 0)) if log else values


def matrix_of_pairs(columns: Sequence[str], sample: pd.DataFrame, names: Mapping[int, str]) -> go.Figure:
    """Every pair of indicators as small scatters (the lower half), to find the pair worth a closer look."""
    figure = go.Figure()
    for dataset_id, part in sample.groupby("dataset_id"):
        number = int(str(dataset_id))
        figure.add_trace(
            go.Splom(
                dimensions=[{"label": column_title(c), "values": part[c]} for c in columns],
                name=plotted(names.get(number, "?")),
                marker={"color": dataset_colour(number), "size": 3, "opacity": 0.6},
                diagonal={"visible": False},
                showupperhalf=False,
            )
        )
    figure.update_layout(
        title={"text": "All pairs of indicators"},
        height=200 + 105 * len(columns),
        margin={"l": 8, "r": 8, "t": 60, "b": 8},
        dragmode="lasso",
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right"},
    )
    return figure
