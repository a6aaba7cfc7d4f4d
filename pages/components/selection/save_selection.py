"""Keeping the selection in view under a name."""

import streamlit as st

from core.errors import StudioError
from core.humanize import counted, free_name
from core.selection.outcome import SelectionOutcome
from core.selection.record import SelectionRecord
from core.selection.spec import RankBy, SelectionSpec
from core.selection.ways import ways
from pages.components.attempt import rerun_and_tell
from pages.components.foreign_text import plain, prose
from pages.components.selection.doubts import sure
from pages.components.selection.export_choice import IN_VIEW, open_export
from pages.components.wording import column_title, in_sentence
from pages.components.workspace import studio


def default_name(spec: SelectionSpec, kept: int) -> str:
    """What the selection is called until the user names it: `Best 62 by InstructMining v1, Equation (4)`."""
    if spec.rank_by is RankBy.RULE and spec.rule is not None:
        return f"Best {kept:,} by {spec.rule.title}"
    if spec.rank_by is RankBy.INDICATOR:
        return f"{'Highest' if spec.descending else 'Lowest'} {kept:,} by {in_sentence(column_title(spec.indicator))}"
    if spec.rank_by is RankBy.WAY:
        known = ways().get(spec.way)
        return f"{known.title if known else spec.way}, {counted(kept, 'row')}"
    if spec.rank_by is RankBy.RANDOM:
        return f"{kept:,} at random, seed {spec.seed}"
    every = spec.rows is None and spec.percent is None and spec.tokens is None
    return f"Filtered, {counted(kept, 'row')}" if every else f"First {counted(kept, 'row')}"


def save_selection(outcome: SelectionOutcome, record: SelectionRecord) -> None:
    """A name and a button that keeps it; and the way to its file.

    What is kept is the selection of this run: a callback would keep the one last drawn, which is another where a
    number was changed just before the click.
    """
    _suggest_name(outcome)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        field = st.container()
        pressed = st.button("Save", icon=":material/bookmark_add:")
        if sure(pressed, record, "Save"):
            _save(outcome)
        st.button("Export", icon=":material/download:", type="primary", on_click=open_export, args=(IN_VIEW,))
    field.text_input("Selection name", key="selection name", max_chars=120)


def keep_selection(wish: str, outcome: SelectionOutcome) -> str:
    """Keep a selection under this name, or the next free one like it; returns the name.

    Raises:
        StudioError: it can't be written, or its name is too long.
    """
    name = free_name(wish or "Selection", _names_taken())
    studio().selections.save(name, outcome)
    return name


def _suggest_name(outcome: SelectionOutcome) -> None:
    """Another selection than the last one suggests another name."""
    suggestion = free_name(default_name(outcome.selection.spec, len(outcome.selection.kept)), _names_taken())
    if st.session_state.get("suggested name") != suggestion or "selection name" not in st.session_state:
        st.session_state["suggested name"] = st.session_state["selection name"] = suggestion


def _save(outcome: SelectionOutcome) -> None:
    try:
        name = keep_selection(st.session_state["selection name"].strip(), outcome)
    except StudioError as error:
        st.toast(f"The selection cannot be saved. {prose(error)}", icon=":material/error:", duration="long")
        return
    rerun_and_tell(f"Saved as “{plain(name)}”.", ":material/bookmark_added:")  # so that the path above knows of it


def _names_taken() -> frozenset[str]:
    return frozenset(each.name for each in studio().selections.all())
