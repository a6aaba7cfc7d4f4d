"""What the next run shows: the fault of a callback's work, and what was done before the page was drawn anew."""

from collections.abc import Callable
from typing import NoReturn

import streamlit as st

from core.errors import StudioError
from pages.components.foreign_text import prose
from pages.components.workspace import show_error

FAULT, DONE = "callback fault", "done before the rerun"


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


def rerun_and_tell(done: str, icon: str) -> NoReturn:
    """Draw the page anew, and say there what was done: a toast of a run that ends so goes with what it drew.

    Args:
        done: text that the browser reads as Markdown.
    """
    st.session_state[DONE] = (done, icon)
    st.rerun()


def show_done() -> None:
    """The beginning of a page: what was done before it was drawn anew."""
    if DONE in st.session_state:
        done, icon = st.session_state.pop(DONE)
        st.toast(done, icon=icon)
