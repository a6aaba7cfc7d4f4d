"""Experiments: tune a model on candidate sets, watch it, and see which data made the better model."""

import streamlit as st

from core.errors import StudioError
from pages.components.chrome import require_frame
from pages.components.experiment_actions import keeping_actions, told_fault
from pages.components.experiment_begin import introduction
from pages.components.experiment_form import NEW, open_wizard, show, shown_now
from pages.components.experiment_list import experiment_list
from pages.components.experiment_progress import experiment_progress
from pages.components.experiment_results import experiment_results
from pages.components.experiment_wizard import wizard
from pages.components.workspace import show_error, store

require_frame("pages/experiments.py")
st.title("Experiments", anchor=False)
shown = shown_now()

if not store().datasets() and not store().experiments():
    st.info("There are no datasets yet. Load some first.")
    st.page_link("pages/datasets.py", label="Load data", icon=":material/database:")
elif shown == NEW:
    wizard()
elif shown.isdigit():
    try:
        saved = store().experiment(int(shown))
    except StudioError as error:
        show_error(error)
        st.button("Back to the list", icon=":material/arrow_back:", on_click=show, args=(None,))
        st.stop()
    name, actions = st.columns([3, 4], vertical_alignment="center")
    name.subheader(saved.name, anchor=False)
    with actions:
        keeping_actions(saved)
    st.button("All experiments", icon=":material/arrow_back:", type="tertiary", on_click=show, args=(None,))
    experiment_progress(saved)
    st.subheader("Results", anchor=False)
    experiment_results(saved)
elif store().experiments():
    told_fault()
    st.button("New experiment", icon=":material/add:", type="primary", on_click=open_wizard)
    experiment_list()
else:
    told_fault()
    introduction()
