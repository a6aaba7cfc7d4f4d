"""Is everything whole? All files are read through beside the page."""

import streamlit as st

from core.errors import StudioError
from pages.components.background import dismiss, settled
from pages.components.workspace import show_error, studio

_SLOT, _ASKED = "folder check", "folder check asked"


def check() -> None:
    """A button, then what was found."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Check", anchor=False)
        st.space("stretch")
        st.button("Check everything", icon=":material/fact_check:", on_click=_begin)
    st.markdown("Reads the database, backups, jobs, adapters, models and exports, and says what is damaged.")
    if not st.session_state.get(_ASKED):
        return
    owner = studio()
    try:
        report = settled(_SLOT, "all", "Checking", lambda progress: owner.storage.check(progress), "Check again")
    except StudioError as error:
        st.session_state.pop(_ASKED)
        show_error(error)
        return
    if report is None:
        return
    if not report.faults:
        st.success(report.told, icon=":material/check_circle:")
        return
    st.error(report.told, icon=":material/error:")
    shown = [{"File": each.where, "What is wrong": each.told, "How to fix": each.mend} for each in report.faults]
    st.dataframe(shown, hide_index=True)


def _begin() -> None:
    dismiss(_SLOT)
    st.session_state[_ASKED] = True
