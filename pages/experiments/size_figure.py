"""The plot of a search of the size: loss against rows, with intervals, and the best size marked."""

import plotly.graph_objects as go

from core.colours import INK
from core.experiments.size.curve import SizeLoss, gap, seed_spread
from core.experiments.size.verdict import SizeVerdict

APART, ALIKE, BEST = "#0072b2", "#e69f00", "#cc79a7"


def size_figure(verdict: SizeVerdict, untuned: SizeLoss | None) -> go.Figure:
    """Loss of each size, with the 95% interval of its difference to the untuned model, or else to the smallest size.

    The untuned model's own loss is left out: it lies so far off that the sizes would be one line beside it.
    """
    reference = untuned or verdict.sizes[0]
    spread = seed_spread(verdict.sizes)
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=[each.rows for each in verdict.sizes],
            y=[each.loss for each in verdict.sizes],
            mode="lines",
            line={"color": INK, "width": 1.5},
            showlegend=False,
            hoverinfo="skip",
        )
    )
    for title, colour, symbol, sizes in _groups(verdict):
        gaps = [gap(each, reference, spread) for each in sizes]
        figure.add_trace(
            go.Scatter(
                x=[each.rows for each in sizes],
                y=[each.loss for each in sizes],
                error_y={"array": [found.high - found.mean for found in gaps], "thickness": 1.5, "width": 6},
                mode="markers",
                name=title,
                marker={"color": colour, "symbol": symbol, "size": 12, "line": {"width": 1, "color": INK}},
                customdata=[[found.low, found.high] for found in gaps],
                hovertemplate="%{x:,} rows: %{y:.4f}<br>minus "
                + ("base model" if untuned else "the smallest size")
                + " %{customdata[0]:+.4f} to %{customdata[1]:+.4f}<extra>"
                + title
                + "</extra>",
            )
        )
    figure.update_layout(
        title={"text": "Evaluation loss against number of rows"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        height=400,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    rows = [each.rows for each in verdict.sizes]
    figure.update_xaxes(
        title="Number of rows (log axis)", type="log", tickvals=rows, ticktext=[f"{each:,}" for each in rows]
    )
    figure.update_yaxes(title="Evaluation loss (nats/token, lower is better)")
    return figure


def _groups(verdict: SizeVerdict) -> list[tuple[str, str, str, list[SizeLoss]]]:
    """The sizes by what is told of them; each group with its title, colour and form."""
    best = verdict.best
    if best is None:
        return [("Measured", APART, "circle", list(verdict.sizes))]
    alike = [each for each in verdict.sizes if each.rows in verdict.alike]
    apart = [each for each in verdict.sizes if each is not best and each.rows not in verdict.alike]
    groups = [
        ("Lowest loss", BEST, "star", [best]),
        ("Not significantly different", ALIKE, "diamond", alike),
        ("Significantly higher loss", APART, "circle", apart),
    ]
    return [each for each in groups if each[3]]
