"""The plots of an experiment: what its sets are made of, loss against an indicator, and training curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.colours import INK
from core.rows.candidate_set import CandidateSet
from pages.components.foreign_text import plotted
from pages.components.palette import COLOURS, SET_LOOKS, dataset_colour
from pages.components.wording import column_title, in_sentence

LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"}


def composition_figure(sets: Sequence[CandidateSet], names: Mapping[int, str]) -> go.Figure:
    """Rows of each dataset in each set, stacked."""
    figure = go.Figure()
    labels = [each.name for each in sets]
    shares = [each.composition for each in sets]
    for number in sorted({dataset for each in shares for dataset in each}):
        name = plotted(names.get(number, "deleted dataset"))
        figure.add_trace(
            go.Bar(
                x=labels,
                y=[each.get(number, 0) for each in shares],
                name=name,
                marker={"color": dataset_colour(number), "line": {"width": 0}},
                hovertemplate="%{x}: %{y:,} rows<extra>" + name + "</extra>",
            )
        )
    figure.update_layout(
        barmode="stack",
        title={"text": "Composition of the sets"},
        legend=LEGEND,
        height=330,
        bargap=0.15,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    figure.update_yaxes(title="Rows")
    figure.update_xaxes(tickangle=0 if len(sets) <= 10 else -60, nticks=40)
    return figure


def loss_figure(table: pd.DataFrame, indicator: str) -> go.Figure:
    """Log loss of each measured set against its mean of an indicator, with standard errors; untuned as a line.

    Args:
        table: of `core.experiments.result_table`.
    """
    figure = go.Figure()
    measured = table.dropna(subset=["log_loss"])
    for kind, (title, colour, symbol) in SET_LOOKS.items():
        part = measured[measured["kind"] == kind].dropna(subset=[indicator])
        if part.empty:
            continue
        figure.add_trace(
            go.Scatter(
                x=part[indicator],
                y=part["log_loss"],
                error_y={"array": part["log_loss_error"], "thickness": 1, "width": 3, "color": colour},
                mode="markers",
                name=title,
                marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 1, "color": INK}},
                customdata=np.column_stack(
                    [part["name"].map(plotted), part["loss_per_example"], part["standard_error"]]
                ),
                hovertemplate="<b>%{customdata[0]}</b><br>%{x:.4g}<br>log loss %{y:.4f}"
                "<br>loss %{customdata[1]:.4f} ± %{customdata[2]:.4f}<extra></extra>",
            )
        )
    untuned = measured.loc[measured["number"] == 0, "log_loss"]
    if not untuned.empty:
        figure.add_hline(
            y=float(untuned.iloc[0]),
            line={"dash": "dash", "color": INK, "width": 2},
            annotation={"text": "base model", "font": {"color": INK}},
            annotation_position="top left",
        )
    title = column_title(indicator)
    figure.update_layout(
        title={"text": f"Log loss against mean {in_sentence(title)}"},
        legend=LEGEND,
        height=430,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    figure.update_xaxes(title=f"Mean {in_sentence(title)} of the set")
    figure.update_yaxes(title="Log evaluation loss (lower is better)")
    return figure


def curve_figure(curves: Mapping[str, Sequence[Mapping[str, Any]]]) -> go.Figure:
    """Training loss by step of some sets."""
    figure = go.Figure()
    for place, (name, points) in enumerate(curves.items()):
        figure.add_trace(
            go.Scatter(
                x=[point["step"] for point in points],
                y=[point["loss"] for point in points],
                name=plotted(name),
                mode="lines+markers" if len(points) < 30 else "lines",
                line={"color": COLOURS[place % len(COLOURS)], "width": 2},
                hovertemplate="step %{x}: %{y:.4f}<extra>" + plotted(name) + "</extra>",
            )
        )
    figure.update_layout(
        title={"text": "Training loss"},
        showlegend=True,
        legend=LEGEND,
        height=360,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    figure.update_xaxes(title="Optimiser step")
    figure.update_yaxes(title="Loss (nats/token)")
    return figure
