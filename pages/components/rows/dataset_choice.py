"""Which datasets are looked at, the same on every page."""

import streamlit as st

from core.store import Dataset
from pages.components.foreign_text import plain
from pages.components.shown_value import tied
from pages.components.workspace import filters, set_filters, studio


def dataset_choice() -> list[Dataset]:
    """Pills for the datasets; none chosen means all. Returns those in view; stops the page where there are none."""
    present = studio().datasets.all()
    if not present:
        st.info("No datasets. Load data first.")
        st.page_link("pages/datasets/page.py", label="Load data", icon=":material/database:")
        st.stop()
    names = {each.dataset_id: each.name for each in present}
    if len(present) > 1:
        st.pills(
            "Datasets (none chosen: all)",
            list(names),
            format_func=lambda number: plain(names[number]),
            selection_mode="multi",
            **tied("dataset_choice", list(filters().dataset_ids), _remember, "default"),
        )
    chosen = set(filters().dataset_ids)
    return [each for each in present if not chosen or each.dataset_id in chosen]


def _remember(dataset_ids: list[int]) -> None:
    set_filters(filters().with_datasets(dataset_ids))
