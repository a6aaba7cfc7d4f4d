"""The searches of a selection's size that there are."""

import streamlit as st

from core.experiments.size.plan import size_plan_of
from core.store import SavedSelection
from pages.components.foreign_text import plain
from pages.components.tuning.experiment_settings import show
from pages.components.workspace import studio


def past_searches(saved: SavedSelection) -> None:
    """A line for each search of this selection's size, newest first, with what it came to; nothing without any."""
    for each in studio().experiments.all():
        search = size_plan_of(each.spec)
        if search is None or search.selection_id != saved.selection_id:
            continue
        with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
            with st.container():
                st.markdown(f"**{plain(each.name)}**")
                st.caption(studio().sizes.verdict(each.experiment_id).told)
            if st.button("Open", key=f"open search {each.experiment_id}"):
                show(each.experiment_id)
                st.switch_page("pages/experiments/page.py")
