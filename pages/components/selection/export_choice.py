"""Which selection is exported: the one in view, or one that was saved."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.selection.record import SelectionRecord
from core.store import SavedSelection
from pages.components.workspace import studio

TAB = "select tab"
RESULT, EXPORT, SAVED = "Result", "Export", "Saved"
IN_VIEW = 0
_KEY = "exported selection"


@dataclass(frozen=True)
class Exportable:
    """A selection that can be exported: its name, how it was made, and its rows in order."""

    name: str
    record: SelectionRecord
    members: pd.DataFrame


def export_choice(in_view: Exportable | None) -> Exportable | None:
    """Choose among the selection in view and the saved ones; None where there is neither."""
    saved = {each.selection_id: each for each in studio().selections.all()}
    choices = [*([IN_VIEW] if in_view is not None else []), *saved]
    if not choices:
        return None
    if st.session_state.get(_KEY) not in choices:
        st.session_state[_KEY] = choices[0]
    titles = {number: f"Saved: {each.name}" for number, each in saved.items()}
    if in_view is not None:
        titles[IN_VIEW] = f"Current: {in_view.name}"
    number = st.selectbox("Selection", choices, format_func=titles.__getitem__, key=_KEY)
    return in_view if number == IN_VIEW else _exportable(saved[number])


def open_export(selection_id: int) -> None:
    """A callback: go to the export of a saved selection, or of the one in view (`IN_VIEW`)."""
    st.session_state[_KEY] = selection_id
    st.session_state[TAB] = EXPORT


def _exportable(saved: SavedSelection) -> Exportable:
    return Exportable(saved.name, SelectionRecord.from_saved(saved), studio().selections.members(saved.selection_id))
