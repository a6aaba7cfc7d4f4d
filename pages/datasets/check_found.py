"""What the checks of the Datasets page share: rows left out by a filter, and two texts side by side."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from core.errors import StudioError
from core.humanize import counted
from core.progress import Progress
from pages.components.background import settled
from pages.components.foreign_text import plain
from pages.components.workspace import filters, set_filters, show_error, studio

Report = TypeVar("Report")


def looked_for(what: str, key: str, ask: bool, hint: str, work: Callable[[Progress], Report]) -> Report | None:
    """What a search finds, once it was asked for; None before that, while it runs, and where it failed (said there).

    Args:
        what: `the search for near-duplicates`.
        key: of everything that the result depends on; another one has to be asked for again.
        ask: whether the button was just pressed.
        hint: shown before.
    """
    asked = f"{what} asked"
    if ask:
        st.session_state[asked] = key
    if st.session_state.get(asked) != key:
        st.caption(hint)
        return None
    try:
        return settled(what, key, what.capitalize(), work, "Search again")
    except StudioError as error:
        st.session_state.pop(asked)
        show_error(error)
        return None


def leave_out(title: str, row_ids: Sequence[int]) -> None:
    """The button that leaves rows out of what is looked at and selected, or puts them back. Nothing is deleted."""
    left = next((each for each in filters().key_sets if each.title == title), None)
    if left is None or len(left.keys) != len(row_ids):
        st.button(
            f"Exclude {len(row_ids):,} rows" if len(row_ids) != 1 else "Exclude 1 row",
            type="primary",
            icon=":material/filter_alt:",
            help="Adds a filter on all pages; it is recorded in the manifest. Nothing is deleted.",
            key=f"leave out {title}",
            on_click=_leave_out,
            args=(title, row_ids),
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(f"{counted(len(left.keys), 'row')} excluded by a filter on all pages.", icon=":material/filter_alt:")
        st.button(
            "Remove the filter", icon=":material/undo:", key=f"put back {title}", on_click=_put_back, args=(title,)
        )


def _leave_out(title: str, row_ids: Sequence[int]) -> None:
    set_filters(filters().leaving_out(studio().rows.key_set(title, row_ids)))


def _put_back(title: str) -> None:
    set_filters(filters().without_key_set(title))


def example_chosen(count: int, key: str) -> int:
    """Which of the examples is shown, from 0."""
    if count == 1:
        return 0
    number = st.number_input(
        f"Match (1 to {count:,}), most similar first", 1, count, key=f"example of {key}", width=260
    )
    return int(number) - 1


def side_by_side(left: tuple[str, str], right: tuple[str, str]) -> None:
    """Two texts under their titles, in boxes of one height that scroll."""
    for place, (title, text) in zip(st.columns(2), (left, right), strict=True):
        with place:
            st.caption(plain(title))
            with st.container(border=True, height=220):
                st.text(text)
