"""Marks by hand: keep and drop for one row or for all in view, filters by mark and tag, undo and redo."""

from functools import partial

import streamlit as st

from core.humanize import counted
from core.rows.filters import Marked
from core.rows.marks import Mark
from pages.components.attempt import attempt, show_callback_error
from pages.components.foreign_text import plain
from pages.components.redrawn import redraw_marks, redraw_parts, redraw_table
from pages.components.rows.tagging import tag_all, tag_filter
from pages.components.shown_value import tied
from pages.components.workspace import filters, set_filters, studio

WORDS = {Mark.KEEP: "Keep", Mark.DROP: "Drop", Mark.NONE: ""}
SHOWN = {Marked.KEPT: "Kept", Marked.DROPPED: "Dropped", Marked.NOTED: "With a note"}


def marking_bar(left: int) -> None:
    """Choose rows by their marks, mark all that are in view, undo and redo.

    Args:
        left: how many rows the filters leave.
    """
    show_callback_error()
    counts = studio().marks.counts(filters())
    choices = [*SHOWN, Marked.UNMARKED]
    with st.container(horizontal=True, vertical_alignment="bottom", key="marking"):
        st.pills(
            "Marks",
            choices,
            format_func=lambda each: f"{SHOWN[each]} ({counts[each]:,})" if each in SHOWN else "Unmarked",
            **tied("marked_filter", filters().marked or None, _choose, "default", redraw_parts),
        )
        tag_filter()
        with st.popover(f"Mark all {counted(left, 'row')}", icon=":material/checklist:", disabled=not left):
            st.caption("A selection keeps every row marked keep and no row marked drop, whatever its rank.")
            for mark, label in ((Mark.KEEP, "Mark keep"), (Mark.DROP, "Mark drop"), (Mark.NONE, "Remove marks")):
                st.button(label, key=f"mark all {mark}", on_click=_mark_all, args=(mark,), width="stretch")
            tag_all(_redraw_marked)
        history_buttons("table")


def history_buttons(where: str, shortcut: str | None = None) -> None:
    """Undo and redo; `where` tells two pairs of buttons apart."""
    history = studio().marks.history()
    for name, icon, change, key in (
        ("Undo", "undo", history.undo, shortcut),
        ("Redo", "redo", history.redo, None),
    ):
        st.button(
            name,
            key=f"{name} {where}",
            icon=f":material/{icon}:",
            disabled=change is None,
            help=f"{name}: {plain(change.told)}" if change else f"Nothing to {name.lower()}",
            on_click=_turn,
            args=(name == "Redo", where),
            shortcut=key,
        )


def mark_buttons(row_id: int) -> None:
    """Keep, drop or neither, by click or key; the mark that is set stands out."""
    marked = studio().marks.of([row_id])
    current = marked[row_id].mark if row_id in marked else Mark.NONE
    for mark, label, icon, key in (
        (Mark.KEEP, "Keep", "check", "K"),
        (Mark.DROP, "Drop", "close", "D"),
        (Mark.NONE, "No mark", "remove", "X"),
    ):
        st.button(
            label,
            key=f"mark {mark}",
            icon=f":material/{icon}:",
            shortcut=key,
            type="primary" if mark is current else "secondary",
            on_click=_mark,
            args=(row_id, mark),
        )


def note_field(row_id: int) -> None:
    """The row's note, kept when the field is left."""
    marked = studio().marks.of([row_id])
    note = marked[row_id].note if row_id in marked else ""
    shown = tied(f"note {row_id}", note, partial(_note, row_id), then=redraw_marks)
    st.text_area("Note", placeholder="Reason for the mark", height=80, **shown)


def _turn(again: bool, where: str) -> None:
    attempt(studio().marks.redo if again else studio().marks.undo)
    (redraw_marks if where == "row" else _redraw_marked)()


def _mark(row_id: int, mark: Mark) -> None:
    attempt(lambda: studio().marks.mark([row_id], mark))
    redraw_marks()


def _note(row_id: int, note: str) -> None:
    attempt(lambda: studio().marks.mark([row_id], note=note))


def _choose(marked: Marked | None) -> None:
    set_filters(filters().with_marked(marked or Marked.ANY))


def _mark_all(mark: Mark) -> None:
    changed = studio().marks.mark(filters(), mark).changed
    st.toast(f"{changed:,} rows changed. Press Undo to revert.", icon=":material/front_hand:")
    _redraw_marked()


def _redraw_marked() -> None:
    """Where rows are filtered by their marks or tags, all that is seen of them has changed."""
    if filters().by_hand:
        redraw_parts()
    redraw_table()
