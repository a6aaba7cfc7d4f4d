"""All experiments, each with where it stands."""

import streamlit as st

from core.errors import StudioError
from core.store import SavedExperiment
from jobs.client import ACTIVE, DONE
from pages.components.experiment_form import show
from pages.components.experiment_standing import state_of, status_badge, worker_told
from pages.components.wording import duration
from pages.components.workspace import job_client, show_error, store

POLL_SECONDS = 2.0


@st.fragment(run_every=POLL_SECONDS)
def experiment_list() -> None:
    """Drawn anew every two seconds; what the worker has finished is taken into the store on the way."""
    try:
        job_client().take_in(store())
        saved = store().experiments()
        lines = [(each, state_of(each)) for each in saved]
    except StudioError as error:
        show_error(error)
        return
    if any(state is not None and state.status in ACTIVE for _, state in lines):
        worker_told()
    for each, state in lines:
        with st.container(border=True):
            _entry(
                each,
                state.status if state else "",
                state.share if state else None,
                state.eta_seconds if state else None,
            )


def _entry(saved: SavedExperiment, status: str, share: float | None, eta_seconds: float | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if status:
            status_badge(status)
        with st.container(gap="xxsmall"):
            st.markdown(f"**{saved.name}**")
            st.caption(_about(saved, status, eta_seconds))
        if share is not None and status != DONE:
            st.progress(share, f"{share:.0%}", width=220)
        if st.button("Open", key=f"open {saved.experiment_id}"):
            show(saved.experiment_id)
            st.rerun()  # the whole page: a press within a fragment would draw the fragment alone


def _about(saved: SavedExperiment, status: str, eta_seconds: float | None) -> str:
    measured = len(store().set_losses(saved.job_id).query("number > 0"))
    parts = [f"{measured} of {saved.sets} sets measured", str(saved.spec.get("profile", ""))]
    if status in ACTIVE and eta_seconds is not None:
        parts.append(f"about {duration(eta_seconds)} left")
    parts.append(f"created {saved.created_at.astimezone():%d %b %Y, %H:%M}")
    return " · ".join(parts)
