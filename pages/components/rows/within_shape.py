"""What becomes of the rows within a lasso, an area or a cluster of the map: left out, or selected."""

import streamlit as st

from core.rows.filters import Lasso, MapArea, MapCluster
from pages.components.redrawn import redraw_parts
from pages.components.rows.choosing import forget_drawn
from pages.components.selection.select_these import select_these
from pages.components.workspace import filters, set_filters


def within_shape(shape: Lasso | MapArea | MapCluster | None) -> None:
    """Offer it under a plot, where a shape or a cluster on it is in force as a filter."""
    if shape is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="within_shape"):
        st.markdown("**The rows within are kept.**", width="content")
        st.button("Drop these", icon=":material/filter_alt_off:", on_click=_drop, args=(shape,))
        st.button("Select these", icon=":material/checklist:", on_click=select_these)


def _drop(shape: Lasso | MapArea | MapCluster) -> None:
    set_filters(filters().dropping(shape))
    forget_drawn()
    redraw_parts()
