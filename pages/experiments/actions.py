"""What can be done with an experiment: stop and go on, rename, clone, delete."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from core.experiments.plan import ExperimentPlan
from core.experiments.proof.plan import ProofPlan, proof_of
from core.experiments.size.plan import SizePlan, size_plan_of
from core.store import SavedExperiment
from core.values import mended
from core.workspace.deletion import FATE
from jobs.experiments.state import PAUSED, ExperimentState
from jobs.queue.job import ACTIVE, CANCELLED, FAILED
from pages.components.attempt import FAULT, attempt
from pages.components.selection.export_choice import SAVED, TAB
from pages.components.tuning.experiment_settings import open_wizard, show
from pages.components.tuning.experiment_status import experiments
from pages.components.tuning.proof_form import open_proof_again
from pages.components.tuning.size_form import open_size_again
from pages.components.workspace import store

Asked = TypeVar("Asked", ProofPlan, SizePlan)


def run_actions(saved: SavedExperiment, state: ExperimentState) -> None:
    """Pause, resume, cancel, retry: what is possible now."""
    job = saved.job_id
    with st.container(horizontal=True):
        if state.status in ACTIVE:
            st.button("Pause", icon=":material/pause:", on_click=_pause, args=(job,))
        if state.status == PAUSED:
            st.button("Resume", icon=":material/play_arrow:", type="primary", on_click=_resume, args=(job,))
        if state.status in (*ACTIVE, PAUSED):
            with st.popover("Cancel all", icon=":material/close:"):
                st.markdown(
                    "Cancel all sets that are not done? Results of finished sets are kept, and cancelled "
                    "sets can be retried."
                )
                st.button("Cancel all", type="primary", on_click=_cancel, args=(job,))
        elif state.count(FAILED) + state.count(CANCELLED):
            st.button("Retry all", icon=":material/replay:", on_click=_retry, args=(job,))


def _pause(job: str) -> None:
    attempt(lambda: experiments().pause(job), "Paused. The running set resumes from its last checkpoint.")


def _resume(job: str) -> None:
    attempt(lambda: experiments().resume(job), "Resumed.")


def _cancel(job: str) -> None:
    attempt(lambda: experiments().cancel(job), "Cancelled. Finished sets are kept.")


def _retry(job: str) -> None:
    attempt(lambda: experiments().retry(job), "Queued again. Each set resumes from its last checkpoint.")


def keeping_actions(saved: SavedExperiment) -> None:
    """Rename, clone, delete."""
    number = saved.experiment_id
    with st.container(horizontal=True, horizontal_alignment="right"):
        with st.popover("Rename", icon=":material/edit:"):
            st.text_input("Name", saved.name, key=f"experiment name {number}", max_chars=120)
            st.button("Rename", key=f"rename experiment {number}", on_click=_rename, args=(number,))
        proof, search = proof_of(saved.spec), size_plan_of(saved.spec)
        if proof is not None:
            _clone_asked(saved, proof, open_proof_again)
        elif search is not None:
            _clone_asked(saved, search, open_size_again)
        elif saved.spec.get("plan"):
            st.button("Clone and edit", icon=":material/content_copy:", on_click=_clone, args=(saved,))
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(f"Delete **{saved.name}**? {FATE['experiment']}")
            st.button("Delete", key=f"delete experiment {number}", type="primary", on_click=_delete, args=(number,))


def _rename(number: int) -> None:
    name = st.session_state[f"experiment name {number}"].strip()
    if name:
        store().experiments.rename(number, name)


def _clone(saved: SavedExperiment) -> None:
    plan = replace(mended(ExperimentPlan, saved.spec["plan"]), name=f"{saved.name} (copy)")
    open_wizard(plan)


def _clone_asked(saved: SavedExperiment, about: Asked, ask: Callable[[Asked, ExperimentPlan, str], None]) -> None:
    """To the form of a proof or a search, filled as it was; not where the selection that it is about is gone."""
    there = any(each.selection_id == about.selection_id for each in store().selections.all())
    pressed = st.button(
        "Clone and edit",
        icon=":material/content_copy:",
        disabled=not there,
        help=None if there else f"The selection “{about.selection}” has been deleted, so this cannot be cloned.",
    )
    if pressed:
        plan = mended(ExperimentPlan, saved.spec["plan"])
        ask(about, plan, f"{saved.name} (copy)"[:120])
        st.session_state[TAB] = SAVED
        st.switch_page("pages/select/page.py")


def _delete(number: int) -> None:
    attempt(lambda: experiments().remove(store(), number), "Deleted.")
    if FAULT not in st.session_state:
        show(None)
