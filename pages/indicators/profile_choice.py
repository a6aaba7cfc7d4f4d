"""Which models score: the profile in force for every page."""

import streamlit as st

from core.models.profiles import profiles
from pages.components.workspace import choose_profile, chosen_profile

CHOICE = "profile choice"


def profile_choice() -> None:
    """A popover with all profiles, what each is and what it needs."""
    known = profiles()
    st.session_state[CHOICE] = chosen_profile().name
    with st.popover("Models", icon=":material/neurology:", width="stretch"):
        st.radio(
            "Model profile",
            list(known),
            format_func=lambda name: known[name].title,
            captions=[f"{each.description} {each.needs}" for each in known.values()],
            key=CHOICE,
            on_change=_choose,
        )
        st.caption(
            "Scores are stored per profile; switching back restores them. Indicators without a model are shared. "
            "Running jobs keep their profile."
        )


def _choose() -> None:
    choose_profile(st.session_state[CHOICE])
