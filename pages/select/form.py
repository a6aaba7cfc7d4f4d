"""The left of the Select page: by what rows are ranked, how many are kept, and how they are spread."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.humanize import counted
from core.indicators import indicator, registry
from core.selection.spec import Diversity, Quotas, RankBy
from core.store import Dataset
from pages.components.foreign_text import plain
from pages.components.selection.rule_choice import rule_choice
from pages.components.selection.selection_settings import (
    ALL,
    PERCENT,
    ROWS,
    TOKENS,
    SelectionForm,
    bound,
    change_form,
    current_form,
    redraw_selection,
)
from pages.components.shown_value import tied
from pages.components.trust import marked_title, show_trust
from pages.select.way_choice import way_choice

RANKINGS = {
    RankBy.RULE: "Rule",
    RankBy.INDICATOR: "Indicator",
    RankBy.WAY: "Way",
    RankBy.ORDER: "Filters",
    RankBy.RANDOM: "Random",
}
AMOUNTS = {PERCENT: "Percent", ROWS: "Rows", TOKENS: "Tokens", ALL: "All"}
QUOTAS = {
    Quotas.NONE: "None",
    Quotas.EQUAL: "Equal",
    Quotas.PROPORTIONAL: "Proportional to dataset size",
    Quotas.CUSTOM: "Manual",
}
DIVERSITY = {
    Diversity.NONE: "None",
    Diversity.MIN_DISTANCE: "Minimum distance",
    Diversity.K_CENTER: "k-center (greedy)",
}


def selection_form(form: SelectionForm, datasets: Sequence[Dataset], candidates: int) -> None:
    """Ask for everything that decides a selection but datasets and filters.

    Args:
        datasets: those in view.
        candidates: how many rows the filters leave.
    """
    st.subheader("Rank by", anchor=False)
    st.segmented_control(
        "Rank by",
        list(RANKINGS),
        format_func=RANKINGS.__getitem__,
        required=True,
        label_visibility="collapsed",
        width="stretch",
        **bound(form, "rank_by", "default"),
    )
    if form.rank_by == RankBy.RULE:
        rule_choice(form)
    elif form.rank_by == RankBy.INDICATOR:
        _indicator(form)
    elif form.rank_by == RankBy.WAY:
        way_choice(form, datasets)
    elif form.rank_by == RankBy.ORDER:
        st.caption("No ranking: rows that pass the filters are kept in file order.")
    else:
        st.caption("Rows that pass the filters are drawn at random (baseline).")
    st.subheader("Keep", anchor=False)
    _amount(form, candidates)
    st.subheader("Quotas and diversity", anchor=False)
    _quotas(form, datasets)
    _diversity(form)
    st.number_input(
        "Seed",
        min_value=0,
        max_value=2**31 - 1,
        help="For random rankings and the random baseline.",
        **bound(form, "seed"),
    )


def _indicator(form: SelectionForm) -> None:
    names = list(registry())
    st.selectbox(
        "Indicator",
        names,
        format_func=marked_title,
        **tied("selection indicator", form.indicator, _choose_indicator, names, redraw_selection),
    )
    st.segmented_control(
        "Prefer",
        ["highest", "lowest"],
        format_func=str.capitalize,
        required=True,
        **bound(form, "best", "default"),
    )
    about = indicator(form.indicator)
    if about.higher_is_better is None:
        st.caption(f"{plain(about.definition)} Neither direction is better by itself.")
    else:
        st.caption(f"{plain(about.definition)} {'Higher' if about.higher_is_better else 'Lower'} is better.")
    show_trust(form.indicator)


def _choose_indicator(chosen: str) -> None:
    change_form(indicator=chosen, best="lowest" if indicator(chosen).higher_is_better is False else "highest")


def _amount(form: SelectionForm, candidates: int) -> None:
    st.segmented_control(
        "Keep",
        list(AMOUNTS),
        format_func=AMOUNTS.__getitem__,
        required=True,
        label_visibility="collapsed",
        width="stretch",
        **bound(form, "amount", "default"),
    )
    slider, number = st.columns([3, 2], vertical_alignment="bottom")
    if form.amount == PERCENT:
        slider.slider("Percent of the rows", 0.1, 100.0, step=0.1, format="%.1f%%", **bound(form, "percent", twin="~"))
        number.number_input("Percent", 0.1, 100.0, step=1.0, format="%.1f", **bound(form, "percent"))
    elif form.amount == ROWS:
        if candidates > 1:
            within = min(form.rows, candidates)
            slider.slider("Rows", 1, candidates, **bound(form, "rows", shown=within, twin="~"))
        number.number_input("Rows", min_value=1, step=10, **bound(form, "rows"))
        if form.rows > candidates:
            st.caption(f":material/info: Only {counted(candidates, 'row')} pass the filters, fewer than {form.rows:,}.")
    elif form.amount == TOKENS:
        slider.number_input(
            "Response tokens",
            min_value=1,
            step=1_000,
            help="The best rows are kept until the next one would exceed this budget.",
            **bound(form, "tokens"),
        )
    else:
        st.caption("All rows that pass the filters, except those excluded below.")


def _quotas(form: SelectionForm, datasets: Sequence[Dataset]) -> None:
    if len(datasets) < 2:
        return
    st.selectbox(
        "Quotas by dataset", list(QUOTAS), format_func=QUOTAS.__getitem__, **bound(form, "quotas", list(QUOTAS))
    )
    if form.quotas == Quotas.CUSTOM:
        for each in datasets:
            number = str(each.dataset_id)
            most = form.custom_quotas.get(number, each.rows)
            shown = tied(f"selection quota {number}", most, partial(_keep_quota, number), then=redraw_selection)
            st.number_input(f"Maximum from {plain(each.name)}", 0, **shown)


def _keep_quota(dataset: str, most: int | None) -> None:
    if most is not None:
        change_form(custom_quotas=current_form().custom_quotas | {dataset: most})


def _diversity(form: SelectionForm) -> None:
    kinds = list(DIVERSITY)
    st.selectbox("Diversity", kinds, format_func=DIVERSITY.__getitem__, **bound(form, "diversity", kinds))
    if form.diversity == Diversity.MIN_DISTANCE:
        st.slider(
            "Minimum cosine distance",
            0.01,
            1.0,
            step=0.01,
            help="Rows closer than this to a better-ranked kept row are dropped (DEITA: 0.1).",
            **bound(form, "min_cosine_distance"),
        )
    elif form.diversity == Diversity.K_CENTER:
        st.caption("From the best 3n rows, the n rows that cover the embedding space best are kept.")
    st.toggle(
        "Drop near-duplicates",
        help="Of rows with nearly equal embeddings only the best-ranked is kept.",
        **bound(form, "near_duplicates"),
    )
    if form.near_duplicates:
        st.slider("Similarity threshold (cosine)", 0.5, 0.999, step=0.005, format="%.3f", **bound(form, "similarity"))
