"""Making a map: what is needed first, the button, and how far the worker is."""

from collections.abc import Sequence

import streamlit as st

from core.errors import StudioError
from core.humanize import counted, listed
from core.progress import Progress
from core.store import Dataset, StoredMap
from jobs.api import ACTIVE, FAILED, Job
from jobs.api.unasked_maps import UNASKED_ROWS
from pages.components.background import dismiss, settled
from pages.components.foreign_text import plain, prose
from pages.components.scoring_panel import job_progress, scoring_jobs
from pages.components.shown_value import tied
from pages.components.workspace import chosen_profile, filters, show_error, studio

_SLOT, _ASKED, _BEGUN = "map to be handed over", "map asked for", "datasets whose map was begun unasked"


def map_making(datasets: Sequence[Dataset], found: StoredMap | None) -> None:
    """Say how the map stands to the rows in view, and offer to make it or to make it again."""
    jobs = _map_jobs()
    running = [job for job in jobs if job.status in ACTIVE]
    embedded = studio().maps.embedded_rows(*_numbers(datasets)) if found is None else 0
    scoring = bool(scoring_jobs())
    if embedded and not jobs and not scoring:
        _begin_unasked(datasets, embedded)
    if _handing_over(datasets) or running:
        if running:
            _watch(len(running))
        return
    if jobs and jobs[0].status == FAILED and (found is None or jobs[0].created_at > found.created_at):
        st.error(prose(jobs[0].error))
    if found is None:
        _first_map(datasets, embedded)
        if scoring:
            _await_scores()
    elif found.missing:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{found.missing:,} of {found.embedded:,} rows are newer than this map** and not on it.{_lost(found)}"
            )
            st.button("Update the map", icon=":material/refresh:", type="primary", on_click=_ask)
    elif found.clusters_sampled is None:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**This map has no clusters yet.** An earlier version computed it.{_lost(found)}")
            st.button("Find clusters", icon=":material/bubble_chart:", type="primary", on_click=_ask)
    else:
        _other_datasets(datasets, found)


def automatic_maps() -> None:
    """The switch for maps that nobody has asked for."""
    shown = tied("automatic maps", studio().maps.automatic, _choose_automatic)
    st.toggle("Map after scoring", help=f"In the background, for up to {UNASKED_ROWS:,} rows.", **shown)


def _choose_automatic(automatic: bool) -> None:
    try:
        studio().maps.choose_automatic(automatic)
    except StudioError as error:
        st.toast(f"This setting cannot be saved. {prose(error)}", icon=":material/error:", duration="long")


def _lost(found: StoredMap) -> str:
    """What a map computed anew takes away: filters by the areas and clusters of this one."""
    current = filters()
    parts = [current.area, *current.areas_outside, *current.clusters]
    of_it = sum(each is not None and each.map_id == found.map_id for each in parts)
    return f" {counted(of_it, 'filter')} by its areas or clusters will be removed." if of_it else ""


def _other_datasets(datasets: Sequence[Dataset], found: StoredMap) -> None:
    """Say which of the chosen datasets are not on the map, or that it shows others as well."""
    lacking = [each.name for each in datasets if each.dataset_id not in found.dataset_ids]
    if lacking:
        st.caption(
            f":material/info: Not on this map, as their rows have no embeddings: {plain(listed(lacking, 5))}. Score "
            "the KNN distance of these datasets on the Indicators page."
        )
    elif len(found.dataset_ids) > len(datasets):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"This map was computed from {len(found.dataset_ids)} datasets; {len(datasets)} of them are chosen."
            )
            st.button("Map the chosen datasets only", type="tertiary", icon=":material/refresh:", on_click=_ask)


def _first_map(datasets: Sequence[Dataset], embedded: int) -> None:
    if not embedded:
        st.info(
            "A map needs embeddings. They are computed with the KNN distance: score it first.",
            icon=":material/info:",
        )
        st.page_link("pages/indicators/page.py", label="Score on the Indicators page", icon=":material/bar_chart:")
        return
    with st.container(border=True):
        text, action = st.columns([4, 1], vertical_alignment="center")
        total = sum(each.rows for each in datasets)
        lacking = f" Without an embedding yet: {counted(total - embedded, 'row')}." if embedded < total else ""
        text.markdown(
            f"**Project the embeddings of {counted(embedded, 'row')} to two dimensions: similar rows are close "
            f"together.**{lacking} Computed in the background."
        )
        action.button("Compute map", type="primary", icon=":material/hub:", on_click=_ask, width="stretch")


@st.fragment(run_every=2.0)
def _await_scores() -> None:
    """Say what the first map waits for; the page runs again when that is there."""
    studio().jobs.take_in()
    if not scoring_jobs():
        st.rerun()
    st.caption(":material/hourglass_top: Rows are being scored. The map is computed afterwards, with all of them.")


def _begin_unasked(datasets: Sequence[Dataset], embedded: int) -> None:
    """Ask for the first map where it takes seconds; once, so that whoever cancels it is asked."""
    if embedded <= UNASKED_ROWS and studio().maps.automatic and st.session_state.get(_BEGUN) != _numbers(datasets):
        st.session_state[_BEGUN] = _numbers(datasets)
        _ask()


def _numbers(datasets: Sequence[Dataset]) -> list[int]:
    return [each.dataset_id for each in datasets]


def _ask() -> None:
    st.session_state[_ASKED] = True


def _handing_over(datasets: Sequence[Dataset]) -> bool:
    """Write what the worker needs, beside the page, and queue it; whether that is still going on."""
    if not st.session_state.get(_ASKED):
        return False
    numbers, owner = _numbers(datasets), studio()

    def work(progress: Progress) -> str:
        return owner.maps.enqueue(*numbers, progress=progress)

    try:
        made = settled(_SLOT, str((numbers, chosen_profile().name)), "Computing the map", work, "Compute map")
    except StudioError as error:
        del st.session_state[_ASKED]
        show_error(error)
        return False
    if made is None:
        return True
    del st.session_state[_ASKED]
    dismiss(_SLOT)
    st.rerun()


def _map_jobs() -> list[Job]:
    """Newest first."""
    try:
        return studio().maps.jobs()
    except StudioError as error:
        show_error(error)
        return []


@st.fragment(run_every=1.0)
def _watch(seen: int) -> None:
    """Redraw the jobs alone; the page itself when one of them has ended."""
    studio().jobs.take_in()
    running = [job for job in _map_jobs() if job.status in ACTIVE]
    if len(running) < seen:
        st.rerun()
    with st.container(border=True):
        for job in running:
            job_progress(job)
