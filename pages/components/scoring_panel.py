"""What is not scored yet, one button to score it, and how far the worker is."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.errors import StudioError
from core.humanize import counted
from core.indicators import untargeted
from core.store import Dataset
from jobs.api import QUEUED, Job
from pages.components.foreign_text import plain
from pages.components.wording import column_title, duration, in_sentence, pace
from pages.components.workspace import filters, refresh, show_error, studio

POLL_SECONDS = 1.0


def scoring_panel(datasets: Sequence[Dataset]) -> bool:
    """Offer to score what these datasets lack; while jobs run, show them instead. Returns whether any runs."""
    running = scoring_jobs()
    if running:
        st.session_state["jobs_seen"] = len(running)
        _watch()
        return True
    lacking = studio().scores.missing(*_numbers(datasets))
    if not lacking:
        return False
    unscored = max(lacking.values())
    total = sum(each.rows for each in datasets)
    with st.container(border=True):
        text, action = st.columns([4, 1], vertical_alignment="center")
        text.markdown(
            f"**{unscored:,} of {total:,} rows are not fully scored.** {plain(_what(lacking))}{_how_long(unscored)}"
        )
        # No callback: it would score what was chosen when the button was last drawn, not what is chosen at the click.
        if action.button("Score now", type="primary", icon=":material/play_arrow:", width="stretch"):
            _start(datasets, st.session_state.get("score_indicators") or list(lacking))
            st.rerun()
        with st.expander("Choose indicators and rows" if filters().active else "Choose indicators"):
            st.pills(
                "Indicators to compute",
                list(lacking),
                selection_mode="multi",
                default=list(lacking),
                format_func=lambda name: f"{plain(column_title(name))} ({plain(counted(lacking[name], 'row'))})",
                key="score_indicators",
            )
            if filters().active:
                within = counted(studio().rows.count(filters()), "row")
                st.toggle(f"Only the {within} that pass the filters", key="score_filtered")
    return False


def _what(lacking: Mapping[str, int]) -> str:
    if len(lacking) == len(untargeted()):
        return "Scores are computed in the background on this computer."
    return f"Missing: {', '.join(in_sentence(column_title(name)) for name in lacking)}."


def _how_long(rows: int) -> str:
    seconds = studio().scores.expected_seconds(rows)
    return "" if seconds is None else f" By the rate of the last scoring this takes about {duration(seconds)}."


def _start(datasets: Sequence[Dataset], names: Sequence[str]) -> None:
    try:
        within = filters() if filters().active and st.session_state.get("score_filtered") else None
        studio().scores.enqueue(*_numbers(datasets), indicators=names, filters=within)
    except StudioError as error:
        st.session_state["scoring_error"] = error


def _numbers(datasets: Sequence[Dataset]) -> list[int]:
    return [each.dataset_id for each in datasets]


def scoring_jobs() -> list[Job]:
    """The jobs that score rows now, or wait to."""
    if "scoring_error" in st.session_state:
        show_error(st.session_state.pop("scoring_error"))
    try:
        return studio().scores.jobs()
    except StudioError as error:
        show_error(error)
        return []


@st.fragment(run_every=POLL_SECONDS)
def _watch() -> None:
    """Redraw the jobs alone; the page itself only when one of them has ended."""
    studio().jobs.take_in()
    jobs = scoring_jobs()
    if len(jobs) < st.session_state.get("jobs_seen", 0):
        refresh()
        st.rerun()
    with st.container(border=True):
        for job in reversed(jobs):
            job_progress(job)
        new = studio().scores.waiting()
        told = f"Show the scores so far ({new:,} new)" if new else "Show the scores so far"
        if st.button(told, key="show scores", type="tertiary", icon=":material/refresh:", disabled=not new):
            refresh()
            st.rerun()


def job_progress(job: Job) -> None:
    """One job: a bar, what it does, its rate, how long it will take, and a way to stop it."""
    bar, stop = st.columns([6, 1], vertical_alignment="center")
    share = min(1.0, job.done / job.total) if job.total else 0.0
    bar.progress(share, text=_standing(job))
    if stop.button("Cancel", key=f"cancel {job.id}", width="stretch"):
        try:
            studio().jobs.cancel(job.id)
            st.toast(f"{plain(job.title)} is being cancelled. Computed scores are kept.")
        except StudioError as error:
            show_error(error)


def _standing(job: Job) -> str:
    if job.status == QUEUED:
        return f"**{plain(job.title)}** · waiting"
    parts = [f"**{plain(job.title)}**"]
    if job.total:
        parts.append(f"{job.done:,} of {job.total:,} {job.unit}")
    if job.rate:
        parts.append(pace(job.rate, job.unit))
    if job.eta_seconds is not None:
        parts.append(f"about {duration(job.eta_seconds)} left")
    return " · ".join([*parts, plain(job.message)] if job.message else parts)
