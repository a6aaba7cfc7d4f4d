"""The plots that show whether a fit may be believed: residuals, quantiles, leverage, partial regression."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.colours import INK
from core.humanize import fixed
from core.regression.diagnostics import AddedVariable, Diagnostics
from pages.components.palette import ACCENT, MUTED
from pages.components.wording import column_title, in_sentence

HEIGHT = 360
MOST_BARS = 12
LINE = {"color": INK, "width": 1.5, "dash": "dash"}
MARKED = "#d55e00"


def residual_figure(found: Diagnostics) -> go.Figure:
    """Residuals against fitted values; a pattern here is something that the indicators don't tell."""
    table = found.table
    figure = _points(table, "fitted", "residual", found)
    figure.add_hline(y=0, line=LINE)
    return _framed(figure, "Residuals", "Fitted log loss", "Residual (measured − fitted log loss)")


def qq_figure(found: Diagnostics) -> go.Figure:
    """Residuals against where they would stand if noise were normal."""
    figure = _points(found.table.dropna(subset=["studentised"]), "normal_quantile", "studentised", found)
    reach = float(np.nanmax(np.abs(found.table["normal_quantile"])))
    figure.add_shape(type="line", x0=-reach, x1=reach, y0=-reach, y1=reach, line=LINE, layer="below")
    return _framed(figure, "Q-Q plot of the residuals", "Normal quantile", "Studentised residual")


def leverage_figure(found: Diagnostics) -> go.Figure:
    """How far a set's indicators stand out, against how far its loss does; both together move the fit."""
    figure = _points(found.table.dropna(subset=["studentised"]), "leverage", "studentised", found)
    figure.add_hline(y=0, line=LINE)
    figure.add_vline(x=found.high_leverage, line=LINE, annotation={"text": "2 × mean"})
    return _framed(figure, "Residuals against leverage", "Leverage", "Studentised residual")


def cook_figure(found: Diagnostics) -> go.Figure:
    """Cook's distance of each set, the greatest first."""
    shown = found.table["cooks_distance"].dropna().sort_values(ascending=False).head(MOST_BARS)
    figure = go.Figure(
        go.Bar(
            x=shown,
            y=[str(each) for each in shown.index],
            orientation="h",
            marker={"color": [MARKED if each > found.high_cooks else MUTED for each in shown]},
            hovertemplate="%{y}: %{x:.3g}<extra></extra>",
        )
    )
    figure.add_vline(x=found.high_cooks, line=LINE)
    figure.update_yaxes(autorange="reversed", type="category")
    first = f", top {len(shown)}" if len(shown) < len(found.table) else ""
    return _framed(figure, f"Influence of each set (Cook's distance){first}", "Cook's distance", "Set")


def partial_figure(found: AddedVariable, labels: pd.Index) -> go.Figure:
    """An indicator against log loss, both less what the other indicators explain; the slope is the coefficient."""
    figure = go.Figure(
        go.Scatter(
            x=found.indicator_left,
            y=found.log_loss_left,
            mode="markers",
            marker={"color": ACCENT, "size": 8, "opacity": 0.8},
            customdata=[str(each) for each in labels],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    ends = np.array([found.indicator_left.min(), found.indicator_left.max()])
    figure.add_trace(
        go.Scatter(x=ends, y=found.slope * ends, mode="lines", line={"color": ACCENT, "width": 2}, hoverinfo="skip")
    )
    title = in_sentence(column_title(found.indicator))
    return _framed(
        figure,
        f"Partial regression on {title} (r = {fixed(found.partial_correlation, 2, signed=True)})",
        f"{title}, adjusted for the other indicators",
        "Log loss, adjusted",
    )


def _points(table: pd.DataFrame, x: str, y: str, found: Diagnostics) -> go.Figure:
    moving = table["cooks_distance"] > found.high_cooks
    return go.Figure(
        go.Scatter(
            x=table[x],
            y=table[y],
            mode="markers",
            marker={"size": 8, "opacity": 0.85, "color": [MARKED if each else ACCENT for each in moving]},
            customdata=[str(each) for each in table.index],
            hovertemplate="%{customdata}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
        )
    )


def _framed(figure: go.Figure, title: str, x: str, y: str) -> go.Figure:
    figure.update_layout(
        title={"text": title}, height=HEIGHT, showlegend=False, margin={"l": 8, "r": 8, "t": 50, "b": 8}
    )
    figure.update_xaxes(title=x, zeroline=False)
    figure.update_yaxes(title=y, zeroline=False)
    return figure
