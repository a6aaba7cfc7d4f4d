"""The view in force: the filters of the workspace, and this window's order, columns and colour."""

from typing import Any

import streamlit as st

from core.rows.view import FILE_ORDER, View
from pages.components.rows.choosing import forget_drawn
from pages.components.workspace import filters, set_filters

ORDER, DIRECTION, COLUMNS, COLOUR = "table_order", "table_direction", "table_columns", "map_colour"
LOWEST, HIGHEST = "Lowest first", "Highest first"


def view_in_force() -> View:
    """As the pages show the rows now."""
    state: Any = st.session_state
    return View(
        filters(),
        state.get(ORDER) or FILE_ORDER,
        state.get(DIRECTION) == HIGHEST,
        tuple(state.get(COLUMNS) or ()),
        state.get(COLOUR) or "",
    )


def look_as(view: View) -> None:
    """Put a view in force, before its widgets are drawn or in a callback."""
    set_filters(view.filters)
    st.session_state[ORDER], st.session_state[DIRECTION] = view.sort, HIGHEST if view.descending else LOWEST
    st.session_state[COLUMNS] = list(view.columns)
    if view.colour:
        st.session_state[COLOUR] = view.colour
    st.session_state["table_page"] = 1
    forget_drawn()
