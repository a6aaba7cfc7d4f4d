"""Find rows: by the words that they have, or by what they mean."""

from dataclasses import replace
from typing import Literal

import streamlit as st

from core.datasets.semantic_search import MOST_ALIKE
from pages.components.redrawn import redraw_parts
from pages.components.rows.semantic_search import ASKED
from pages.components.workspace import filters, set_filters, studio

WORDS, MEANING = "Keyword", "Semantic"
_WORDS = "words searched for"


def row_search(width: int | Literal["stretch"]) -> None:
    """A field for words, which all must stand in a row, or for a description, which `answer_meaning` answers.

    Args:
        width: of the field, in pixels or what is free in its line.
    """
    field = st.container(width=width)
    by = st.segmented_control(
        "Search by",
        [WORDS, MEANING],
        default=WORDS,
        required=True,
        key="search_by",
        label_visibility="collapsed",
        help="Keyword: rows that contain all words, in any order; use “quotes” for a phrase. Semantic: the "
        f"{MOST_ALIKE} rows most similar to a description.",
    )
    if by == MEANING:
        studio().rows.load_encoder()
        field.text_input(
            "Describe",
            placeholder="Describe the rows to find",
            icon=":material/search:",
            label_visibility="collapsed",
            key="meaning",
            on_change=_ask,
        )
    else:
        st.session_state[_WORDS] = filters().text  # which a chip may have taken away
        # A callback: to run the page once more for the new words would lose a button pressed together with them.
        field.text_input(
            "Search",
            placeholder="Words in instructions and responses",
            icon=":material/search:",
            label_visibility="collapsed",
            key=_WORDS,
            on_change=_search,
        )


def _search() -> None:
    set_filters(replace(filters(), text=st.session_state[_WORDS]))
    redraw_parts()


def _ask() -> None:
    st.session_state[ASKED] = st.session_state["meaning"].strip()
