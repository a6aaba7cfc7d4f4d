"""The plot of a tournament: the loss of each way less that of random rows, with its interval over draws."""

import plotly.graph_objects as go

from core.colours import INK
from core.experiments.tournament.ladder import Role
from core.experiments.tournament.standings import Standing, Standings

LOOKS = {False: ("In the last round measured", "#0072b2", "circle"), True: ("Out", "#999999", "circle-open")}
WINNER, MATCHED = ("Winner", "#cc79a7", "star"), ("Random rows of like lengths", "#e69f00", "diamond")


def standings_figure(found: Standings, titles: dict[str, str]) -> go.Figure:
    """A line a way, the best on top; below 0 the way is better than random rows of the same draws."""
    figure = go.Figure()
    lines = [each for each in found.lines if each.to_random is not None]
    order = [label(each, titles) for each in lines]
    groups: dict[tuple[str, str, str], list[Standing]] = {}
    for each in lines:
        groups.setdefault(_look(each, found.winner), []).append(each)
    for (title, colour, symbol), part in groups.items():
        gaps = [each.to_random for each in part if each.to_random is not None]
        figure.add_trace(
            go.Scatter(
                x=[gap.mean for gap in gaps],
                y=[label(each, titles) for each in part],
                error_x={"array": [gap.high - gap.mean for gap in gaps], "thickness": 1.5, "width": 5, "color": colour},
                mode="markers",
                name=title,
                marker={"color": colour, "symbol": symbol, "size": 12, "line": {"width": 1, "color": INK}},
                customdata=[
                    [each.loss, each.rows, each.tokens, gap.low, gap.high] for each, gap in zip(part, gaps, strict=True)
                ],
                hovertemplate="%{y}: %{customdata[0]:.4f} nats/token, %{x:+.4f} to random rows<br>95% interval "
                "%{customdata[3]:+.4f} to %{customdata[4]:+.4f}<br>%{customdata[1]:,.0f} rows, %{customdata[2]:,.0f} "
                "response tokens a set<extra></extra>",
            )
        )
    figure.add_vline(x=0, line={"color": INK, "width": 1, "dash": "dot"})
    figure.update_layout(
        title={"text": "Validation loss against random rows of the same draws"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        height=140 + 28 * len(lines),
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    figure.update_xaxes(title="Difference in loss (nats/token, below 0 is better than random rows)")
    figure.update_yaxes(categoryorder="array", categoryarray=order[::-1])
    return figure


def label(line: Standing, titles: dict[str, str]) -> str:
    """Who it is, for people."""
    title = titles.get(line.entrant, line.entrant)
    return title if line.role is Role.ENTRANT else f"Random, lengths of {title}"


def _look(line: Standing, winner: str) -> tuple[str, str, str]:
    if line.role is Role.MATCHED:
        return MATCHED
    return WINNER if line.entrant == winner else LOOKS[line.out]
