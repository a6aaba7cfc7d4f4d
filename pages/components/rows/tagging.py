"""Tags by hand: short words of the user's own on one row or on all in view, and filters by them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from core.humanize import counted
from core.rows.marks import TAG_CHARACTERS
from pages.components.attempt import attempt
from pages.components.redrawn import redraw_marks, redraw_parts
from pages.components.shown_value import tied
from pages.components.workspace import filters, set_filters, studio

_ALL = "tag for all rows in view"


def tag_field(row_id: int) -> None:
    """The row's tags: typed, with those that exist suggested, or taken away."""
    tags = _tags_of(row_id)
    with st.container(key="row_tags"):
        st.multiselect(
            "Tags",
            list(dict.fromkeys([*studio().marks.tags(), *tags])),
            accept_new_options=True,
            placeholder=f"Words of your own, up to {TAG_CHARACTERS} characters",
            **tied(f"tags {row_id}", tags, partial(_set, row_id), "default", redraw_marks),
        )


def tag_filter() -> None:
    """Choose rows by the tags that they have and that they lack, where there are any."""
    current = filters()
    present = studio().marks.tags(current)
    if not (present or current.tags or current.tags_outside):
        return
    for label, placeholder, key, chosen, other, choose in (
        ("Tags", "Any", "tag_filter", current.tags, current.tags_outside, _choose),
        ("Not tagged", "None", "tag_filter_outside", current.tags_outside, current.tags, _leave_out),
    ):
        st.multiselect(
            label,
            [each for each in dict.fromkeys([*chosen, *present]) if each not in other],
            placeholder=placeholder,
            width=190,
            **tied(key, list(chosen), choose, "default", redraw_parts),
        )


def tag_all(then: Callable[[], None]) -> None:
    """Add a tag to all rows in view, or remove it.

    Args:
        then: done last, after a change.
    """
    tag = st.selectbox("Tag", list(studio().marks.tags()), index=None, accept_new_options=True, key=_ALL)
    with st.container(horizontal=True):
        for label, remove in (("Add tag", False), ("Remove tag", True)):
            st.button(label, disabled=not tag, on_click=_tag_all, args=(tag, remove, then), width="stretch")


def _tags_of(row_id: int) -> list[str]:
    marked = studio().marks.of([row_id])
    return list(marked[row_id].tags) if row_id in marked else []


def _set(row_id: int, tags: Sequence[str]) -> None:
    before = _tags_of(row_id)
    added, gone = [each for each in tags if each not in before], [each for each in before if each not in tags]
    if added or gone:
        attempt(lambda: studio().marks.mark([row_id], tags=added, untag=gone))


def _choose(tags: Sequence[str]) -> None:
    set_filters(filters().with_tags(tags))


def _leave_out(tags: Sequence[str]) -> None:
    set_filters(replace(filters(), tags_outside=tuple(tags)))


def _tag_all(tag: str, remove: bool, then: Callable[[], None]) -> None:
    def change() -> None:
        added, gone = ([], [tag]) if remove else ([tag], [])
        done = studio().marks.mark(filters(), tags=added, untag=gone)
        st.toast(f"{counted(done.changed or 0, 'row')} changed. Press Undo to revert.", icon=":material/sell:")

    attempt(change)
    then()
