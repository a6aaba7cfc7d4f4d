"""What one does with the row that is read, by click or key: mark, note, tag, take back, go on, look for others."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import streamlit as st

from core.store import Dataset
from pages.components.foreign_text import plain
from pages.components.rows.dataset_label import dataset_label
from pages.components.rows.marking import history_buttons, mark_buttons
from pages.components.rows.semantic_search import find_like_row

PLACE, RAW, OTHERS = "place of the row that is read", "raw_rows", "other responses are shown"
KEYS = {
    "K": "Mark keep",
    "D": "Mark drop",
    "X": "Remove the mark",
    "E": "Write a note; Esc leaves it",
    "T": "Add tags, each with Enter; Esc leaves the field",
    "Z": "Undo the last mark, note or tag",
    "N": "Next row",
    "B": "Row before",
    "L": "Rows like this one",
    "O": "Other responses to this instruction, side by side",
    "Esc": "Close the reader",
    "?": "These keys",
}
_component = st.components.v2.component("reader", js=(Path(__file__).parent / "reader.js").read_text("utf-8"))


def beside_in_browser(row: str) -> None:
    """What the browser does: it takes the keys that press no button, and keeps the page where it is as a row opens.

    Args:
        row: which row is read, "" for none.
    """
    _component(key="reader in the browser", data={"row": row}, height=1)


def heading(
    members: Sequence[tuple[int, int]],
    dataset: Dataset,
    origin: str,
    go: Callable[[int], None],
    close: Callable[[], None],
) -> None:
    """Where the row comes from, and the way on, back and out."""
    place = st.session_state[PLACE]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div style="overflow-wrap:anywhere"><b>{dataset_label(dataset)}</b> · {escape(origin)}</div>')
        if len(members) > 1:
            st.caption(f"{place + 1:,} of {len(members):,}", width="content")
            _step("Back", "arrow_back", "row before", "B", go, place - 1, place == 0)
            _step("Next", "arrow_forward", "row after", "N", go, place + 1, place == len(members) - 1)
        st.button("", icon=":material/close:", key="close_reader", help="Close (Esc)", on_click=close)


def actions(row_id: int, instruction: str) -> None:
    """Mark the row, look for others like it, show it raw."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        mark_buttons(row_id)
        history_buttons("row", shortcut="Z")
        st.button(
            "Similar rows",
            icon=":material/hub:",
            key="rows like this one",
            shortcut="L",
            on_click=find_like_row,
            args=(row_id, instruction),
        )
        st.button(
            "Other responses",
            icon=":material/view_column_2:",
            key="other responses",
            shortcut="O",
            type="primary" if st.session_state.get(OTHERS) else "secondary",
            on_click=_turn_others,
        )
        st.toggle("Raw text", key=RAW, help="Texts as they were kept, letter by letter")
        with st.container(key="reader_keys", width="content"), st.popover("", icon=":material/keyboard:", help="Keys"):
            st.markdown("\n".join(f"- **{plain(key)}** {told}" for key, told in KEYS.items()))


def _step(
    label: str, icon: str, key: str, shortcut: str, go: Callable[[int], None], place: int, disabled: bool
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=key,
        shortcut=shortcut,
        disabled=disabled,
        on_click=go,
        args=(place,),
    )


def _turn_others() -> None:
    st.session_state[OTHERS] = not st.session_state.get(OTHERS)
