"""The address in the browser holds the view, so that back, forward, a reload and a bookmark lead to it again.

Filters are the workspace's, which all windows share. An address is what one window has shown: where it is opened, its
view is put in force for all, and the other windows are told.

What a run is told of the address may be older than the view: a click that removes a filter is told the address with it.
So an address counts where a page is turned to, and where the browser says that it has gone back or forward.
"""

import streamlit as st

from core.rows.view import decoded, encoded
from pages.components.redrawn import redraw_parts
from pages.components.rows.view_state import look_as, view_in_force

VIEW = "view"
_TOLD, _PAGE, _KEY = "view in the address", "page of the address", "address"
# The view of a page that was just turned to is written in place: a step of its own would take two presses to go back.
_BROWSER = """
export default function ({data, setTriggerValue}) {
  const address = new URL(window.location), page = address.pathname;
  if (data.view && !address.searchParams.has("view")) {
    address.searchParams.set("view", data.view);
    window.history.replaceState(window.history.state, "", address);
  }
  const gone = () => {
    const there = new URL(window.location);
    if (there.pathname === page) setTriggerValue("gone", there.searchParams.get("view") ?? "");
  };
  window.addEventListener("popstate", gone);
  return () => window.removeEventListener("popstate", gone);
}
"""
_component = st.components.v2.component("view_address", js=_BROWSER)


def adopt_address(page: str) -> None:
    """Before a page is drawn: where it was turned to by an address that holds a view, that is put in force."""
    if st.session_state.get(_PAGE) == page:
        return
    st.session_state[_PAGE] = page
    st.session_state.pop(_TOLD, None)
    if told := st.query_params.get(VIEW, ""):
        _look_as_in(told)


def keep_address() -> None:
    """The end of what shows the rows: another view than before is a step in the browser's history."""
    now = encoded(view_in_force())
    told = st.session_state.get(_TOLD)
    st.session_state[_TOLD] = now
    if told is not None and told != now:
        if now:
            st.query_params[VIEW] = now
        else:
            st.query_params.pop(VIEW, None)
    _component(key=_KEY, data={VIEW: now}, height=1, on_gone_change=_go)


def _go() -> None:
    told = st.session_state[_KEY].get("gone")
    if isinstance(told, str) and told:
        _look_as_in(told)
        redraw_parts()


def _look_as_in(told: str) -> None:
    view = decoded(told)
    if view is not None and view != view_in_force():
        look_as(view)
    st.session_state[_TOLD] = told
