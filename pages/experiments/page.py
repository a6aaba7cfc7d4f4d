"""Experiments: tune a model on candidate sets, watch it, and see which data made the better model."""

import streamlit as st

from core.errors import StudioError
from pages.components.attempt import show_callback_error
from pages.components.foreign_text import plain
from pages.components.tuning.experiment_settings import NEW, TOURNAMENT, open_wizard, show, shown_now
from pages.components.workspace import show_error, studio
from pages.experiments.actions import keeping_actions
from pages.experiments.begin import introduction
from pages.experiments.list import experiment_list
from pages.experiments.progress import experiment_progress
from pages.experiments.results import experiment_results
from pages.experiments.tournament_form import open_tournament, tournament_form
from pages.experiments.wizard import wizard

st.title("Experiments", anchor=False)
shown = shown_now()

if not studio().datasets.all() and not studio().experiments.all():
    st.info("No datasets. Load data first.")
    st.page_link("pages/datasets/page.py", label="Load data", icon=":material/database:")
elif shown == NEW:
    wizard()
elif shown == TOURNAMENT:
    tournament_form()
elif shown.isdigit():
    try:
        saved = studio().experiments.get(int(shown))
    except StudioError as error:
        show_error(error)
        st.button("Back to the list", icon=":material/arrow_back:", on_click=show, args=(None,))
        st.stop()
    name, actions = st.columns([3, 4], vertical_alignment="center")
    name.subheader(plain(saved.name), anchor=False)
    with actions:
        keeping_actions(saved)
    st.button("All experiments", icon=":material/arrow_back:", type="tertiary", on_click=show, args=(None,))
    experiment_progress(saved)
    st.subheader("Results", anchor=False)
    experiment_results(saved)
elif studio().experiments.all():
    show_callback_error()
    with st.container(horizontal=True):
        st.button("New experiment", icon=":material/add:", type="primary", on_click=open_wizard)
        st.button("New tournament", icon=":material/trophy:", on_click=open_tournament)
    experiment_list()
else:
    show_callback_error()
    introduction()
