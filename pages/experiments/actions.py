"""What can be done with an experiment: stop and go on, rename, clone, delete."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from core.experiments.plan import ExperimentPlan
from core.experiments.proof.plan import ProofPlan, proof_of
from core.experiments.size.plan import SizePlan, size_plan_of
from core.experiments.tournament.plan import TournamentPlan, tournament_of
from core.store import SavedExperiment
from core.values import mended
from core.workspace.deletion import FATE
from jobs.api import ACTIVE, CANCELLED, FAILED, PAUSED, ExperimentState
from pages.components.attempt import FAULT, attempt
from pages.components.foreign_text import plain
from pages.components.selection.export_choice import SAVED, TAB
from pages.components.tuning.experiment_settings import open_wizard, show
from pages.components.tuning.proof_form import open_proof_again
from pages.components.tuning.size_form import open_size_again
from pages.components.workspace import studio
from pages.experiments.tournament_form import open_tournament_again

Asked = TypeVar("Asked", ProofPlan, SizePlan)


def run_actions(saved: SavedExperiment, state: ExperimentState) -> None:
    """Pause, resume, cancel, retry: what is possible now."""
    number = saved.experiment_id
    with st.container(horizontal=True):
        if state.status in ACTIVE:
            st.button("Pause", icon=":material/pause:", on_click=_pause, args=(number,))
        if state.status == PAUSED:
            st.button("Resume", icon=":material/play_arrow:", type="primary", on_click=_resume, args=(number,))
        if state.status in (*ACTIVE, PAUSED):
            with st.popover("Cancel all", icon=":material/close:"):
                st.markdown(
                    "Cancel all sets that are not done? Results of finished sets are kept, and cancelled "
                    "sets can be retried."
                )
                st.button("Cancel all", type="primary", on_click=_cancel, args=(number,))
        elif state.status in (FAILED, CANCELLED):
            st.button("Retry all", icon=":material/replay:", on_click=_retry, args=(number,))


def _pause(number: int) -> None:
    attempt(lambda: studio().experiments.pause(number), "Paused. The running set resumes from its last checkpoint.")


def _resume(number: int) -> None:
    attempt(lambda: studio().experiments.resume(number), "Resumed.")


def _cancel(number: int) -> None:
    attempt(lambda: studio().experiments.cancel(number), "Cancelled. Finished sets are kept.")


def _retry(number: int) -> None:
    attempt(lambda: studio().experiments.retry(number), "Queued again. Each set resumes from its last checkpoint.")


def keeping_actions(saved: SavedExperiment) -> None:
    """Rename, clone, delete."""
    number = saved.experiment_id
    with st.container(horizontal=True, horizontal_alignment="right"):
        with st.popover("Rename", icon=":material/edit:"):
            st.text_input("Name", saved.name, key=f"experiment name {number}", max_chars=120)
            st.button("Rename", key=f"rename experiment {number}", on_click=_rename, args=(number,))
        proof, search, tournament = proof_of(saved.spec), size_plan_of(saved.spec), tournament_of(saved.spec)
        if proof is not None:
            _clone_asked(saved, proof, open_proof_again)
        elif search is not None:
            _clone_asked(saved, search, open_size_again)
        elif tournament is not None:
            st.button(
                "Clone and edit", icon=":material/content_copy:", on_click=_clone_tournament, args=(saved, tournament)
            )
        elif saved.spec.get("plan"):
            st.button("Clone and edit", icon=":material/content_copy:", on_click=_clone, args=(saved,))
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(f"Delete **{plain(saved.name)}**? {FATE['experiment']}")
            st.button("Delete", key=f"delete experiment {number}", type="primary", on_click=_delete, args=(number,))


def _rename(number: int) -> None:
    name = st.session_state[f"experiment name {number}"].strip()
    if name:
        attempt(lambda: studio().experiments.rename(number, name))


def _clone(saved: SavedExperiment) -> None:
    plan = replace(mended(ExperimentPlan, saved.spec["plan"]), name=f"{saved.name} (copy)")
    open_wizard(plan)


def _clone_tournament(saved: SavedExperiment, tournament: TournamentPlan) -> None:
    plan = mended(ExperimentPlan, saved.spec["plan"])
    open_tournament_again(tournament, plan, f"{saved.name} (copy)"[:120])


def _clone_asked(saved: SavedExperiment, about: Asked, ask: Callable[[Asked, ExperimentPlan, str], None]) -> None:
    """To the form of a proof or a search, filled as it was; not where the selection that it is about is gone."""
    there = any(each.selection_id == about.selection_id for each in studio().selections.all())
    pressed = st.button(
        "Clone and edit",
        icon=":material/content_copy:",
        disabled=not there,
        help=None if there else f"The selection “{plain(about.selection)}” has been deleted, so this cannot be cloned.",
    )
    if pressed:
        plan = mended(ExperimentPlan, saved.spec["plan"])
        ask(about, plan, f"{saved.name} (copy)"[:120])
        st.session_state[TAB] = SAVED
        st.switch_page("pages/select/page.py")


def _delete(number: int) -> None:
    attempt(lambda: studio().experiments.delete(number), "Deleted.")
    if FAULT not in st.session_state:
        show(None)
