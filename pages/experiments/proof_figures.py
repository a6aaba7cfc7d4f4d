"""The plot of a proof whose rows a rule ranked: the rule's value against the loss."""

import pandas as pd
import plotly.graph_objects as go

from core.colours import INK
from core.report.proof_figures import LOOKS, lay_out, title_of


def rule_figure(lines: pd.DataFrame) -> go.Figure:
    """Log loss of each subset against the rule's value of it.

    Args:
        lines: of a `RuleTable`.
    """
    figure = go.Figure()
    for arm, (colour, symbol) in LOOKS.items():
        part = lines[lines["arm"] == str(arm)]
        if part.empty:
            continue
        figure.add_trace(
            go.Scatter(
                x=part["rule_value"].tolist(),
                y=part["log_loss"].tolist(),
                mode="markers",
                name=title_of(arm),
                marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 1, "color": INK}},
                hovertemplate="rule value %{x:.4f}<br>log loss %{y:.4f}<extra>" + title_of(arm) + "</extra>",
            )
        )
    lay_out(figure, "Log loss against rule value", 340)
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        margin={"t": 70},
    )
    figure.update_xaxes(title="Rule value at the set's mean indicators")
    figure.update_yaxes(title="Log evaluation loss")
    return figure
