"""Jobs: what waits, runs, is done and went wrong, with its log."""

from typing import Literal

import streamlit as st

from core.errors import StudioError
from jobs.api import ACTIVE, CANCELLED, DONE, FAILED, Job
from pages.components.foreign_text import plain, prose
from pages.components.scoring_panel import job_progress
from pages.components.wording import duration
from pages.components.workspace import show_arrival_errors, show_error, studio

ICONS = {DONE: ":material/check_circle:", FAILED: ":material/error:", CANCELLED: ":material/cancel:"}
COLOURS: dict[str, Literal["green", "red", "gray"]] = {DONE: "green", FAILED: "red", CANCELLED: "gray"}
SHOWN, FEW = "jobs shown", 20  # a page that is drawn anew every second draws no more than is looked at

st.title("Jobs", anchor=False)


@st.fragment(run_every=1.0)
def job_list() -> None:
    """All jobs, drawn anew every second; what the worker has finished is taken into the store on the way."""
    try:
        if studio().jobs.take_in():
            studio().scores.refresh()
        shown = st.session_state.get(SHOWN, FEW)
        found = studio().jobs.all(shown + 1)
    except StudioError as error:
        show_error(error)
        return
    _worker()
    if rebuilt := studio().jobs.rebuilt:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(prose(rebuilt), icon=":material/healing:")
            st.button("OK", key="rebuilt read", on_click=_read_rebuilt)
    if not found:
        st.info("No jobs yet. Start scoring on the Indicators page; experiments have a page of their own.")
        st.page_link("pages/indicators/page.py", label="Score rows", icon=":material/bar_chart:")
        return
    jobs = [job for place, job in enumerate(found) if place < shown or job.status in ACTIVE]
    for job in jobs:
        with st.container(border=True):
            _job(job)
    if len(jobs) < len(found):
        st.button("Show earlier jobs", key="earlier jobs", icon=":material/expand_more:", on_click=_show_more)


def _worker() -> None:
    show_arrival_errors()
    worker = studio().jobs.worker()
    if worker.alive:
        st.caption(f"The worker is running (process {worker.pid}). Jobs continue when this page is closed.")
    else:
        st.warning(
            "The worker is not running, so jobs wait. `python start.py` restarts it within seconds; if this message "
            "stays, restart the studio. Nothing is lost.",
            icon=":material/warning:",
        )


def _job(job: Job) -> None:
    if job.status in ACTIVE:
        job_progress(job)
    else:
        card = studio().jobs.card(job)
        title, action = st.columns([6, 1], vertical_alignment="center")
        with title.container(horizontal=True, vertical_alignment="center"):
            st.badge(job.status.capitalize(), icon=ICONS[job.status], color=COLOURS[job.status])
            st.markdown(f"**{plain(job.title)}** · {_when(job)}")
            st.page_link(card.page, label=card.page_title, icon=card.icon, help=f"{plain(card.label)}: to its page.")
        if job.status != DONE and action.button("Retry", key=f"retry {job.id}", width="stretch"):
            _retry(job)
        if job.error:
            st.error(prose(job.error))
    if job.log_tail:
        with st.expander("Log", key=f"log {job.id}"):
            st.code(job.log_tail, language=None, wrap_lines=True)


def _show_more() -> None:
    st.session_state[SHOWN] = st.session_state.get(SHOWN, FEW) + FEW


def _read_rebuilt() -> None:
    studio().jobs.forget_rebuilt()


def _when(job: Job) -> str:
    parts = [f"{job.done:,} of {job.total:,} {job.unit}"] if job.total else []
    if job.started_at and job.finished_at:
        parts.append(f"took {duration((job.finished_at - job.started_at).total_seconds())}")
    parts.append(f"{job.created_at.astimezone():%d %b %Y, %H:%M}")
    return " · ".join(parts)


def _retry(job: Job) -> None:
    try:
        studio().jobs.retry(job.id)
        st.toast(f"{plain(job.title)} is queued again; it resumes where it stopped.")
    except StudioError as error:
        show_error(error)


job_list()
