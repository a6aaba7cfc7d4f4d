"""Which models score, and in which precision: the profile in force for every page."""

from typing import get_args

import streamlit as st

from core.models.precision import ComputeRates, PrecisionChoice
from core.models.profiles import profiles
from pages.components.foreign_text import plain
from pages.components.shown_value import tied
from pages.components.workspace import choose_precision, choose_profile, chosen_profile, studio


def profile_choice() -> None:
    """A popover with all profiles, what each is and what it needs."""
    known = profiles()
    names = list(known)
    with st.popover("Models", icon=":material/neurology:"):
        st.radio(
            "Model profile",
            names,
            format_func=lambda name: plain(known[name].title),
            captions=[plain(f"{each.description} {each.needs}") for each in known.values()],
            **tied("profile choice", chosen_profile().name, choose_profile, names),
        )
        _precision_choice()
        st.caption(
            "Scores are stored per profile and precision; switching back restores them. Indicators without a model are "
            "shared. Running jobs keep their profile."
        )


def _precision_choice() -> None:
    rates = studio().settings.compute_rates()
    choices = get_args(PrecisionChoice)
    st.selectbox(
        "Precision",
        choices,
        format_func=lambda name: f"Automatic ({rates.fastest})" if name == "auto" else name,
        help="Number format in which models score. Automatic takes float32 unless a shorter format is clearly faster.",
        **tied("precision choice", studio().settings.precision, choose_precision, choices),
    )
    st.caption(_measured(rates))


def _measured(rates: ComputeRates) -> str:
    """`Measured here: float32 178, bfloat16 401 GFLOP/s.`"""
    found = [(name, getattr(rates, name)) for name in get_args(PrecisionChoice)[1:]]
    told = ", ".join(f"{name} {rate:,.0f}" for name, rate in found if rate)
    return f"Measured on this computer: {told} GFLOP/s." if told else "This computer could not be measured."
