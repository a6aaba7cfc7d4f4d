"""The sets of the plan in view, made beside the page and kept by the plan and the state of the data."""

import json

import streamlit as st

from core.experiment_draft import Draft, draft
from core.experiment_plan import ExperimentPlan
from core.progress import Progress
from pages.components.background import Background, watch
from pages.components.workspace import chosen_profile, store

PATIENCE = 2.0  # seconds before a draft in the making is shown as such
TASK = "experiment draft"
CHANGES_NOTHING = ("name", "priority", "stop_if_contaminated")


def current_draft(plan: ExperimentPlan) -> Draft | None:
    """What the plan comes to; None while it is being worked out, or where it was cancelled, both said on screen.

    Raises:
        StudioError: the sets can't be made.
    """
    choices = {name: value for name, value in plan.as_dict().items() if name not in CHANGES_NOTHING}
    key = json.dumps([store().matrix_revision, chosen_profile().name, choices])
    kept: tuple[str, Background[Draft]] | None = st.session_state.get(TASK)
    if kept is None or kept[0] != key:
        if kept is not None:
            kept[1].cancel()
        owner = store()

        def work(progress: Progress) -> Draft:
            return draft(owner, plan, progress)

        kept = (key, Background("Making the candidate sets", work))
        st.session_state[TASK] = kept
    task = kept[1]
    task.join(PATIENCE)
    if task.is_alive():
        watch(task)
        return None
    if task.cancelled:
        st.info("Making the sets was cancelled.")
        st.button("Make them", icon=":material/play_arrow:", on_click=forget_draft)
        return None
    if task.error is not None:
        forget_draft()
        raise task.error
    return task.result


def forget_draft() -> None:
    st.session_state.pop(TASK, None)
