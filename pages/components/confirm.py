"""The end of a dialog that asks before something is done: two buttons."""

from collections.abc import Callable

import streamlit as st

from core.errors import StudioError
from pages.components.workspace import show_error


def confirm(label: str, work: Callable[[], object], *, disabled: bool = False, key: str = "") -> None:
    """Do it and draw the page anew, or close the dialog; what goes wrong is said in it.

    Args:
        label: of the button that does it.
        work: what it does.
        key: of that button, where the page has another of its label.
    """
    yes, no = st.columns(2)
    if yes.button(label, type="primary", width="stretch", disabled=disabled, key=key or None):
        try:
            work()
        except StudioError as error:
            show_error(error)
            return
        st.rerun()
    if no.button("Cancel", width="stretch", key=f"{key} cancel" if key else None):
        st.rerun()
