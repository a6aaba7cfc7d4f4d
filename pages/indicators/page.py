"""Indicators: score the rows, see how the scores are distributed, and filter by dragging."""

import streamlit as st

from core.indicators import registry
from core.store.score_matrix import PREDICTED
from pages.components.linked_plots.component import split_by_mark
from pages.components.own_code import OwnCodeDialog, own_code, show_own_faults
from pages.components.redrawn import ROWS, draw_apart, shows_marks
from pages.components.rows.dataset_choice import dataset_choice
from pages.components.rows.filter_chips import filter_chips
from pages.components.rows.linked_table import linked_table
from pages.components.rows.saved_views import saved_views
from pages.components.rows.search import row_search
from pages.components.rows.semantic_search import answer_meaning
from pages.components.scoring_panel import scoring_panel
from pages.components.selection.predicted_column import rule_in_force
from pages.components.wording import column_title
from pages.components.workspace import filters, studio
from pages.indicators.one_indicator import one_indicator, readable_summary
from pages.indicators.overview import overview
from pages.indicators.pairs import correlations, pairs
from pages.indicators.profile_choice import profile_choice
from pages.indicators.target_choice import target_choice, tell_target

VIEWS = ("Overview", "One indicator", "Correlations", "Pairs", "Summary")

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Indicators", anchor=False)
    st.space("stretch")
    own_code(
        OwnCodeDialog(
            "indicators",
            studio().paths.indicators,
            "docs/own_indicators.md",
            studio().indicators.own_allowed,
            studio().indicators.allow_own,
            studio().indicators.own_table,
        )
    )
    target = st.container(width="content")
    profile_choice()
show_own_faults(studio().indicators.faults())
datasets = dataset_choice()
with target:
    target_choice(datasets)
names = {each.dataset_id: each.name for each in datasets}
rule_in_force()
running = scoring_panel(datasets)

computed = [name for name in registry() if name in studio().scores.columns()]
plotted = list(studio().rows.plot_scales(dict.fromkeys([PREDICTED, *computed], False), filters().dataset_ids))
scored = [column for column in plotted if column != PREDICTED]
if not scored:
    first = "" if running else "No scores yet. Press **Score now**. "
    st.info(f"{first}Distributions appear when the first dataset is scored.")
    st.stop()
tell_target(scored)


def controls() -> None:
    st.session_state.setdefault("view", VIEWS[0])
    with st.container(horizontal=True):
        st.segmented_control(
            "View",
            VIEWS,
            key="view",
            required=True,
            label_visibility="collapsed",
            on_change=lambda: st.rerun(scope="plots"),
        )
        st.space("stretch")
        with st.container(horizontal=True, width="content"):
            saved_views()
            row_search(320)
    answer_meaning()
    filter_chips()


def plots() -> None:
    shows_marks("plots", split_by_mark())
    view = st.session_state["view"]
    if view == "Overview":
        overview(plotted, datasets)
    elif view == "One indicator":
        one_indicator([*scored, *(column for column in plotted if column == PREDICTED)], datasets)
    elif view == "Correlations":
        correlations(scored)
    elif view == "Pairs":
        pairs(scored, names)
    else:
        table = studio().rows.summary(filters(), scored)
        table["indicator"] = table["indicator"].map(column_title)
        st.dataframe(readable_summary(table, "Indicator"), hide_index=True, height="content")


draw_apart({"controls": controls, "plots": plots, ROWS: lambda: linked_table(scored, names)})
