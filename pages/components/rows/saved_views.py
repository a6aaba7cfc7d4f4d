"""Views by name: kept, opened, renamed and deleted."""

import streamlit as st

from pages.components.attempt import attempt, show_callback_error
from pages.components.foreign_text import plain
from pages.components.redrawn import redraw_parts
from pages.components.rows.view_state import look_as, view_in_force
from pages.components.workspace import studio

_NAME = "name of the view"


def saved_views() -> None:
    """A popover with all views and a field for the name of the one in force."""
    with st.popover("Views", icon=":material/bookmarks:"):
        show_callback_error()
        kept = studio().views.all()
        for number, each in enumerate(kept):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(
                    plain(each.name),
                    key=f"open view {number}",
                    icon=":material/bookmark:",
                    on_click=_open,
                    args=(each.name,),
                    width="stretch",
                )
                st.button(
                    "",
                    key=f"delete view {number}",
                    icon=":material/delete:",
                    help=f"Delete the view {plain(each.name)}",
                    on_click=_delete,
                    args=(each.name,),
                )
        if kept:
            chosen = st.selectbox(
                "Rename", [None, *(each.name for each in kept)], format_func=_title, key="view renamed"
            )
            if chosen is not None:
                st.text_input("New name", value=chosen, key=f"new name of {chosen}", on_change=_rename, args=(chosen,))
        st.text_input("Name", key=_NAME, max_chars=120, placeholder="Long and weak answers")
        st.button("Save this view", icon=":material/bookmark_add:", on_click=_save, width="stretch")
        st.caption("Filters, order, columns and colours. A name that is taken is replaced.")


def _title(name: str | None) -> str:
    return "Choose a view" if name is None else name


def _open(name: str) -> None:
    attempt(lambda: look_as(studio().views.get(name).view))
    redraw_parts()


def _delete(name: str) -> None:
    attempt(lambda: studio().views.delete(name))


def _rename(name: str) -> None:
    new = st.session_state[f"new name of {name}"]
    st.session_state["view renamed"] = None
    attempt(lambda: studio().views.rename(name, new))


def _save() -> None:
    name, st.session_state[_NAME] = st.session_state[_NAME], ""
    attempt(lambda: studio().views.save(name, view_in_force()))
