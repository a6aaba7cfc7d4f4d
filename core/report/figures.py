"""The paper's univariate figure: loss against each indicator, mixed sets in cyan, levels in yellow."""

from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.colours import INK
from core.humanize import fixed, p_stated
from core.regression.design import RESPONSE
from core.regression.univariate import FEWEST, KIND
from core.report.indicators import papers_indicators
from core.report.univariate import MIXED, Univariate
from core.rows.candidate_set import Kind

ACROSS = 3
LOOKS = {
    "Mixed sets": ("#00b8d4", "circle", tuple(map(str, MIXED))),
    "Levels": ("#f2c500", "square", (str(Kind.HIERARCHICAL),)),
}
OTHERS = ("Other sets", "#8795a1", "diamond")


def univariate_figure(found: Univariate) -> go.Figure:
    """A plot an indicator, a point a set, a line of least squares a kind; r and p in the titles."""
    titles = papers_indicators()
    down = -(-len(found.lines) // ACROSS)
    figure = make_subplots(
        down, ACROSS, shared_yaxes=True, horizontal_spacing=0.03, vertical_spacing=0.42 / down,
        specs=[[{} if ACROSS * y + x < len(found.lines) else None for x in range(ACROSS)] for y in range(down)],
        subplot_titles=[
            f"r = {fixed(line.own.estimate, 2)} ({escape(p_stated(line.own.p))}), {line.sets}" for line in found.lines
        ],
    )  # fmt: skip
    figure.update_annotations(font_size=13)
    for place, line in enumerate(found.lines):
        spot = {"row": place // ACROSS + 1, "col": place % ACROSS + 1}
        for name, colour, symbol, part in _by_look(found.sets):
            _points(figure, part, line.indicator, (name, colour, symbol), spot, place == 0)
        about = titles[line.indicator]
        symbol = f" ({about.typeset_symbol})" if about.symbol != about.title else ""
        figure.update_xaxes(title=about.title + symbol, **spot)
    figure.update_yaxes(title="Log loss", col=1)
    figure.update_xaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    figure.update_yaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    height = 130 + 260 * down
    figure.update_layout(
        title={
            "text": "Log loss against the mean of each indicator, one point per set",
            "yref": "container",
            "y": 1 - 12 / height,
            "yanchor": "top",
            "x": 0,
            "xanchor": "left",
        },
        height=height,
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": INK},
        margin={"l": 8, "r": 8, "t": 110, "b": 8},
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 1 - 42 / height,
            "yanchor": "top",
            "x": 0,
            "xanchor": "left",
        },
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return figure


def _by_look(sets: pd.DataFrame) -> list[tuple[str, str, str, pd.DataFrame]]:
    kinds = sets[KIND].astype(str) if KIND in sets else pd.Series("", index=sets.index)
    parts = [(name, colour, symbol, sets[kinds.isin(of)]) for name, (colour, symbol, of) in LOOKS.items()]
    known = [kind for _, _, of in LOOKS.values() for kind in of]
    parts.append((*OTHERS, sets[~kinds.isin(known)]))
    return [each for each in parts if not each[3].empty]


def _points(
    figure: go.Figure,
    part: pd.DataFrame,
    indicator: str,
    look: tuple[str, str, str],
    spot: dict[str, int],
    first: bool,
) -> None:
    name, colour, symbol = look
    x, y = part[indicator].to_numpy(float), part[RESPONSE].to_numpy(float)
    figure.add_trace(
        go.Scatter(
            x=x.tolist(),
            y=y.tolist(),
            mode="markers",
            name=f"{name} ({len(part)})",
            legendgroup=name,
            showlegend=first,
            marker={"color": colour, "symbol": symbol, "size": 9, "line": {"width": 1, "color": INK}},
            customdata=[escape(str(label)) for label in part.index],
            hovertemplate="%{customdata}<br>%{x:.4g}, log loss %{y:.4f}<extra></extra>",
        ),
        **spot,
    )
    known = np.isfinite(x)
    if known.sum() < FEWEST or np.ptp(x[known]) == 0:
        return
    slope, start = np.polyfit(x[known], y[known], 1)
    ends = [float(x[known].min()), float(x[known].max())]
    figure.add_trace(
        go.Scatter(
            x=ends,
            y=[start + slope * end for end in ends],
            mode="lines",
            line={"color": colour, "width": 2},
            legendgroup=name,
            showlegend=False,
            hoverinfo="skip",
        ),
        **spot,
    )
