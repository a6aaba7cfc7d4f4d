"""The wizard: three steps, in any order, over one plan."""

import streamlit as st

from pages.components.tuning.experiment_settings import STEP, STEPS, current_plan, show
from pages.experiments.data import data_step
from pages.experiments.model import model_step
from pages.experiments.review import review_step


def wizard() -> None:
    """The step in view, and the way to the others."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("New experiment", anchor=False)
        st.button("Back to the list", key="leave wizard", icon=":material/arrow_back:", on_click=show, args=(None,))
    if st.session_state.get(STEP) not in STEPS:
        st.session_state[STEP] = STEPS[0]
    numbers = {step: f"{i}  {step}" for i, step in enumerate(STEPS, start=1)}
    st.segmented_control(
        "Step", STEPS, format_func=numbers.__getitem__, required=True, key=STEP, label_visibility="collapsed",
        width="stretch",
    )  # fmt: skip
    at = STEPS.index(st.session_state[STEP])
    plan = current_plan()
    (data_step, model_step, review_step)[at](plan)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if at > 0:
            st.button("Back", icon=":material/arrow_back:", on_click=_turn, args=(at - 1,))
        if at < len(STEPS) - 1:
            st.button(
                f"Next: {STEPS[at + 1]}", type="primary", icon=":material/arrow_forward:", icon_position="right",
                on_click=_turn, args=(at + 1,),
            )  # fmt: skip


def _turn(place: int) -> None:
    st.session_state[STEP] = STEPS[place]
