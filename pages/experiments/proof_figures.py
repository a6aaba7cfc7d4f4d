"""The plots of a proof: the loss of every model by its side, and the rule's value against the loss."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.colours import INK
from core.experiments.proof.plan import Arm
from core.experiments.proof.verdict import TITLES, ArmLoss

LOOKS = {
    Arm.SELECTED: ("#cc79a7", "star"),
    Arm.RANDOM: ("#0072b2", "diamond"),
    Arm.LOWEST: ("#e69f00", "square"),
    Arm.WHOLE: ("#009e73", "cross"),
}


def arms_figure(arms: tuple[ArmLoss, ...]) -> go.Figure:
    """A point for each model, side by side, and beside them the mean with its 95% interval over seeds.

    The untuned model is left out: the sides lie so close together that they would be one line beside it.
    """
    figure = go.Figure()
    for place, each in enumerate(arms):
        colour, symbol = LOOKS[each.arm]
        title = TITLES[each.arm].capitalize()
        spread = np.linspace(-0.12, 0.12, len(each.losses)) if len(each.losses) > 1 else np.zeros(1)
        figure.add_trace(
            go.Scatter(
                x=(place - 0.1 + spread).tolist(),
                y=list(each.losses),
                mode="markers",
                name=title,
                marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 1, "color": INK}},
                customdata=list(each.seeds),
                hovertemplate="seed %{customdata}: %{y:.4f}<extra>" + title + "</extra>",
            )
        )
        half = 0.0 if np.isnan(each.high) else each.high - each.mean
        figure.add_trace(
            go.Scatter(
                x=[place + 0.2],
                y=[each.mean],
                error_y={"array": [half], "thickness": 2, "width": 7, "color": INK, "visible": half > 0},
                mode="markers",
                name=f"{title}, mean",
                showlegend=False,
                marker={"color": INK, "symbol": "line-ew-open", "size": 16, "line": {"width": 2}},
                hovertemplate=f"mean %{{y:.4f}} ± {half:.4f}<extra>{title}</extra>",
            )
        )
    figure.update_layout(
        title={"text": "Evaluation loss by arm: models, mean and 95% interval"},
        showlegend=False,
        height=380,
        margin={"l": 8, "r": 8, "t": 50, "b": 8},
    )
    figure.update_xaxes(
        tickvals=list(range(len(arms))),
        ticktext=[TITLES[each.arm].capitalize() for each in arms],
        range=[-0.6, len(arms) - 0.4],
    )
    figure.update_yaxes(title="Evaluation loss (nats/token, lower is better)")
    return figure


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
        title = TITLES[arm].capitalize()
        figure.add_trace(
            go.Scatter(
                x=part["rule_value"].tolist(),
                y=part["log_loss"].tolist(),
                mode="markers",
                name=title,
                marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 1, "color": INK}},
                hovertemplate="rule value %{x:.4f}<br>log loss %{y:.4f}<extra>" + title + "</extra>",
            )
        )
    figure.update_layout(
        title={"text": "Log loss against rule value"},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        height=340,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    figure.update_xaxes(title="Rule value at the set's mean indicators")
    figure.update_yaxes(title="Log evaluation loss")
    return figure
