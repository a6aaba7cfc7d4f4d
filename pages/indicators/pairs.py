"""How indicators go together: correlations, and a plane of two of them with a lasso."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.indicators import indicator
from pages.components.figures import CONFIG, heat_map, matrix_of_pairs, pair_plot
from pages.components.rows.choosing import choose_lasso, plot_key
from pages.components.rows.within_shape import within_shape
from pages.components.wording import column_title
from pages.components.workspace import filters, studio

PAIR_ROWS = 4_000
MATRIX_ROWS = 800


def correlations(columns: Sequence[str]) -> None:
    """The heat map of the rows under the filters in force."""
    left = studio().rows.count(filters())
    if left < 3:
        st.info("A correlation needs at least 3 rows. Remove a filter.")
        return
    st.plotly_chart(heat_map(studio().rows.correlations(columns, filters())), config=CONFIG, key="heat map")
    st.caption(f"{left:,} rows. Empty cell: one of the two indicators is constant.")


def pairs(columns: Sequence[str], names: Mapping[int, str]) -> None:
    """A plane of two indicators; drag a lasso around rows to keep them."""
    across, up, kind = st.columns([2, 2, 1], vertical_alignment="bottom")
    x = across.selectbox("X axis", columns, format_func=column_title, key="pair_x")
    y = up.selectbox("Up", columns, index=min(1, len(columns) - 1), format_func=column_title, key="pair_y")
    every = kind.toggle("All pairs", key="every_pair")
    st.caption("Draw a box or lasso around points to filter rows; rows outside the sample are included.")
    if every:
        few = list(dict.fromkeys([x, y, *columns]))[:6]
        key = plot_key("every pair")
        figure = matrix_of_pairs(few, studio().rows.sample(filters(), few, MATRIX_ROWS), names)
        logs = [False] * len(few)
    else:
        few, logs = [x, y], [indicator(x).skewed, indicator(y).skewed]
        key = plot_key(f"pair {x} {y}")
        sample = studio().rows.sample(filters(), list(dict.fromkeys(few)), PAIR_ROWS)
        figure = pair_plot(x, y, sample, names, log_x=logs[0], log_y=logs[1], total=studio().rows.count(filters()))
    st.plotly_chart(
        figure,
        key=key,
        on_select=lambda: _choose(few, key, logs, every),
        selection_mode=("lasso", "box"),
        config=CONFIG | {"scrollZoom": False},
    )
    drawn = [each for each in filters().lassos if not each.outside and {each.x, each.y} <= set(few)]
    within_shape(drawn[-1] if drawn else None)


def _choose(columns: Sequence[str], key: str, logs: Sequence[bool], every: bool) -> None:
    if every:
        choose_lasso(columns, columns, key, logs, logs)
    else:
        choose_lasso(columns[:1], columns[1:], key, logs[:1], logs[1:])
