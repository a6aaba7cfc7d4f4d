"""Parts of a page that are drawn by themselves, so that what one of them changes draws them anew and nothing else."""

from collections.abc import Callable, Mapping

import streamlit as st

_PARTS, _ASKED_PAGE = "parts of the page", "page to turn to"
_KEPT = ("view", "one_column", "one_view", "table_order", "table_direction", "table_columns", "map_colour", "raw_rows")


def begin_page() -> None:
    """Before a page is drawn: it has no parts yet, and how rows are looked at stays from the page before.

    Streamlit forgets what was chosen in a widget that is not on the page.
    """
    if asked := st.session_state.pop(_ASKED_PAGE, None):
        st.switch_page(asked)
    st.session_state[_PARTS] = []
    for key in _KEPT:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def turn_to(page: str) -> None:
    """The end of a callback that leads to another page; only a run of the app knows the pages."""
    st.session_state[_ASKED_PAGE] = page
    st.rerun()


def draw_apart(parts: Mapping[str, Callable[[], None]]) -> None:
    """Draw the parts of a page, each of which runs again by itself when something in it is used."""
    for name, draw in parts.items():
        st.fragment(draw, key=name)()
    st.session_state[_PARTS] = list(parts)


def redraw_parts() -> None:
    """The end of a callback that has changed which rows are looked at: all parts are drawn anew.

    Where the page has none it is drawn anew as a whole, as after any callback.
    """
    if parts := st.session_state.get(_PARTS):
        st.rerun(scope=parts)
