"""A short table of rows, of which a click anywhere opens one."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from pages.components.redrawn import redraw_reader
from pages.components.rows.read_table import ReadTable
from pages.components.rows.reader import open_row


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
    """Draw it; a row that was clicked is read beside the page, and one can go on from it to the others.

    The row that is read is chosen in the table, which stays where it was scrolled to.

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
    # A new key after a click on a head, so that the table forgets it, and for other rows: a table that is given others
    # in place of those it had takes no notice of the first click on a cell.
    count, last = f"{name} table drawn", f"{name} table rows"
    if st.session_state.setdefault(last, pairs) != pairs:
        st.session_state[last] = pairs
        st.session_state[count] = st.session_state.get(count, 0) + 1
    drawn = st.session_state.get(count, 0)
    table = ReadTable(f"{name} table {drawn}", first, len(pairs))

    def take_click() -> None:
        heads = st.session_state[table.key]["selection"]["columns"]
        if heads:
            st.session_state[count] = drawn + 1
            if on_head is not None:
                on_head(str(heads[0]))
        elif (place := table.clicked()) is not None:
            open_row(pairs if among is None else among, place, table)
            redraw_reader()

    table.choose_wanted()
    st.dataframe(
        shown,
        hide_index=True,
        key=table.key,
        on_select=take_click,
        selection_mode=("single-row", "single-cell", "single-column"),
        **look,
    )
