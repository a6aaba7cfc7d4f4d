"""A short table of rows, of which a click anywhere opens one."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from pages.components.rows.row_view import show_row


def opening_table(
    shown: pd.DataFrame | Styler,
    pairs: Sequence[tuple[int, int]],
    name: str,
    *,
    among: Sequence[tuple[int, int]] | None = None,
    first: int = 0,
    on_head: Callable[[str], None] | None = None,
    **look: Any,
) -> None:
    """Draw it; a row that was clicked is read over the page, and one can go on from it to the others.

    A click on a head does what `on_head` says, or nothing: Streamlit's own sort knows the rows of the table only.

    Args:
        shown: a line a row.
        pairs: dataset and row number of each.
        name: tells the tables of a page apart.
        among: all rows through which one can go on; those of the table where None.
        first: the place of the table's first row among them.
        on_head: a callback's part, told the column whose head was clicked.
        look: as of `st.dataframe`.
    """
    # A new key after each click, so that the table forgets it, and for other rows: a table that is given others in
    # place of those it had takes no notice of the first click on a cell.
    count, last = f"{name} table drawn", f"{name} table rows"
    if st.session_state.setdefault(last, pairs) != pairs:
        st.session_state[last] = pairs
        st.session_state[count] = st.session_state.get(count, 0) + 1
    drawn = st.session_state.get(count, 0)
    key = f"{name} table {drawn}"

    def take_head() -> None:
        heads = st.session_state[key]["selection"]["columns"]
        if heads:
            st.session_state[count] = drawn + 1
            if on_head is not None:
                on_head(str(heads[0]))

    event = st.dataframe(
        shown,
        hide_index=True,
        key=key,
        on_select=take_head,
        selection_mode=("single-row", "single-cell", "single-column"),
        **look,
    )
    chosen = event["selection"]["rows"] or [cell[0] for cell in event["selection"]["cells"]]
    if chosen:
        st.session_state[count] = drawn + 1
        show_row(pairs if among is None else among, first + chosen[0])
