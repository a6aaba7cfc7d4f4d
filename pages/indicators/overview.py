"""All indicators at a glance: a small histogram each, every one of them a filter."""

import html
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.indicators import indicator
from core.rows.filters import Filters
from pages.components.figures import COMPACT_CONFIG, histogram, stack_filtered
from pages.components.foreign_text import plain
from pages.components.palette import dataset_colour
from pages.components.rows.choosing import choose_range, plot_key
from pages.components.trust import is_weak, trust_sentence
from pages.components.wording import column_title
from pages.components.workspace import filters, studio

ACROSS = 6
BINS = 40


def overview(columns: Sequence[str], names: Mapping[int, str]) -> None:
    """A grid of histograms. Dragging over one filters all the others and the table."""
    hint, key = st.columns([3, 2], vertical_alignment="center")
    grey = " Grey: all rows (rescaled if few rows pass the filters)." if filters().active else ""
    hint.caption(f"Drag across a plot or click a bar to filter rows. Double-click to remove the filter.{grey}")
    with key:
        legend(names)
    with st.container(key="overview"):
        for start in range(0, len(columns), ACROSS):
            for place, column in zip(st.columns(ACROSS, gap="small"), columns[start : start + ACROSS], strict=False):
                with place:
                    _small(column, names)


def legend(names: Mapping[int, str]) -> None:
    """Which colour is which dataset."""
    entries = "".join(
        f'<span><span style="color:{dataset_colour(number)}">■</span> {html.escape(name)}</span>'
        for number, name in names.items()
    )
    frame = "display:flex;flex-wrap:wrap;gap:0 0.9rem;justify-content:flex-end;font-size:0.85rem"
    st.html(f'<div style="{frame}">{entries}</div>')


def _small(column: str, names: Mapping[int, str]) -> None:
    log = indicator(column).skewed
    key = plot_key(f"small {column}")
    badge = " :orange-badge[weak]" if is_weak(column) else ""
    about = plain(f"{indicator(column).definition} {trust_sentence(column)}")
    st.markdown(f"**{plain(column_title(column))}**{badge}", help=about)
    counts, everything = binned(column, BINS, log)
    chosen = next((each for each in filters().ranges if each.column == column), None)
    st.plotly_chart(
        histogram(column, counts, everything, names, log=log, chosen=chosen, compact=True),
        key=key,
        on_select=lambda: choose_range(column, key, log),
        selection_mode=("box", "points"),
        config=COMPACT_CONFIG,
        alt=f"Histogram of {column_title(column)}",
    )


def binned(column: str, bins: int, log: bool) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Counts under the filters on the other columns, and, where filters are in force, of all rows."""
    current = filters()
    others = current.without(column)
    counts = _histogram(column, others, bins, log)
    if not others.active:
        return counts, None
    return stack_filtered(counts), _histogram(column, current.cleared(), bins, log)


def _histogram(column: str, under: Filters, bins: int, log: bool) -> pd.DataFrame:
    marks = studio().marks.revision if under.marked else 0
    return _cached_histogram(column, under, bins, log, (studio().scores.revision, marks))


@st.cache_data(max_entries=500, show_spinner=False, hash_funcs={Filters: repr})
def _cached_histogram(column: str, under: Filters, bins: int, log: bool, revision: tuple[int, int]) -> pd.DataFrame:
    return studio().rows.histogram(column, under, bins, log)
