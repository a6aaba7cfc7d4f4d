"""Keeping the selection in view under a name."""

from collections.abc import Mapping

import streamlit as st

from core.errors import StoreError
from core.outcome import Outcome
from core.selection_record import SelectionRecord, record_outcome
from core.selection_spec import RankBy, SelectionSpec
from pages.components.export_choice import IN_VIEW, open_export
from pages.components.wording import column_title, in_sentence
from pages.components.workspace import chosen_profile, scorers, store


def default_name(spec: SelectionSpec, kept: int) -> str:
    """What the selection is called until the user names it: `Best 62 by InstructMining v1, Equation (4)`."""
    if spec.rank_by is RankBy.RULE and spec.rule is not None:
        return f"Best {kept:,} by {spec.rule.title}"
    if spec.rank_by is RankBy.INDICATOR:
        return f"{'Highest' if spec.descending else 'Lowest'} {kept:,} by {in_sentence(column_title(spec.indicator))}"
    return f"{kept:,} at random, seed {spec.seed}" if spec.rank_by is RankBy.RANDOM else f"First {kept:,} that pass"


def record_of(outcome: Outcome) -> SelectionRecord:
    """The record of the selection in view, as it stands now."""
    keys = {each.dataset_id: scorers(each) for each in store().datasets()}
    return record_outcome(store(), outcome, chosen_profile().name, keys)


def save_selection(outcome: Outcome) -> None:
    """A name and a button that keeps it; and the way to its file."""
    spec, kept = outcome.selection.spec, len(outcome.selection.kept)
    suggestion = _free(default_name(spec, kept), {each.name: 0 for each in store().selections()})
    if st.session_state.get("suggested name") != suggestion or "selection name" not in st.session_state:
        st.session_state["suggested name"] = st.session_state["selection name"] = suggestion
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Save this selection as", key="selection name", max_chars=120)
        st.button("Save", icon=":material/bookmark_add:", on_click=_save, args=(outcome,))
        st.button("Export", icon=":material/download:", type="primary", on_click=open_export, args=(IN_VIEW,))


def keep_selection(wish: str, outcome: Outcome) -> str:
    """Keep a selection under this name, or the next free one like it; returns the name."""
    name = _free(wish, {each.name: 0 for each in store().selections()})
    record = record_of(outcome)
    store().save_selection(name, record.spec.as_dict(), outcome.selection.kept, record.summary())
    return name


def _save(outcome: Outcome) -> None:
    try:
        name = keep_selection(st.session_state["selection name"].strip(), outcome)
    except StoreError as error:
        st.toast(f"The selection can't be kept. {error}", icon=":material/error:", duration="long")
        return
    st.toast(f"Saved as “{name}”.", icon=":material/bookmark_added:")


def _free(wish: str, taken: Mapping[str, int]) -> str:
    free, number = wish or "Selection", 2
    while free in taken:
        free, number = f"{wish or 'Selection'} ({number})", number + 1
    return free
