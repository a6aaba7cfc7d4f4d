"""Which models score: the profile in force for every page."""

import streamlit as st

from core.models.profiles import profiles
from pages.components.workspace import chosen_profile, refresh, set_setting

CHOICE = "profile choice"


def profile_choice() -> None:
    """A popover with all profiles, what each is and what it needs."""
    known = profiles()
    st.session_state[CHOICE] = chosen_profile().name
    with st.popover("Models", icon=":material/neurology:", width="stretch"):
        st.radio(
            "Models that score",
            list(known),
            format_func=lambda name: known[name].title,
            captions=[f"{each.description} {each.needs}" for each in known.values()],
            key=CHOICE,
            on_change=_choose,
        )
        st.caption(
            "Scores of different models are kept apart: going back finds them as they were. What needs no model is "
            "shared. Jobs that run go on with the models that they began with."
        )


def _choose() -> None:
    set_setting("profile", st.session_state[CHOICE])
    refresh()
