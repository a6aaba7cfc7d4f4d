"""Step 1 of an experiment: on which sets models are tuned."""

import streamlit as st

from core.experiments.plan import ExperimentPlan
from core.experiments.presets import PRESETS
from core.indicators import registry
from core.rows.filters import Filters
from core.store import Dataset
from pages.components.foreign_text import plain
from pages.components.shown_value import tied
from pages.components.tuning.experiment_settings import bound, change_plan, use_preset
from pages.components.wording import column_title
from pages.components.workspace import studio

MOST_SETS = 1_000


def data_step(plan: ExperimentPlan) -> None:
    """Ask for the candidate sets; every kind can be had together with the others."""
    st.pills(
        "Preset (all values can be changed)",
        list(PRESETS),
        format_func=lambda name: PRESETS[name].title,
        required=True,
        **tied("experiment preset choice", plan.preset, use_preset, "default"),
    )
    st.caption(PRESETS[plan.preset].description)
    datasets = studio().datasets.all()
    drawn, others = st.columns(2, gap="large")
    with drawn:
        _drawn(plan, datasets)
    with others:
        _levels(plan, datasets)
        _selections(plan)
    untuned = "and the base model is evaluated for comparison"
    st.markdown(f"**{plan.sets} candidate sets**: one model is tuned on each, {untuned}.")


def _drawn(plan: ExperimentPlan, datasets: list[Dataset]) -> None:
    with st.container(border=True):
        st.markdown("**Designed, fused and random sets**")
        names = {each.dataset_id: f"{each.name} ({each.rows:,})" for each in datasets}
        st.pills(
            "Datasets (none chosen: all)",
            list(names),
            format_func=lambda number: plain(names[number]),
            selection_mode="multi",
            **bound(plan, "dataset_ids", "default"),
        )
        st.number_input(
            "Designed sets",
            0,
            MOST_SETS,
            help="Sets that lie far apart: mixes of few datasets and of levels of the indicators, chosen among many so "
            "that a rule can be learned from few of them. Score the datasets first.",
            **bound(plan, "designed_sets"),
        )
        left, right = st.columns(2)
        left.number_input(
            "Fused sets",
            0,
            MOST_SETS,
            help="The paper's design: each set has random shares of the datasets, so sets differ in quality.",
            **bound(plan, "fused_sets"),
        )
        right.number_input(
            "Random sets",
            0,
            MOST_SETS,
            help="Rows drawn uniformly from all chosen datasets: the baseline.",
            **bound(plan, "random_sets"),
        )
        left.number_input("Rows per set", 1, step=8, **bound(plan, "rows"))
        right.number_input("Seed", 0, 2**31 - 1, help="The same seed gives the same sets.", **bound(plan, "seed"))
        wanted = [each for each in datasets if not plan.dataset_ids or each.dataset_id in plan.dataset_ids]
        there = sum(each.rows for each in wanted)
        if plan.drawn_sets and plan.rows > there:
            st.warning(
                f"The chosen datasets have {there:,} rows, fewer than the {plan.rows:,} rows per set.",
                icon=":material/warning:",
            )


def _levels(plan: ExperimentPlan, datasets: list[Dataset]) -> None:
    with st.container(border=True):
        st.markdown("**Levels of one dataset by indicator**")
        if not datasets:
            st.caption("No datasets.")
            return
        names = {each.dataset_id: each.name for each in datasets}
        numbers = list(names)
        st.selectbox("Dataset", numbers, format_func=names.__getitem__, **bound(plan, "level_dataset", numbers))
        summary = studio().rows.summary(
            Filters((plan.level_dataset,)), [n for n in registry() if n in studio().scores.columns()]
        )
        scored = [] if summary.empty else summary.loc[summary["n"] >= plan.levels, "indicator"].tolist()
        if plan.level_indicators and not set(plan.level_indicators) <= set(scored):
            change_plan(level_indicators=tuple(name for name in plan.level_indicators if name in scored))
            st.rerun()
        if not scored:
            st.caption("This dataset has no scores yet; levels need scores.")
            st.page_link("pages/indicators/page.py", label="Score on the Indicators page", icon=":material/bar_chart:")
            return
        st.multiselect(
            "Indicators",
            scored,
            format_func=column_title,
            placeholder="None",
            help="For each indicator, rows are sorted from highest to lowest and cut into levels of equal size.",
            **bound(plan, "level_indicators", "default"),
        )
        if plan.level_indicators:
            left, right = st.columns(2)
            left.number_input("Levels", 2, 100, help="K in the paper (8).", **bound(plan, "levels"))
            right.number_input("Rows per level", 0, help="0: the whole level.", **bound(plan, "level_rows"))


def _selections(plan: ExperimentPlan) -> None:
    with st.container(border=True):
        st.markdown("**Saved selections**")
        saved = {each.selection_id: f"{each.name} ({each.rows:,})" for each in studio().selections.all()}
        if not saved:
            st.caption("No saved selections. Save one on the Select page.")
            return
        st.multiselect(
            "Selections",
            list(saved),
            format_func=saved.__getitem__,
            placeholder="None",
            help="Each selection becomes a candidate set, to compare with random sets of the same size.",
            **bound(plan, "selection_ids", "default"),
        )
