"""A whole pair in a dialog: question, answer, where it comes from, its scores and where they stand."""

from collections.abc import Sequence

import streamlit as st

from core.errors import StudioError
from pages.components.attempt import show_callback_error
from pages.components.foreign_text import plain
from pages.components.rows.marking import history_buttons, mark_buttons, note_field
from pages.components.rows.row_scores import row_scores
from pages.components.rows.semantic_search import find_like_row
from pages.components.rows.turns import row_turns
from pages.components.workspace import filters, show_error, studio

RAW = "raw_rows"
PLACE = "place of the row that is read"


def show_row(members: Sequence[tuple[int, int]], place: int) -> None:
    """Open a pair over the page.

    Args:
        members: (dataset number, row number) of the rows among which one can go on and back.
        place: which of them is opened.
    """
    st.session_state[PLACE] = place
    _read(members)


@st.dialog("Row", width="large", on_dismiss="rerun")
def _read(members: Sequence[tuple[int, int]]) -> None:
    show_callback_error()
    dataset_id, row_id = members[st.session_state[PLACE]]
    try:
        row = studio().rows.members([(dataset_id, row_id)])[(dataset_id, row_id)]
        origin = studio().rows.origin(dataset_id, row_id)
        name = studio().datasets.get(dataset_id).name
    except (StudioError, KeyError) as error:
        if isinstance(error, StudioError):
            show_error(error)
        else:
            st.warning("This row has been deleted with its dataset.")
        return
    _actions(members, row_id, row.instruction)
    st.caption(f"**{plain(name)}** · {plain(origin['source_file'])}, row {origin['source_row']:,}")
    texts, numbers = st.columns([3, 2], gap="large")
    with texts:
        raw = st.toggle("Raw text", key=RAW, help="Texts as they were kept, letter by letter")
        row_turns(row, filters().words, raw)
    with numbers:
        note_field(row_id)
        row_scores(studio().rows.percentiles(dataset_id, row_id), row)
        if origin["extra"]:
            st.markdown("**Other columns**")
            st.json(origin["extra"], expanded=len(origin["extra"]) < 8)


def _actions(members: Sequence[tuple[int, int]], row_id: int, instruction: str) -> None:
    """Mark the row, look for others like it, go on to the next; each has a key."""
    place = st.session_state[PLACE]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        mark_buttons(row_id)
        history_buttons("row", shortcut="Z")
        alike = st.button(
            "Similar rows",
            icon=":material/hub:",
            key="rows like this one",
            shortcut="L",
            on_click=find_like_row,
            args=(row_id, instruction),
        )
        if len(members) > 1:
            st.button(
                "Back",
                icon=":material/arrow_back:",
                key="row before",
                shortcut="B",
                disabled=place == 0,
                on_click=_go,
                args=(place - 1,),
            )
            st.button(
                "Next",
                icon=":material/arrow_forward:",
                key="row after",
                shortcut="N",
                disabled=place == len(members) - 1,
                on_click=_go,
                args=(place + 1,),
            )
            st.caption(f"{place + 1:,} of {len(members):,}", width="content")
    if alike:
        st.rerun()


def _go(place: int) -> None:
    st.session_state[PLACE] = place
