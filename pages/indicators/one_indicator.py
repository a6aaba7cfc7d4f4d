"""One indicator at large: its distribution in four views, its numbers by dataset, and its outliers."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.indicators import indicator
from pages.components.figures import CONFIG, histogram, spread
from pages.components.foreign_text import plain
from pages.components.rows.choosing import choose_range, plot_key
from pages.components.trust import marked_title, trust_sentence
from pages.components.wording import readable
from pages.components.workspace import filters, set_filters, studio
from pages.indicators.overview import binned

VIEWS = ("Stacked", "Overlaid", "Box", "Violin")
SPREAD_ROWS = 5_000


def one_indicator(columns: Sequence[str], names: Mapping[int, str]) -> None:
    """Choose an indicator and a view; drag to filter."""
    choice, view_choice, axis = st.columns([3, 3, 1], vertical_alignment="bottom")
    column = choice.selectbox("Indicator", columns, format_func=marked_title, key="one_column")
    view = view_choice.segmented_control("View", VIEWS, default=VIEWS[0], key="one_view", required=True)
    about = indicator(column)
    log = axis.toggle("Log axis", value=about.skewed, key=f"log {column}")
    st.caption(plain(f"{about.definition} Source: {about.source}"))
    if said := trust_sentence(column):
        st.caption(said)
    if view in ("Box", "Violin"):
        sample = studio().rows.sample(filters(), [column], SPREAD_ROWS)
        st.plotly_chart(
            spread(column, sample, names, violin=view == "Violin", unit=about.unit, log=log),
            config=CONFIG,
            key="spread",
        )
        left = studio().rows.count(filters())
        if left > len(sample):
            st.caption(f"Plot of a random sample of {len(sample):,} of {left:,} rows. The table below uses all rows.")
    else:
        _distribution(column, names, about.unit, log, view == "Stacked")
    by_dataset = studio().rows.summary(filters(), [column], by_dataset=True)
    st.dataframe(_summary_by_dataset(by_dataset, names), hide_index=True, height="content")
    _outliers(column)


def _distribution(column: str, names: Mapping[int, str], unit: str, log: bool, stacked: bool) -> None:
    counts, everything = binned(column, 80, log)
    key = plot_key(f"large {column} {log} {stacked}")
    st.plotly_chart(
        histogram(
            column,
            counts,
            everything,
            names,
            unit=unit,
            log=log,
            stacked=stacked,
            chosen=next((each for each in filters().ranges if each.column == column), None),
        ),
        key=key,
        on_select=lambda: choose_range(column, key, log),
        selection_mode=("box", "points"),
        config=CONFIG,
    )


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
            st.button(f"{label} ({count:,}, {sign})", disabled=not count, on_click=set_filters, args=(beyond,))
