"""What lies where, how large it is, and what of it can be deleted."""

import streamlit as st

from core.workspace.space import Place
from pages.components.confirm import confirm
from pages.components.foreign_text import coded
from pages.components.wording import file_size
from pages.components.workspace import studio


def space() -> None:
    """A line a place, the largest first."""
    places = studio().storage.places()
    st.subheader(f"Disk space: {file_size(sum(each.bytes for each in places))}", anchor=False)
    st.markdown(f"All of it is in {coded(studio().paths.root)}.")
    with st.container(border=True):
        for place in places:
            about, taken, action = st.columns([6, 1, 2], vertical_alignment="center")
            about.markdown(f"{place.about}  \n{coded(place.where)}")
            taken.markdown(file_size(place.bytes))
            if place.free_bytes:
                if action.button(f"Free {file_size(place.free_bytes)}", key=f"free {place.name}", width="stretch"):
                    _free(place)
            elif place.fate:
                action.caption(place.fate)


@st.dialog("Free this space?")
def _free(place: Place) -> None:
    st.markdown(f"**{place.about}**: {file_size(place.free_bytes)} will be deleted. {place.fate}")
    confirm("Delete", lambda: studio().storage.free(place.name))
