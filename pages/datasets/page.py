"""Datasets: load instruction data and see what was kept, what was refused and why."""

import streamlit as st

from core.humanize import counted
from pages.components.workspace import studio
from pages.datasets.data_check import data_check
from pages.datasets.dataset_list import dataset_list
from pages.datasets.load_panel import load_panel, open_load_panel
from pages.datasets.load_progress import load_progress
from pages.datasets.start_over import start_over

datasets = studio().datasets.all()
with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Datasets", anchor=False)
    st.space("stretch")
    if datasets:
        start_over()
        if st.button("Curate", icon=":material/auto_awesome:", help="Which rows to train on, in one go."):
            st.switch_page("pages/curate/page.py")
        st.button("Load data", icon=":material/upload:", type="primary", on_click=open_load_panel)
st.markdown("Load instruction data, score it, and select the rows to train on.")

load_progress()
load_panel(expanded=not datasets)

if not datasets:
    st.info("No datasets. Load data above, or load the demo data.")
    if st.button("Load the demo data"):
        studio().workspace.load_demo()
        st.rerun()
    st.stop()

total = sum(each.rows for each in datasets)
st.subheader(
    f"{len(datasets)} datasets, {counted(total, 'row')}"
    if len(datasets) > 1
    else f"1 dataset, {counted(total, 'row')}",
    anchor=False,
)
dataset_list(datasets)
data_check(datasets)
told = "Score the rows" if studio().scores.missing() else "Look at the scores"
st.page_link("pages/indicators/page.py", label=told, icon=":material/arrow_forward:")
