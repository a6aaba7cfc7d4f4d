"""Rows most similar to a text or another row, by the embeddings that the KNN distance is made of."""

from dataclasses import replace

import streamlit as st

from core.errors import StudioError
from core.progress import Progress
from core.rows.filters import KeySet
from core.store.browse import SIMILARITY
from pages.components.background import dismiss, settled
from pages.components.foreign_text import prose
from pages.components.redrawn import redraw_parts
from pages.components.workspace import chosen_profile, filters, set_filters, show_error, studio

ASKED, _SLOT = "meaning asked", "meaning task"


def find_like_row(row_id: int, instruction: str) -> None:
    """A callback: look at the rows most like this one."""
    try:
        found = studio().rows.like_row(row_id, instruction, filters())
    except StudioError as error:
        st.toast(prose(f"{error.what} {error.mend}"), icon=":material/warning:")
        return
    _look_at(found)
    redraw_parts()


def answer_meaning() -> None:
    """Where a description was asked for, look for the rows most like it beside the page, then look at them.

    It stands below the row of its field, which would move otherwise.
    """
    asked = st.session_state.get(ASKED)
    if not asked:
        return
    owner, within = studio(), filters()

    def search(progress: Progress) -> KeySet:
        return owner.rows.like_text(asked, within, progress=progress)

    try:
        found = settled(_SLOT, repr((asked, within, chosen_profile().name)), "Searching", search, "Search again")
    except StudioError as error:
        del st.session_state[ASKED]
        show_error(error)
        return
    if found is not None:
        del st.session_state[ASKED]
        dismiss(_SLOT)
        _look_at(found)
        st.rerun()


def _look_at(found: KeySet) -> None:
    set_filters(replace(filters(), likeness=found))
    st.session_state["table_order"], st.session_state["table_direction"] = SIMILARITY, "Highest first"
    st.session_state["table_page"] = 1
