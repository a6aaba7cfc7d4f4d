"""A callback's work: its fault waits for the page to show it."""

from collections.abc import Callable

import streamlit as st

from core.errors import StudioError
from pages.components.foreign_text import prose
from pages.components.workspace import show_error

FAULT = "callback fault"


def attempt(work: Callable[[], object], done: str = "") -> None:
    """A callback's work: a toast when it is done, if there is one, its fault kept for the page to show."""
    try:
        work()
        if done:
            st.toast(prose(done))
    except StudioError as error:
        st.session_state[FAULT] = error


def show_callback_error() -> None:
    """Show what went wrong in a callback."""
    if FAULT in st.session_state:
        show_error(st.session_state.pop(FAULT))
