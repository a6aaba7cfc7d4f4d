"""A look at what should not be trained on: rows that repeat others, and rows that ask what an evaluation set asks."""

from collections.abc import Sequence

import streamlit as st

from core.store import Dataset
from pages.components.foreign_text import plain
from pages.datasets.check_contamination import check_contamination
from pages.datasets.check_near_duplicates import check_near_duplicates


def data_check(datasets: Sequence[Dataset]) -> None:
    """Choose datasets, look, and leave out what was found."""
    names = {each.dataset_id: each.name for each in datasets}
    with st.expander("Find near-duplicates and contamination", icon=":material/fact_check:"):
        chosen = st.pills(
            "Datasets (none chosen: all)",
            list(names),
            format_func=lambda number: plain(names[number]),
            selection_mode="multi",
            key="checked datasets",
        )
        looked_at = [each for each in datasets if not chosen or each.dataset_id in chosen]
        near, evaluation = st.tabs(["Near-duplicates", "Contamination"])
        with near:
            check_near_duplicates(looked_at)
        with evaluation:
            check_contamination(looked_at)
