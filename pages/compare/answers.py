"""How far the answers of a comparison are, and what can be done about them."""

import streamlit as st

from core.errors import StudioError
from core.store import SavedComparison
from core.workspace.deletion import FATE
from jobs.api import ACTIVE, CANCELLED, FAILED, Job
from pages.compare.shown import pairs_of, show
from pages.components.attempt import attempt
from pages.components.foreign_text import plain, prose
from pages.components.scoring_panel import job_progress
from pages.components.workspace import show_error, studio

POLL_SECONDS = 1.0


def answers_progress(saved: SavedComparison) -> None:
    """The job that makes the answers; nothing where all are there."""
    job = studio().comparisons.job(saved.comparison_id)
    if job is None:
        if len(pairs_of(saved)) < saved.prompts:
            st.warning(
                "The job of this comparison is missing. Start a new comparison of the same models to generate the "
                "missing answers.",
                icon=":material/warning:",
            )
    elif job.status in ACTIVE:
        _watch(saved)
    elif job.status in (FAILED, CANCELLED):
        _stopped(saved, job)


@st.fragment(run_every=POLL_SECONDS)
def _watch(saved: SavedComparison) -> None:
    """Drawn anew every second; the page itself when the job has ended."""
    try:
        studio().jobs.take_in()
        job = studio().comparisons.job(saved.comparison_id)
    except StudioError as error:
        show_error(error)
        return
    if job is None or job.status not in ACTIVE:
        st.rerun()
    with st.container(border=True):
        job_progress(job)
        there = len(pairs_of(saved))
        st.caption(
            f"{there} of {saved.prompts} instructions have both answers. Generation continues when this page is closed."
        )
        if not studio().jobs.worker().alive:
            st.warning(
                "The worker is not running, so this job waits. `python start.py` restarts it within seconds.",
                icon=":material/warning:",
            )


def _stopped(saved: SavedComparison, job: Job) -> None:
    if job.error:
        st.error(prose(job.error), icon=":material/error:")
    else:
        st.warning("Cancelled. Answers so far are kept.", icon=":material/cancel:")
    with st.container(horizontal=True):
        st.button("Resume", icon=":material/replay:", type="primary", on_click=_retry, args=(saved.comparison_id,))
        if job.log_tail:
            with st.popover("Log"):
                st.code(job.log_tail, language=None, wrap_lines=True)


def _retry(number: int) -> None:
    attempt(lambda: studio().comparisons.retry(number), "Resumed.")


def keeping_actions(saved: SavedComparison) -> None:
    """Rename and delete."""
    number = saved.comparison_id
    with st.container(horizontal=True, horizontal_alignment="right"):
        with st.popover("Rename", icon=":material/edit:"):
            st.text_input("Name", saved.name, key=f"comparison name {number}", max_chars=120)
            st.button("Rename", key=f"rename comparison {number}", on_click=_rename, args=(number,))
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(f"Delete **{plain(saved.name)}**? {FATE['comparison']}")
            st.button("Delete", key=f"delete comparison {number}", type="primary", on_click=_delete, args=(number,))


def _rename(number: int) -> None:
    name = st.session_state[f"comparison name {number}"].strip()
    if name:
        attempt(lambda: studio().comparisons.rename(number, name))


def _delete(number: int) -> None:
    attempt(lambda: studio().comparisons.delete(number), "Deleted.")
    show(None)
