"""Datasets: load instruction data and see what was kept, what was refused and why."""

import streamlit as st

from pages.components.chrome import require_frame
from pages.components.data_check import data_check
from pages.components.dataset_list import dataset_list
from pages.components.load_panel import load_panel
from pages.components.load_progress import load_progress
from pages.components.workspace import store

require_frame("pages/datasets.py")
st.title("Datasets", anchor=False)
st.markdown("Which of your instruction data should you train on? Load them here, then score, look, and select.")

datasets = store().datasets()
load_progress()
with st.expander("Load data", expanded=not datasets, icon=":material/upload:", key="load data"):
    load_panel()

if not datasets:
    st.info("Nothing is loaded. Load your own data above, or the demo again.")
    if st.button("Load the demo data"):
        from core.demo import load_demo

        load_demo(store())
        st.rerun()
    st.stop()

total = sum(each.rows for each in datasets)
st.subheader(
    f"{len(datasets)} datasets, {total:,} rows" if len(datasets) > 1 else f"1 dataset, {total:,} rows", anchor=False
)
dataset_list(datasets)
data_check(datasets)
st.page_link("pages/indicators.py", label="Next: score and look at the indicators", icon=":material/arrow_forward:")
