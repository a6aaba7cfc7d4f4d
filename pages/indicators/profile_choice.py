"""Which models score, and in which precision: the profile in force for every page."""

from typing import get_args

import streamlit as st

from core.models.precision import ComputeRates, PrecisionChoice
from core.models.profiles import profiles
from pages.components.workspace import choose_precision, choose_profile, chosen_profile, studio

CHOICE, PRECISION = "profile choice", "precision choice"


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
        _precision_choice()
        st.caption(
            "Scores are stored per profile and precision; switching back restores them. Indicators without a model are "
            "shared. Running jobs keep their profile."
        )


def _choose() -> None:
    choose_profile(st.session_state[CHOICE])


def _precision_choice() -> None:
    rates = studio().settings.compute_rates()
    st.session_state[PRECISION] = studio().settings.precision
    st.selectbox(
        "Precision",
        get_args(PrecisionChoice),
        format_func=lambda name: f"Automatic ({rates.fastest})" if name == "auto" else name,
        help="Number format in which models score. Automatic takes float32 unless a shorter format is clearly faster.",
        key=PRECISION,
        on_change=_choose_precision,
    )
    st.caption(_measured(rates))


def _measured(rates: ComputeRates) -> str:
    """`Measured here: float32 178, bfloat16 401 GFLOP/s.`"""
    found = [(name, getattr(rates, name)) for name in get_args(PrecisionChoice)[1:]]
    told = ", ".join(f"{name} {rate:,.0f}" for name, rate in found if rate)
    return f"Measured on this computer: {told} GFLOP/s." if told else "This computer could not be measured."


def _choose_precision() -> None:
    choose_precision(st.session_state[PRECISION])
