"""The start of an experiment or a proof: its name, its place in the queue, and the button."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import StudioError
from core.experiments.draft import Draft
from core.experiments.plan import PRIORITIES, ExperimentPlan
from core.values import changed
from pages.components.tuning.experiment_settings import show
from pages.components.workspace import show_error, studio


def launch(
    plan: ExperimentPlan,
    made: Draft,
    what: str,
    suggestion: str,
    name: Mapping[str, Any],
    priority: Mapping[str, Any],
    allowed: bool = True,
    kept: Mapping[str, Any] | None = None,
) -> bool:
    """Ask for what is left to say, and start when the button is pressed; whether it has been started and is shown now.

    Args:
        what: `experiment` or `proof`.
        suggestion: the name where none is given.
        name, priority: arguments of the two widgets that say where their values are kept.
        allowed: False where something stands against the start.
        kept: JSON values to keep with the plan.
    """
    if not studio().jobs.worker().alive:
        st.warning(
            f"The worker is not running, so the {what} will wait. Start one with `python start.py`.",
            icon=":material/warning:",
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        given = st.text_input("Name", placeholder=suggestion, max_chars=120, **name)
        place = st.segmented_control(
            "Priority", list(PRIORITIES), format_func=str.capitalize, required=True,
            help="Order of its sets relative to other experiments. Running sets are not interrupted.",
            **priority,
        )  # fmt: skip
        if not st.button(f"Start {what}", type="primary", icon=":material/play_arrow:", disabled=not allowed):
            return False
    try:
        with st.spinner("Writing the sets …"):
            wanted = changed(plan, {"priority": place or plan.priority}, "experiment")
            number = studio().experiments.begin(wanted, made, given.strip() or suggestion, kept)
    except StudioError as error:
        show_error(error)
        return False
    show(number)
    st.toast(f"The {what} is queued. It continues when this page is closed.")
    return True
