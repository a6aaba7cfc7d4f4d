"""How far apart the designed sets lie, beside as many fused ones."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.experiments.designed import coefficient_errors, condition_number
from core.experiments.draft import Draft
from core.rows.candidate_set import Kind
from pages.components.figures import COMPACT_CONFIG
from pages.components.palette import SET_LOOKS
from pages.components.wording import column_title, in_sentence


def show_design(made: Draft) -> None:
    """The means of two indicators, a point a set, and what the design gains; nothing without designed sets."""
    if made.fused_means is None:
        return
    designed = made.means[made.means["kind"] == Kind.DESIGNED]
    scored = [n for n in made.means.columns[3:] if designed[n].notna().all() and made.fused_means[n].notna().all()]
    if len(scored) < 2:
        st.caption(
            ":material/info: Without scores of two indicators the sets are chosen by their shares of the datasets "
            "only. Score the datasets first for a better design."
        )
        return
    x, y = st.columns(2)
    across = x.selectbox("Across", scored, format_func=column_title, key="design across")
    others = [name for name in scored if name != across]
    up = y.selectbox("Up", others, format_func=column_title, key="design up")
    figure = design_figure(designed, made.fused_means, across, up)
    st.plotly_chart(figure, config=COMPACT_CONFIG, key="design")
    st.caption(_told(designed[scored].to_numpy(float), made.fused_means[scored].to_numpy(float)))


def design_figure(designed: pd.DataFrame, fused: pd.DataFrame, x: str, y: str) -> go.Figure:
    """Mean indicators of each set, designed and fused.

    Args:
        designed, fused: of `set_means`.
    """
    figure = go.Figure()
    for kind, part, name in ((Kind.FUSED, fused, "As many fused sets"), (Kind.DESIGNED, designed, "Designed sets")):
        _, colour, symbol = SET_LOOKS[kind]
        figure.add_trace(
            go.Scatter(
                x=part[x],
                y=part[y],
                mode="markers",
                name=name,
                marker={"color": colour, "symbol": symbol, "size": 9, "opacity": 0.85, "line": {"width": 1}},
                customdata=list(part["name"]),
                hovertemplate="%{customdata}: %{x:.4g}, %{y:.4g}<extra></extra>",
            )
        )
    figure.update_layout(
        title={"text": "Mean indicators, one point per set"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        height=360,
        margin={"l": 8, "r": 8, "t": 70, "b": 8},
    )
    figure.update_xaxes(title=f"Mean {in_sentence(column_title(x))}")
    figure.update_yaxes(title=f"Mean {in_sentence(column_title(y))}")
    return figure


def _told(designed: np.ndarray, fused: np.ndarray) -> str:
    """What the design gains: wider means, and coefficients that are better known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        wider = float(np.median(designed.std(axis=0) / fused.std(axis=0)))
    told = f"The means spread {wider:.1f} times as wide as those of as many fused sets (median over the indicators). "
    ours, theirs = coefficient_errors(designed), coefficient_errors(fused)
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        return told + f"{len(designed)} sets are too few to tell {designed.shape[1]} indicators apart all at once."
    return (
        f"{told}With the same noise, standard errors of the coefficients are {float(np.median(theirs / ours)):.1f} "
        f"times smaller. Condition number of the standardised means: {condition_number(designed):.3g}, fused "
        f"{condition_number(fused):.3g} (1: no two indicators go together)."
    )
