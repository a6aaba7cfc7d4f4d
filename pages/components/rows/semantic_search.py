"""Rows that mean much the same as a text or another row, by the embeddings that the KNN distance is made of."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.datasets.semantic_search import rows_like, vector_of
from core.errors import StudioError
from core.indicators.scoring import embedding_model
from core.models.pool import ModelPool
from core.progress import Progress
from core.store.browse import SIMILARITY
from pages.components.background import dismiss, settled
from pages.components.workspace import chosen_profile, filters, paths, set_filters, show_error, store

ASKED, _SLOT = "meaning asked", "meaning task"


def find_like_row(row_id: int, instruction: str) -> None:
    """A callback: look at the rows most like this one."""
    try:
        vector = store().scores.embeddings([row_id], embedding_model(chosen_profile()))[0]
    except StudioError as error:
        st.toast(f"{error.what} {error.mend}", icon=":material/warning:")
        return
    _look_at(instruction, vector)


def answer_meaning() -> None:
    """Where a description was asked for, embed it beside the page, then look at the rows most like it.

    It stands below the row of its field, which would move otherwise.
    """
    asked = st.session_state.get(ASKED)
    if not asked:
        return
    models = _models(chosen_profile().name)

    def embed(progress: Progress) -> np.ndarray:
        return vector_of(asked, models, progress)

    try:
        vector = settled(_SLOT, asked, "Searching", embed, "Search again")
    except StudioError as error:
        del st.session_state[ASKED]
        show_error(error)
        return
    if vector is not None:
        del st.session_state[ASKED]
        dismiss(_SLOT)
        _look_at(asked, vector)
        st.rerun()


@st.cache_resource(show_spinner=False)
def _models(profile_name: str) -> ModelPool:
    """The models of the profile in force, nothing of them loaded yet."""
    return ModelPool(chosen_profile(), paths().models)


def _look_at(text: str, vector: np.ndarray) -> None:
    found = rows_like(store(), text, vector, filters(), embedding_model(chosen_profile()))
    if not found.keys:
        st.toast("No row has an embedding yet. Score the KNN distance first.", icon=":material/warning:")
        return
    set_filters(replace(filters(), likeness=found))
    st.session_state["table_order"], st.session_state["table_direction"] = SIMILARITY, "Highest first"
    st.session_state["table_page"] = 1
