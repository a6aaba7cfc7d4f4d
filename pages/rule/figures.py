"""The plots of a rule that is being learned: indicators against loss, coefficients, predictions, contributions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.colours import INK
from core.humanize import fixed, number
from core.regression.design import RESPONSE
from core.regression.univariate import FEWEST, KIND
from pages.components.foreign_text import plotted
from pages.components.palette import ACCENT, SET_LOOKS
from pages.components.wording import column_title, in_sentence

LOG_LOSS = "Log loss (ln of nats/token)"
MARGIN = {"l": 8, "r": 8, "t": 70, "b": 8}
LEGEND = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"}
ACROSS = 3


def look(kind: str) -> tuple[str, str, str]:
    """Title, colour and symbol of sets of a kind, as on the Experiments page."""
    return SET_LOOKS.get(kind, (kind.capitalize() or "Sets", ACCENT, "circle"))  # type: ignore[call-overload]


def kinds_of(sets: pd.DataFrame) -> pd.Series:
    """The kind of each set; one and the same where the table has none."""
    return sets[KIND] if KIND in sets else pd.Series("", index=sets.index)


def loss_figure(sets: pd.DataFrame, indicators: Sequence[str]) -> go.Figure:
    """The paper's figure: log loss against the mean of each indicator, with the line of least squares for each kind."""
    across = min(ACROSS, len(indicators))
    down = -(-len(indicators) // across)
    single = len(indicators) == 1
    figure = make_subplots(
        down,
        across,
        shared_yaxes=True,
        specs=[[{} if across * y + x < len(indicators) else None for x in range(across)] for y in range(down)],
        horizontal_spacing=0.03,
        vertical_spacing=0.32 / down,
    )
    for place, name in enumerate(indicators):
        spot = {"row": place // across + 1, "col": place % across + 1}
        for kind, part in sets.groupby(kinds_of(sets)):
            _points(figure, part, name, str(kind), spot, first=place == 0)
        figure.update_xaxes(title=f"Mean {in_sentence(column_title(name))}", **spot)
    figure.update_yaxes(title=LOG_LOSS if down == 1 else "Log loss", col=1)
    title = f"Log loss against mean {in_sentence(column_title(indicators[0]))}" if single else "Log loss by indicator"
    figure.update_layout(
        title={"text": f"{title}, one point per set"},
        height=460 if single else 110 + 250 * down,
        margin=MARGIN,
        legend={**LEGEND, "y": 1 + 0.02 / down},
    )
    return figure


def _points(figure: go.Figure, part: pd.DataFrame, name: str, kind: str, spot: dict[str, int], first: bool) -> None:
    title, colour, shape = look(kind)
    x, y = part[name].to_numpy(float), part[RESPONSE].to_numpy(float)
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            name=f"{title} ({len(part)})",
            legendgroup=kind,
            showlegend=first,
            marker={"color": colour, "symbol": shape, "size": 8, "opacity": 0.85, "line": {"width": 1}},
            customdata=list(part.index),
            hovertemplate=f"%{{customdata}}<br>{column_title(name)} %{{x:.4g}}<br>log loss %{{y:.4f}}<extra></extra>",
        ),
        **spot,
    )
    if len(part) < FEWEST or not np.isfinite(x).all() or np.ptp(x) == 0:
        return
    slope, start = np.polyfit(x, y, 1)
    ends = np.array([x.min(), x.max()])
    figure.add_trace(
        go.Scatter(
            x=ends,
            y=start + slope * ends,
            mode="lines",
            line={"color": colour, "width": 2},
            legendgroup=kind,
            showlegend=False,
            hoverinfo="skip",
        ),
        **spot,
    )


def coefficient_figure(lines: pd.DataFrame, level: float) -> go.Figure:
    """Coefficients per standard deviation of their indicator, with intervals where there are any.

    Args:
        lines: indexed by indicator: estimate, low, high (NaN without an interval), in log nats.
    """
    shown = lines.iloc[::-1]
    clear = (shown["low"] > 0) | (shown["high"] < 0) | (shown["low"].isna() & (shown["estimate"] != 0))
    known = shown["low"].notna()
    figure = go.Figure(
        go.Scatter(
            x=shown["estimate"],
            y=[column_title(str(name)) for name in shown.index],
            mode="markers",
            marker={"size": 11, "color": [ACCENT if each else INK for each in clear]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (shown["high"] - shown["estimate"]).where(known, 0),
                "arrayminus": (shown["estimate"] - shown["low"]).where(known, 0),
                "color": INK,
                "thickness": 1.5,
                "width": 5,
            },
            hovertemplate="%{y}: %{x:+.4f} log nats per standard deviation<extra></extra>",
        )
    )
    figure.add_vline(x=0, line={"color": INK, "width": 1})
    ends = f" with {level:.0%} intervals" if known.any() else ""
    figure.update_layout(
        title={"text": f"Standardised coefficients: change of log loss per standard deviation{ends}"},
        height=150 + 38 * len(shown),
        margin={**MARGIN, "t": 50},
        showlegend=False,
    )
    figure.update_xaxes(title="Change of log loss (negative is better)", zeroline=False)
    figure.update_yaxes(title="Indicator")
    return figure


