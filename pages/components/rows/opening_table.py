"""A short table of rows, of which a click anywhere opens one."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.components.rows.row_view import show_row


def opening_table(shown: pd.DataFrame, pairs: Sequence[tuple[int, int]], name: str, **look: Any) -> None:
    """Draw it; a row that was clicked is read over the page, and one can go on from it to the others.

    Args:
        shown: a line a row.
        pairs: dataset and row number of each.
        name: tells the tables of a page apart.
        look: as of `st.dataframe`.
    """
    # A new key after each click, so that the table forgets it, and for other rows: a table that is given others in
    # place of those it had takes no notice of the first click on a cell.
    count, last = f"{name} table drawn", f"{name} table rows"
    if st.session_state.setdefault(last, pairs) != pairs:
        st.session_state[last] = pairs
        st.session_state[count] = st.session_state.get(count, 0) + 1
    drawn = st.session_state.get(count, 0)
    event = st.dataframe(
        shown,
        hide_index=True,
        key=f"{name} table {drawn}",
        on_select="rerun",
        selection_mode=("single-row", "single-cell"),
        **look,
    )
    chosen = event["selection"]["rows"] or [cell[0] for cell in event["selection"]["cells"]]
    if chosen:
        st.session_state[count] = drawn + 1
        show_row(pairs, chosen[0])
