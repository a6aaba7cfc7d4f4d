"""Where an experiment stands, also where its folder or its queue is not here."""

from typing import Literal

import streamlit as st

from core.errors import JobError
from core.store import SavedExperiment
from jobs.experiments.experiments import Experiments
from jobs.experiments.state import PAUSED, ExperimentState
from jobs.queue.job import CANCELLED, DONE, FAILED, QUEUED, RUNNING
from pages.components.workspace import job_client, told_of_arrivals

Colour = Literal["green", "red", "gray", "blue", "orange"]
LOOKS: dict[str, tuple[str, Colour]] = {
    DONE: (":material/check_circle:", "green"),
    FAILED: (":material/error:", "red"),
    CANCELLED: (":material/cancel:", "gray"),
    RUNNING: (":material/play_circle:", "blue"),
    QUEUED: (":material/schedule:", "gray"),
    PAUSED: (":material/pause_circle:", "orange"),
}


def experiments() -> Experiments:
    """What can be done with experiments."""
    return Experiments(job_client())


def state_of(saved: SavedExperiment) -> ExperimentState | None:
    """Where it stands; None where no worker has ever run here or its folder is gone."""
    if not saved.job_id or job_client().worker_alive().pid is None:
        return None
    try:
        return experiments().state(saved.job_id)
    except JobError:
        return None


def status_badge(status: str) -> None:
    icon, colour = LOOKS[status]
    st.badge(status.capitalize(), icon=icon, color=colour)


def worker_told() -> None:
    """Whether anything goes on, and that it goes on when the page is closed."""
    told_of_arrivals()
    worker = job_client().worker_alive()
    if worker.alive:
        st.caption(f"The worker is running (process {worker.pid}). Experiments continue when this page is closed.")
    else:
        st.warning(
            "The worker is not running, so experiments wait. `python start.py` restarts it within seconds; if this "
            "message stays, restart the studio. Nothing is lost.",
            icon=":material/warning:",
        )
