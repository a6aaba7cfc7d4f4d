"""The curations that there are."""

import streamlit as st

from pages.components.foreign_text import plain
from pages.components.workspace import studio
from pages.curate.form import SHOWN


def curation_list() -> None:
    """Each with how far it is; newest first."""
    found = studio().curations.all()
    if not found:
        return
    st.subheader("Earlier curations", anchor=False)
    for each in reversed(found):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            left = each.next_step
            st.markdown(f"**{plain(each.name)}**", width="stretch")
            st.caption(f"keeps {each.keep:,} rows · " + ("done" if left is None else f"next: {left.told.lower()}"))
            st.button("Open", key=f"open curation {each.number}", on_click=_show, args=(each.number,))


def _show(number: int) -> None:
    st.session_state[SHOWN] = number
