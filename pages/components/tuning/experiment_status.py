"""Where an experiment stands, and whether anybody works on it."""

from typing import Literal

import streamlit as st

from jobs.api import CANCELLED, DONE, FAILED, PAUSED, QUEUED, RUNNING
from pages.components.workspace import show_arrival_errors, studio

Colour = Literal["green", "red", "gray", "blue", "orange"]
LOOKS: dict[str, tuple[str, Colour]] = {
    DONE: (":material/check_circle:", "green"),
    FAILED: (":material/error:", "red"),
    CANCELLED: (":material/cancel:", "gray"),
    RUNNING: (":material/play_circle:", "blue"),
    QUEUED: (":material/schedule:", "gray"),
    PAUSED: (":material/pause_circle:", "orange"),
}


def status_badge(status: str) -> None:
    icon, colour = LOOKS[status]
    st.badge(status.capitalize(), icon=icon, color=colour)


def show_worker_status() -> None:
    """Whether anything goes on, and that it goes on when the page is closed."""
    show_arrival_errors()
    worker = studio().jobs.worker()
    if worker.alive:
        st.caption(f"The worker is running (process {worker.pid}). Experiments continue when this page is closed.")
    else:
        st.warning(
            "The worker is not running, so experiments wait. `python start.py` restarts it within seconds; if this "
            "message stays, restart the studio. Nothing is lost.",
            icon=":material/warning:",
        )
