"""What lies where, how large it is, and what of it can be deleted."""

import streamlit as st

from core.errors import StudioError
from core.workspace.space import Place
from pages.components.foreign_text import coded
from pages.components.workspace import show_error, studio


def space() -> None:
    """A line a place, the largest first."""
    places = studio().storage.places()
    st.subheader(f"Disk space: {size(sum(each.bytes for each in places))}", anchor=False)
    st.markdown(f"All of it is in {coded(studio().paths.root)}.")
    with st.container(border=True):
        for place in places:
            about, taken, action = st.columns([6, 1, 2], vertical_alignment="center")
            about.markdown(f"{place.about}  \n{coded(place.where)}")
            taken.markdown(size(place.bytes))
            if place.free_bytes:
                if action.button(f"Free {size(place.free_bytes)}", key=f"free {place.name}", width="stretch"):
                    _free(place)
            elif place.fate:
                action.caption(place.fate)


@st.dialog("Free this space?")
def _free(place: Place) -> None:
    st.markdown(f"**{place.about}**: {size(place.free_bytes)} will be deleted. {place.fate}")
    yes, no = st.columns(2)
    if yes.button("Delete", type="primary", width="stretch"):
        try:
            studio().storage.free(place.name)
        except StudioError as error:
            show_error(error)
            return
        st.rerun()
    if no.button("Cancel", width="stretch"):
        st.rerun()


def size(count: int) -> str:
    """`812 kB`, `1.3 MB`, `2.4 GB`."""
    for unit, least in (("GB", 1e9), ("MB", 1e6)):
        if count >= least:
            return f"{count / least:,.1f} {unit}"
    return f"{count / 1e3:,.0f} kB"
