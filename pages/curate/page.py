"""Curate: from data to the rows worth training on, in one go."""

import streamlit as st

from core.errors import StoreError
from pages.components.attempt import show_callback_error
from pages.components.workspace import studio
from pages.curate.form import SHOWN, curation_form
from pages.curate.list import curation_list
from pages.curate.result import curation_result
from pages.curate.steps import curation_steps

st.title("Curate", anchor=False)
st.markdown("The rows of your data to train on, in one go.")
show_callback_error()
try:
    shown = studio().curations.get(st.session_state[SHOWN]) if SHOWN in st.session_state else None
except StoreError:
    shown = None

if not studio().datasets.all():
    st.info("No datasets. Load data first.")
    st.page_link("pages/datasets/page.py", label="Load data", icon=":material/database:")
elif shown is not None:
    curation_steps(shown)
    curation_result(shown)
else:
    curation_form()
    curation_list()
