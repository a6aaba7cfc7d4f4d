"""Parts of a page that are drawn by themselves, so that what one of them changes draws them anew and nothing else."""

from collections.abc import Callable, Container, Iterable, Mapping
from time import monotonic
from typing import NoReturn

import streamlit as st

from core.errors import StoreDamaged, StudioError
from pages.components.workspace import show_error

FOUND_DAMAGED = "damage that a part of the page has found"
READER, ROWS = "reader", "rows"
_PARTS, _BESIDE, _ASKED_PAGE = "parts of the page", "reader beside the page", "page to turn to"
_DRAWN, JUST_SECONDS = "when each part was drawn", 0.5
_MARKS, _TELL = "parts that show marks", "what is said before a part is drawn"
_KEPT = ("view", "one_column", "one_view", "table_order", "table_direction", "table_columns", "map_colour", "raw_rows")


def begin_page(tell: Callable[[], None]) -> None:
    """Before a page is drawn: it has no parts yet, and how rows are looked at stays from the page before.

    Streamlit forgets what was chosen in a widget that is not on the page.

    Args:
        tell: what is to be said, of which a part that is drawn by itself says what is new.
    """
    st.session_state[_TELL] = tell
    if asked := st.session_state.pop(_ASKED_PAGE, None):
        st.switch_page(asked)
    st.session_state[_PARTS], st.session_state[_BESIDE], st.session_state[_DRAWN] = [], [], {}
    st.session_state[_MARKS] = {ROWS}
    for key in _KEPT:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def turn_to(page: str) -> None:
    """The end of a callback that leads to another page; only a run of the app knows the pages."""
    st.session_state[_ASKED_PAGE] = page
    st.rerun()


def draw_apart(parts: Mapping[str, Callable[[], None]]) -> None:
    """Draw parts of a page, each of which runs again by itself when something in it is used."""
    for name, draw in parts.items():
        _draw_part(name, draw)
    st.session_state[_PARTS] += parts


def draw_reader(draw: Callable[[], None]) -> None:
    """Draw the reader beside the page: by itself, on every page."""
    _draw_part(READER, draw)
    st.session_state[_BESIDE] = [READER]


def _draw_part(name: str, draw: Callable[[], None]) -> None:
    def part() -> None:
        try:
            st.session_state[_TELL]()
            draw()
        except StoreDamaged as error:  # what to do then is offered in place of the whole page
            st.session_state[FOUND_DAMAGED] = error
            st.rerun()
        except StudioError as error:
            show_error(error)
        st.session_state.setdefault(_DRAWN, {})[name] = monotonic()

    st.fragment(part, key=name)()


def shows_marks(part: str, shown: bool) -> None:
    """A part says whether the marks of rows are seen on it; the table of rows always shows them."""
    (st.session_state[_MARKS].add if shown else st.session_state[_MARKS].discard)(part)


def redraw_parts() -> None:
    """The end of a callback that has changed which rows are looked at: all parts and the reader are drawn anew.

    Where the page has no parts it is drawn anew as a whole.
    """
    if parts := st.session_state.get(_PARTS):
        _redraw([*st.session_state[_BESIDE], *parts])
    st.rerun()


def redraw_part(part: str) -> None:
    """The end of a callback that has changed what one part of the page shows."""
    if part in st.session_state.get(_PARTS, ()):
        _redraw([part])


def redraw_some(*parts: str) -> None:
    """The end of a callback that has changed what these parts of the page show: the reader is drawn anew, then they."""
    _redraw_beside(parts)


def redraw_table() -> None:
    """The end of a callback that has changed what a table of rows shows: it and the reader are drawn anew.

    Where the table is no part of the page, that is drawn anew as a whole.
    """
    if ROWS in st.session_state.get(_PARTS, ()):
        redraw_marks()
    st.rerun()


def redraw_marks() -> None:
    """The end of a callback that has changed marks: the reader is drawn anew, then the parts that show marks."""
    _redraw_beside(st.session_state.get(_MARKS, ()))


def redraw_reader() -> None:
    """The end of a callback that concerns the row that is read: the reader is drawn anew, then the table of rows where
    it is a part of the page, and nothing else."""
    _redraw_beside((ROWS,))


def _redraw_beside(some: Container[str]) -> None:
    if beside := st.session_state.get(_BESIDE):
        _redraw([*beside, *(each for each in st.session_state[_PARTS] if each in some)])


def _redraw(parts: Iterable[str]) -> NoReturn:
    """Draw these anew, and those that were drawn just now.

    What a part has drawn before and draws no longer leaves the screen at the end of a run, but of the parts of the next
    run where that has begun by then (streamlit/streamlit#16708).
    """
    drawn = [part for part, when in st.session_state[_DRAWN].items() if monotonic() - when < JUST_SECONDS]
    st.rerun(scope=list(dict.fromkeys([*parts, *drawn])))