def penalty_figure(path: pd.DataFrame, penalty: float) -> go.Figure:
    """Error on held-out folds by penalty, and the penalty that was taken.

    Args:
        path: penalty, mse, standard_error.
    """
    figure = go.Figure(
        go.Scatter(
            x=path["penalty"],
            y=path["mse"],
            error_y={"array": path["standard_error"], "thickness": 1, "width": 2, "color": INK},
            mode="lines+markers",
            line={"color": ACCENT, "width": 2},
            hovertemplate="penalty %{x:.3g}: %{y:.4g}<extra></extra>",
        )
    )
    figure.add_vline(x=penalty, line={"color": INK, "width": 1.5, "dash": "dash"})
    figure.update_layout(
        title={"text": "Cross-validation error by penalty"},
        height=300,
        margin={**MARGIN, "t": 50},
        showlegend=False,
    )
    figure.update_xaxes(title="Penalty (log axis; dashed: chosen)", type="log", dtick=1, exponentformat="power")
    figure.update_yaxes(title="Mean squared error")
    return figure


def predicted_figure(sets: pd.DataFrame, predicted: np.ndarray, title: str) -> go.Figure:
    """Measured log loss against what was predicted for each set without it; the line is a perfect prediction."""
    figure = go.Figure()
    measured = sets[RESPONSE].to_numpy(float)
    ends = [min(measured.min(), predicted.min()), max(measured.max(), predicted.max())]
    figure.add_trace(
        go.Scatter(
            x=ends,
            y=ends,
            mode="lines",
            line={"color": INK, "width": 1.5, "dash": "dash"},
            name="Predicted = measured",
            hoverinfo="skip",
        )
    )
    kinds = kinds_of(sets).to_numpy()
    for kind in dict.fromkeys(kinds):
        name, colour, shape = look(str(kind))
        of_kind = kinds == kind
        figure.add_trace(
            go.Scatter(
                x=predicted[of_kind],
                y=measured[of_kind],
                mode="markers",
                name=name,
                marker={"color": colour, "symbol": shape, "size": 9, "opacity": 0.85, "line": {"width": 1}},
                customdata=[plotted(each) for each in sets.index[of_kind]],
                hovertemplate="%{customdata}<br>predicted %{x:.4f}, measured %{y:.4f}<extra></extra>",
            )
        )
    figure.update_layout(title={"text": title}, height=460, margin=MARGIN, legend=LEGEND)
    figure.update_xaxes(title=f"Predicted {in_sentence(LOG_LOSS)}, set held out")
    figure.update_yaxes(title=f"Measured {in_sentence(LOG_LOSS)}")
    return figure


def waterfall_figure(start: float, parts: pd.Series, of_what: str, value: str) -> go.Figure:
    """From the rule's value at the mean of all sets to that of one line, a step for each indicator.

    Args:
        start: the rule's value at the mean indicators of the sets.
        parts: what each indicator adds to it, by name.
        value: what the rule's value may be called.
    """
    names = ["Mean of the sets", *(column_title(str(name)) for name in parts.index), of_what]
    figure = go.Figure(
        go.Waterfall(
            x=names,
            y=[start, *parts, 0],
            measure=["absolute", *["relative"] * len(parts), "total"],
            text=[fixed(start, 4), *(number(v, signed=True) for v in parts), fixed(start + parts.sum(), 4)],
            textposition="outside",
            connector={"line": {"color": INK, "width": 1}},
            increasing={"marker": {"color": "#d98200"}},
            decreasing={"marker": {"color": ACCENT}},
            totals={"marker": {"color": INK}},
            hovertemplate="%{x}: %{text}<extra></extra>",
        )
    )
    passed = start + np.concatenate([[0.0], np.cumsum(parts.to_numpy(float))])
    room = max(np.ptp(passed) * 0.35, 1e-6)
    figure.update_layout(
        title={"text": f"Contributions of the indicators to {in_sentence(of_what)}"},
        height=400,
        margin={**MARGIN, "t": 50},
        showlegend=False,
    )
    figure.update_yaxes(title=value, range=[passed.min() - room, passed.max() + room])
    figure.update_xaxes(title="Indicator")
    return figure
