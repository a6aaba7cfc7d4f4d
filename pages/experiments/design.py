"""How far apart the designed sets lie, beside as many fused ones."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.experiments.draft import Draft
from core.rows.candidate_set import Kind
from pages.components.figures import COMPACT_CONFIG
from pages.components.foreign_text import plotted
from pages.components.palette import SET_LOOKS
from pages.components.wording import column_title, in_sentence


def show_design(made: Draft) -> None:
    """The means of two indicators, a point a set, and what the design gains; nothing without designed sets."""
    if made.fused_means is None:
        return
    scored, gain = made.compared_indicators, made.design_gain
    if len(scored) < 2 or gain is None:
        st.caption(
            ":material/info: Without scores of two indicators the sets are chosen by their shares of the datasets "
            "only. Score the datasets first for a better design."
        )
        return
    x, y = st.columns(2)
    across = x.selectbox("Across", scored, format_func=column_title, key="design across")
    others = [name for name in scored if name != across]
    up = y.selectbox("Up", others, format_func=column_title, key="design up")
    figure = design_figure(made.designed_means, made.fused_means, across, up)
    st.plotly_chart(figure, config=COMPACT_CONFIG, key="design")
    st.caption(gain.told)


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
                customdata=[plotted(each) for each in part["name"]],
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
