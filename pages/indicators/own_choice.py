"""Indicators of one's own: off until they are switched on here."""

import streamlit as st

from core.errors import StudioError
from pages.components.shown_value import tied
from pages.components.workspace import show_error, studio


def own_choice() -> None:
    """A button to the dialog; what is at fault is said on the page."""
    if st.button("Own indicators", icon=":material/extension:", width="stretch"):
        _dialog()


def show_faults_of_own() -> None:
    """Say which of the user's own indicators can't be offered, and why."""
    for fault in studio().indicators.faults():
        st.warning(str(fault), icon=":material/extension_off:")


@st.dialog("Own indicators", width="medium")
def _dialog() -> None:
    folder = studio().paths.indicators
    st.toggle("Use own indicators", **tied("own indicators switch", studio().indicators.own_allowed, _switch))
    st.warning(
        "They are Python code, which runs with your rights: it can read and change your files. Use only what you have "
        "read or trust.",
        icon=":material/warning:",
    )
    st.caption(
        f"Each is a file of {folder}, or an entry point of an installed package. docs/own_indicators.md shows how to "
        "write one. While they are off, nothing of them is imported."
    )
    own = studio().indicators.own_table()
    if own.empty:
        st.info("There are none yet.")
    for label, offered, fault in own.itertuples(index=False):
        st.markdown(f"`{label}` · {offered or fault or 'off'}")


def _switch(allowed: bool) -> None:
    try:
        studio().indicators.allow_own(allowed)
    except StudioError as error:
        show_error(error)
