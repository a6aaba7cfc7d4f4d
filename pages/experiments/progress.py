"""A running experiment at three levels: all of it, each set, and the step at which a set is."""

from collections.abc import Mapping

import streamlit as st

from core.errors import StudioError
from core.store import SavedExperiment
from jobs.api import (
    ACTIVE,
    CANCELLED,
    DONE,
    FAILED,
    PAUSED,
    QUEUED,
    RUNNING,
    ExperimentState,
    SetState,
)
from pages.components.attempt import attempt, show_callback_error
from pages.components.foreign_text import plain, prose
from pages.components.tuning.experiment_status import show_worker_status, status_badge
from pages.components.wording import duration
from pages.components.workspace import show_error, studio
from pages.experiments.actions import run_actions

POLL_SECONDS = 1.5
STAGES = {"tuning": "Tuning", "measuring": "Measuring"}


@st.fragment(run_every=POLL_SECONDS)
def experiment_progress(saved: SavedExperiment) -> None:
    """Drawn anew every moment; the page itself when a set is through, so that its results join the others."""
    show_callback_error()
    try:
        studio().jobs.take_in()
        state = studio().experiments.state(saved.experiment_id)
    except StudioError as error:
        show_error(error)
        return
    if state is None:
        st.caption("The job folder is missing, so this experiment cannot run. Its results so far are below.")
        return
    _rerun_if_changed(saved, state)
    _whole(state)
    run_actions(saved, state)
    number, logs = saved.experiment_id, studio().measurements.logs(saved.experiment_id)
    for each in state.sets:
        if each.status == RUNNING:
            _running(number, each, logs)
    for title, statuses in (("Stopped", (FAILED, CANCELLED)), ("Waiting", (QUEUED, PAUSED)), ("Done", (DONE,))):
        _others(number, [each for each in state.sets if each.status in statuses], title, logs)


def _rerun_if_changed(saved: SavedExperiment, state: ExperimentState) -> None:
    """The results below belong to the page: they are drawn anew when one has come in."""
    measured = (saved.experiment_id, len(studio().measurements.losses(saved.experiment_id)), state.status)
    seen = st.session_state.get("experiment seen")
    st.session_state["experiment seen"] = measured
    if seen is not None and seen[0] == measured[0] and seen != measured:
        st.rerun()


def _whole(state: ExperimentState) -> None:
    done, most = state.count(DONE), state.most_sets
    open_ended = not state.ended and most > len(state.sets)
    total = f"at most {most}" if open_ended else str(len(state.sets))
    parts = [f"{done} of {total} done, including the base model"]
    if state.status in ACTIVE:
        known = state.eta_seconds is not None
        parts.append(f"about {duration(state.eta_seconds)} left" if known else "time left: known after the first set")
    with st.container(horizontal=True, vertical_alignment="center"):
        status_badge(state.status)
        if state.status == DONE:
            st.caption(" · ".join(parts))
        else:
            st.progress(state.share, " · ".join(parts))
    if state.status in ACTIVE:
        show_worker_status()
    if state.why_paused:
        st.warning(prose(state.why_paused), icon=":material/memory:")
    if state.fault:
        st.error(prose(state.fault))


def _running(number: int, each: SetState, logs: Mapping[int, str]) -> None:
    with st.container(border=True):
        bar, stop = st.columns([6, 1], vertical_alignment="center")
        state = each.state
        parts = [f"**{each.plan.name}**", STAGES.get(state.stage, "Starting"), f"{each.share:.0%}"]
        if state.message and not state.message.startswith(parts[1]):
            parts.append(state.message)
        elif state.message:
            parts[1] = state.message
        if state.eta_seconds is not None:
            parts.append(f"about {duration(state.eta_seconds)} left")
        bar.progress(each.share, " · ".join(parts))
        stop.button(
            "Cancel", key=f"cancel set {each.plan.number}", on_click=_cancel, args=(number, each), width="stretch"
        )
        _log(each, logs)


def _others(number: int, sets: list[SetState], title: str, logs: Mapping[int, str]) -> None:
    if not sets:
        return
    with st.expander(f"{title} ({len(sets)})", expanded=title == "Stopped", key=f"sets {title} {number}"):
        for each in sets:
            _line(number, each, logs)


def _line(number: int, each: SetState, logs: Mapping[int, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        status_badge(each.status)
        took = f" · {duration(each.seconds)}" if each.seconds is not None and each.status == DONE else ""
        st.markdown(f"{plain(each.plan.name)}{took}", width="stretch")
        if each.status in (*ACTIVE, PAUSED):
            st.button("Cancel", key=f"cancel set {each.plan.number}", on_click=_cancel, args=(number, each))
        elif each.status in (FAILED, CANCELLED):
            st.button("Retry", key=f"retry set {each.plan.number}", on_click=_retry, args=(number, each))
        _log(each, logs)
    if each.error:
        st.error(prose(each.error))


def _log(each: SetState, logs: Mapping[int, str]) -> None:
    text = logs.get(each.plan.number)
    if text:
        with st.popover("Log", key=f"log set {each.plan.number}"):
            st.code(text, language=None, wrap_lines=True)


def _cancel(number: int, each: SetState) -> None:
    attempt(lambda: studio().experiments.cancel(number, each.plan.number), f"{each.plan.name} is being cancelled.")


def _retry(number: int, each: SetState) -> None:
    attempt(
        lambda: studio().experiments.retry(number, each.plan.number),
        f"{each.plan.name} is queued again; it resumes from its last checkpoint.",
    )
