"""The plots of a proof: losses by sub-pool, and the interval of each comparison."""

import plotly.graph_objects as go

from core.colours import INK
from core.experiments.proof.outcome import Proof, Ruling
from core.experiments.proof.plan import Arm, ProofDesign
from core.experiments.proof.wording import TITLES

GREY = "#8795a1"
LOOKS = {
    Arm.SELECTED: ("#cc79a7", "star"),
    Arm.RANDOM: ("#0072b2", "diamond"),
    Arm.LENGTH: ("#56b4e9", "diamond-open"),
    Arm.SOURCE: ("#009e73", "diamond-open"),
    Arm.LONGEST: ("#d55e00", "triangle-up"),
    Arm.RANDOM_TOKENS: ("#0072b2", "diamond-open"),
    Arm.LONGEST_TOKENS: ("#d55e00", "triangle-up-open"),
    Arm.LOWEST: ("#e69f00", "square"),
    Arm.WHOLE: ("#009e73", "cross"),
}
COLOURS = {Ruling.BETTER: "#009e73", Ruling.WORSE: "#d55e00"}


def title_of(arm: Arm) -> str:
    """A side as a label: `Random rows`."""
    return TITLES[arm].removeprefix("the ").capitalize()


def losses_figure(proof: Proof) -> go.Figure:
    """A line for each sub-pool through its losses by side; without sub-pools a point for each model.

    The untuned model is left out: the sides lie so close together that they would be one line beside it.
    """
    figure = go.Figure()
    losses = {arm.arm: dict(zip(arm.draws, arm.losses, strict=True)) for arm in proof.arms}
    titles = {arm: title_of(arm) for arm in losses}
    if proof.design is ProofDesign.SUBPOOLS:
        for draw in sorted({draw for of in losses.values() for draw in of}):
            there = [arm for arm in losses if draw in losses[arm]]
            figure.add_trace(
                go.Scatter(
                    x=[titles[arm] for arm in there],
                    y=[losses[arm][draw] for arm in there],
                    mode="lines",
                    line={"color": GREY, "width": 1},
                    name=f"sub-pool {draw + 1}",
                    hoverinfo="skip",
                )
            )
    unit = "sub-pool" if proof.design is ProofDesign.SUBPOOLS else "draw"
    for arm, of in losses.items():
        colour, symbol = LOOKS[arm]
        figure.add_trace(
            go.Scatter(
                x=[titles[arm]] * len(of),
                y=list(of.values()),
                mode="markers",
                name=titles[arm],
                marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 1, "color": INK}},
                customdata=[draw + 1 for draw in of],
                hovertemplate=unit + " %{customdata}: %{y:.4f}<extra>" + titles[arm] + "</extra>",
            )
        )
    lay_out(figure, f"Evaluation loss by {unit}", 380)
    figure.update_xaxes(type="category", categoryarray=list(titles.values()))
    figure.update_yaxes(title="Loss (nats/token, lower is better)")
    return figure


def intervals_figure(proof: Proof) -> go.Figure:
    """The selection less each other side, with its 95% interval, in nats per token."""
    figure = go.Figure()
    shown = [each for each in proof.comparisons if each.found.low == each.found.low]
    for each in reversed(shown):
        found, title = each.found, title_of(each.against)
        figure.add_trace(
            go.Scatter(
                x=[found.difference],
                y=[title],
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [found.high - found.difference],
                    "arrayminus": [found.difference - found.low],
                    "thickness": 2,
                    "width": 7,
                },
                mode="markers",
                name=title,
                marker={"color": COLOURS.get(each.ruling, INK), "size": 10},
                hovertemplate=f"%{{x:+.4f}} ({found.low:+.4f} to {found.high:+.4f})<extra>{title}</extra>",
            )
        )
    figure.add_vline(x=0, line={"color": GREY, "width": 1})
    lay_out(figure, "Loss of the selection minus loss of other rows, 95% intervals", 120 + 45 * len(shown))
    figure.update_xaxes(title="Difference (nats/token, below 0: the selection is better)")
    figure.update_yaxes(type="category")
    return figure


def lay_out(figure: go.Figure, title: str, height: int) -> None:
    """Title, height and margins as all figures of a proof have them."""
    figure.update_layout(
        title={"text": title}, showlegend=False, height=height, margin={"l": 8, "r": 8, "t": 50, "b": 8}
    )
