"""The address in the browser holds the view, so that back, forward, a reload and a bookmark lead to it again.

Filters are the workspace's, which all windows share. An address is what one window has shown: where it is opened, its
view is put in force for all, and the other windows are told.
"""

import time

import streamlit as st

from core.rows.view import decoded, encoded
from pages.components.rows.view_state import look_as, view_in_force

VIEW = "view"
UNDER_WAY = 1.0  # seconds in which a run that was asked for before a step may still be told the address before it
_TOLD, _LEFT, _PAGE = "view in the address", "address before", "page of the address"
# Of a page that was just turned to: written in place, as a step of its own would take two presses to go back.
_IN_PLACE = """
export default function ({data}) {
  const address = new URL(window.location);
  if (!data.view || address.searchParams.has("view")) return;
  address.searchParams.set("view", data.view);
  window.history.replaceState(window.history.state, "", address);
}
"""
_component = st.components.v2.component("view_address", js=_IN_PLACE)


def adopt_address(page: str) -> None:
    """Before a page is drawn: the view of an address that the browser has gone to is put in force."""
    told = st.query_params.get(VIEW, "")
    if told and told != st.session_state.get(_TOLD):
        if _late(told):
            return
        view = decoded(told)
        if view is not None and view != view_in_force():
            look_as(view)
    if told:
        st.session_state[_TOLD] = told
    elif st.session_state.get(_PAGE) != page:
        st.session_state.pop(_TOLD, None)
    st.session_state[_PAGE] = page


def keep_address() -> None:
    """The end of what shows the rows: another view than before is a step in the browser's history."""
    now = encoded(view_in_force())
    told = st.session_state.get(_TOLD)
    st.session_state[_TOLD] = now
    if told is not None and told != now:
        st.session_state[_LEFT] = (told, time.monotonic())
        if now:
            st.query_params[VIEW] = now
        else:
            st.query_params.pop(VIEW, None)
    _component(key="address", data={VIEW: now}, height=1)


def _late(told: str) -> bool:
    """Whether a run is told the address of before the last step: the browser had not heard of that when it asked."""
    left, since = st.session_state.get(_LEFT, ("", 0.0))
    return bool(told == left and time.monotonic() - since < UNDER_WAY)
