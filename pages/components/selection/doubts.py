"""Asking once before rows are saved or exported whose choice may be no better than a random one."""

import json

import streamlit as st

from core.selection.doubts import Doubt
from core.selection.record import SelectionRecord
from pages.components.foreign_text import prose
from pages.components.wording import titled
from pages.components.workspace import studio

_ACCEPTED, _ANSWERED = "accepted doubts", "answered doubt"


def sure(pressed: bool, record: SelectionRecord, doing: str) -> bool:
    """Whether to go on: the button was pressed, and the choice is in no doubt or the user has said yes to it once.

    Args:
        doing: what the button does, a verb: `Save`.
    """
    key = json.dumps([record.spec.as_dict(), record.kept, record.considered])
    if st.session_state.get(_ANSWERED) == (key, doing):
        del st.session_state[_ANSWERED]
        return True
    if not pressed:
        return False
    doubted = [each for each in studio().selections.doubts(record) if each.asks]
    if not doubted or key in st.session_state.get(_ACCEPTED, ()):
        return True
    _ask(doubted, key, doing)
    return False


@st.dialog("This choice may be no better than random rows", width="medium")
def _ask(doubted: list[Doubt], key: str, doing: str) -> None:
    if st.session_state.get(_ANSWERED) == (key, doing):
        st.rerun()
    for each in doubted:
        st.markdown(prose(f"{titled(each.sentence)} {each.mend}"))
    with st.container(horizontal=True):
        st.button(f"{doing} anyway", type="primary", on_click=_accept, args=(key, doing))
        if st.button("Cancel"):
            st.rerun()


def _accept(key: str, doing: str) -> None:
    st.session_state[_ACCEPTED] = {*st.session_state.get(_ACCEPTED, ()), key}
    st.session_state[_ANSWERED] = (key, doing)
