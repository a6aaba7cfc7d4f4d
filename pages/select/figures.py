"""The plots of a selection: how sure its rows are, and how the kept differ from the dropped."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.humanize import counted
from core.selection.certainty import Sureness
from core.selection.select import DropReason
from pages.components.figures import log_ticks
from pages.components.palette import ACCENT, MUTED
from pages.components.wording import column_title, in_sentence

FATES = {
    "": ("Kept", ACCENT),
    DropReason.LOWER_RANK: ("Ranked lower", MUTED),
    DropReason.QUOTA: ("Quota full", "#e69f00"),
    DropReason.NEAR_DUPLICATE: ("Near-duplicate", "#cc79a7"),
    DropReason.TOO_SIMILAR: ("Too similar", "#56b4e9"),
    DropReason.NOT_A_CENTER: ("Not a k-center", "#7a6a00"),
    DropReason.DUPLICATE: ("Duplicate in another dataset", "#d55e00"),
    DropReason.NO_SCORE: ("No score", "#5f6b76"),
    DropReason.LEFT_OUT: ("Left out by this way", "#8c564b"),
    DropReason.BY_HAND: ("Marked drop", "#a03060"),
    DropReason.BEYOND_RANGE: ("Extrapolation", "#7a6f9b"),
}
FATE_WORDS = {str(reason): title for reason, (title, _) in FATES.items()}
BINS = 40
FEW = 10  # rows of which shares would be towers: each is a tick on the axis instead


VERDICTS = {Sureness.KEEP: ACCENT, Sureness.TOSS_UP: "#e69f00", Sureness.DROP: MUTED}


def certainty_figure(rows: pd.DataFrame, draws: int) -> go.Figure:
    """Rows by the share of draws in which they are kept, of those that are kept in any.

    Args:
        rows: kept_share, verdict.
    """
    figure = go.Figure()
    some = rows[rows["kept_share"] > 0]
    for verdict, colour in VERDICTS.items():
        counts = some.loc[some["verdict"] == verdict, "kept_share"].value_counts().sort_index()
        figure.add_trace(
            go.Bar(
                x=100 * counts.index,
                y=counts,
                width=80 / draws,
                name=verdict.capitalize(),
                marker={"color": colour},
                hovertemplate="kept in %{x:.0f}% of draws: %{y:,} rows<extra></extra>",
            )
        )
    figure.update_layout(
        title={"text": "Rows by how often they are kept"},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        height=280,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    figure.update_xaxes(title=f"Kept in (% of {draws} draws)", range=[0, 102])
    figure.update_yaxes(title="Rows", rangemode="tozero")
    return figure


def _ticks(values: pd.Series, log: bool, name: str, colour: str) -> go.Scatter:
    """Each row as a tick on the axis."""
    return go.Scatter(
        x=values,
        y=[0.0] * len(values),
        customdata=10**values if log else values,
        mode="markers",
        marker={"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": colour}},
        name=name,
        cliponaxis=False,
        hovertemplate=f"%{{customdata:.4g}}<extra>{name}</extra>",
    )


def distribution_figure(
    column: str, kept: pd.Series, dropped: pd.Series, *, title: str = "", unit: str = "", log: bool = False
) -> go.Figure:
    """How an indicator is distributed over kept and dropped rows, each as shares of its own, in the same bins."""
    known = [values[values > 0] if log else values for values in (kept.dropna(), dropped.dropna())]
    scaled = [np.log10(values) if log else values for values in known]
    everything = np.concatenate(scaled)
    edges = np.histogram_bin_edges(everything, BINS)
    figure = go.Figure()
    for values, name, colour in ((scaled[1], "Dropped", MUTED), (scaled[0], "Kept", ACCENT)):
        if not len(values):
            continue
        if len(values) < FEW:
            figure.add_trace(_ticks(values, log, f"{name} ({counted(len(values), 'row')})", colour))
            continue
        counts = np.histogram(values, edges)[0]
        bounds = 10**edges if log else edges
        figure.add_trace(
            go.Bar(
                x=(edges[:-1] + edges[1:]) / 2,
                width=np.diff(edges),
                y=100 * counts / len(values),
                customdata=np.column_stack([bounds[:-1], bounds[1:], counts]),
                name=f"{name} ({len(values):,})",
                marker={"color": colour, "line": {"width": 0}},
                opacity=0.75,
                hovertemplate="%{customdata[0]:.4g} to %{customdata[1]:.4g}<br>%{customdata[2]:,} rows, %{y:.1f}%"
                f"<extra>{name}</extra>",
            )
        )
    words = title or column_title(column)
    figure.update_layout(
        barmode="overlay",
        bargap=0,
        title={"text": f"Kept and dropped rows by {in_sentence(words)}"},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left", "traceorder": "reversed"},
        height=330,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    figure.update_yaxes(title="Share of kept, of dropped (%)", rangemode="tozero")
    figure.update_xaxes(title=f"{words} ({unit})" if unit else words, showgrid=False)
    if log and len(everything):
        figure.update_xaxes(
            title=f"{words}{f' ({unit})' if unit else ''}, log axis",
            **log_ticks(float(10 ** everything.min()), float(10 ** everything.max()), 9),
        )
    return figure
