"""The plot of a comparison: how often each model's answer is better, with intervals."""

import plotly.graph_objects as go

from core.colours import INK
from core.judge.tally import Tally
from pages.components.palette import COLOURS, MUTED


def tally_figure(found: Tally, a: str, b: str) -> go.Figure:
    """Shares of instructions on which A wins, neither does, B wins, with Wilson's 95% intervals.

    Args:
        a, b: titles of the models.
    """
    shares = (found.a, found.tie, found.b)
    figure = go.Figure(
        go.Bar(
            x=[f"A wins<br>{a}", "Tie", f"B wins<br>{b}"],
            y=[100 * each.value for each in shares],
            error_y={
                "array": [100 * (each.high - each.value) for each in shares],
                "arrayminus": [100 * (each.value - each.low) for each in shares],
                "thickness": 2,
                "width": 7,
                "color": INK,
            },
            marker={"color": [COLOURS[0], MUTED, COLOURS[1]]},
            width=0.5,
            customdata=[[each.count, each.total, 100 * each.low, 100 * each.high] for each in shares],
            hovertemplate=(
                "%{customdata[0]} of %{customdata[1]}: %{y:.1f}%, "
                "%{customdata[2]:.1f} to %{customdata[3]:.1f}<extra></extra>"
            ),
        )
    )
    figure.update_layout(
        title={"text": f"Win and tie rates over {found.decided} instructions, 95% intervals"},
        showlegend=False,
        height=340,
        margin={"l": 8, "r": 8, "t": 50, "b": 8},
    )
    figure.update_yaxes(title="Share of instructions (%)", range=[0, 105])
    return figure
