"""One indicator at large: its distribution in three views, its numbers by dataset, and its outliers."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.humanize import counted
from core.indicators import indicator
from core.rows.filters import Filters
from core.store import Dataset
from core.store.score_matrix import PREDICTED
from pages.components.figures import CONFIG, spread
from pages.components.foreign_text import plain
from pages.components.linked_plots.component import linked_plots, usual_log
from pages.components.redrawn import redraw_parts
from pages.components.selection.predicted_column import shown_title
from pages.components.trust import marked_title, show_trust
from pages.components.wording import readable
from pages.components.workspace import filters, set_filters, studio

VIEWS = ("Histogram", "Box", "Violin")
SPREAD_ROWS = 5_000
MOST_BARS = 100


def one_indicator(columns: Sequence[str], datasets: Sequence[Dataset]) -> None:
    """Choose an indicator and a view; drag to filter."""
    names = {each.dataset_id: each.name for each in datasets}
    choice, view_choice, axis = st.columns([3, 3, 1], vertical_alignment="bottom")
    if st.session_state.get("one_column") not in columns:
        st.session_state["one_column"] = columns[0]
    column = choice.selectbox("Indicator", columns, format_func=_title, key="one_column")
    st.session_state.setdefault("one_view", VIEWS[0])
    view = view_choice.segmented_control("View", VIEWS, key="one_view", required=True)
    log = axis.toggle("Log axis", value=usual_log(column), key=f"log {column}")
    unit = _about(column)
    if view in ("Box", "Violin"):
        sample = studio().rows.sample(filters(), [column], SPREAD_ROWS)
        st.plotly_chart(
            spread(column, sample, names, violin=view == "Violin", unit=unit, log=log),
            config=CONFIG,
            key="spread",
        )
        left = studio().rows.count(filters())
        if left > len(sample):
            st.caption(
                f"Plot of a random sample of {len(sample):,} of {counted(left, 'row')}. The table below uses all rows."
            )
    else:
        linked_plots(f"large {column}", {column: log}, datasets, most_bars=MOST_BARS, large=True)
    by_dataset = studio().rows.summary(filters(), [column], by_dataset=True)
    st.dataframe(_summary_by_dataset(by_dataset, names), hide_index=True, height="content")
    _outliers(column)


def _title(column: str) -> str:
    return shown_title(column) if column == PREDICTED else marked_title(column)


def _about(column: str) -> str:
    """Say what a score is; returns its unit."""
    if column == PREDICTED:
        st.caption("The value of the rule that is chosen on the Select page, of each row. Lower is better.")
        return ""
    about = indicator(column)
    st.caption(plain(f"{about.definition} Source: {about.source}"))
    show_trust(column)
    return about.unit


def _summary_by_dataset(summary: pd.DataFrame, names: Mapping[int, str]) -> pd.DataFrame:
    labelled = summary.assign(indicator=summary["dataset_id"].map(names)).drop(columns="dataset_id")
    return readable_summary(labelled, "Dataset")


def readable_summary(summary: pd.DataFrame, first: str) -> pd.DataFrame:
    """A summary with people's headings and numbers."""
    headings = {"n": "Rows", "missing": "Missing", "q05": "5%", "q25": "25%", "q75": "75%", "q95": "95%"}
    shown = pd.DataFrame({first: summary["indicator"]})
    for column in ("n", "missing", "mean", "sd", "min", "q05", "q25", "median", "q75", "q95", "max"):
        shown[headings.get(column, column.capitalize() if column != "sd" else "SD")] = [
            f"{int(v):,}" if column in ("n", "missing") else readable(v) for v in summary[column]
        ]
    return shown


def _outliers(column: str) -> None:
    """Rows beyond Tukey's fences (1.5 interquartile ranges outside the quartiles), one click away."""
    whole = studio().rows.summary(filters().without(column), [column]).iloc[0]
    if not whole["n"] or whole["q25"] == whole["q75"]:
        return
    fence = 1.5 * (whole["q75"] - whole["q25"])
    ends = [("Outliers below", None, whole["q25"] - fence), ("Outliers above", whole["q75"] + fence, None)]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Outliers beyond 1.5 IQR:")
        for label, low, high in ends:
            beyond = filters().with_range(column, low, high)
            count = studio().rows.count(beyond)
            sign = f"< {readable(high)}" if low is None else f"> {readable(low)}"
            st.button(f"{label} ({count:,}, {sign})", disabled=not count, on_click=_look_at, args=(beyond,))


def _look_at(chosen: Filters) -> None:
    set_filters(chosen)
    redraw_parts()
