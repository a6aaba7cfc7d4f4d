"""All experiments, each with where it stands."""

import streamlit as st

from core.errors import StudioError
from core.experiments.size.plan import size_plan_of
from core.experiments.tournament.plan import tournament_of
from core.store import SavedExperiment
from jobs.api import DONE, ExperimentState
from pages.components.foreign_text import plain
from pages.components.tuning.experiment_settings import show
from pages.components.tuning.experiment_status import show_worker_status, status_badge
from pages.components.wording import duration
from pages.components.workspace import show_error, studio

POLL_SECONDS = 2.0


@st.fragment(run_every=POLL_SECONDS)
def experiment_list() -> None:
    """Drawn anew every two seconds; what the worker has finished is taken into the store on the way."""
    try:
        studio().jobs.take_in()
        saved, measured = studio().experiments.all(), studio().measurements.counts()
        states = [studio().experiments.state(each.experiment_id) for each in saved]
    except StudioError as error:
        show_error(error)
        return
    if any(state is not None and state.active for state in states):
        show_worker_status()
    for each, state in zip(saved, states, strict=True):
        with st.container(border=True):
            _entry(each, measured.get(each.job_id, 0), state)


def _entry(saved: SavedExperiment, measured: int, state: ExperimentState | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if state is not None:
            status_badge(state.status)
        with st.container(gap="xxsmall"):
            st.markdown(f"**{plain(saved.name)}**")
            st.caption(plain(_about(saved, measured, state)))
        if state is not None and state.status != DONE:
            st.progress(state.share, f"{state.share:.0%}", width=220)
        if st.button("Open", key=f"open {saved.experiment_id}"):
            show(saved.experiment_id)
            st.rerun()  # the whole page: a press within a fragment would draw the fragment alone


def _about(saved: SavedExperiment, measured: int, state: ExperimentState | None) -> str:
    growing = size_plan_of(saved.spec) or tournament_of(saved.spec)
    total = f"{saved.sets} sets" if growing is None else f"up to {growing.most_models} models"
    parts = [f"{measured} of {total} done", str(saved.spec.get("profile", ""))]
    if state is not None and state.active and state.eta_seconds is not None:
        parts.append(f"about {duration(state.eta_seconds)} left")
    parts.append(f"created {saved.created_at.astimezone():%d %b %Y, %H:%M}")
    return " · ".join(parts)
