"""Sets that came in since the Rule page was drawn: said at once, taken in when the user wants them."""

from collections.abc import Sequence

import streamlit as st

from core.errors import StudioError
from core.humanize import counted
from core.store import SavedExperiment
from pages.components.workspace import show_error, studio

POLL_SECONDS = 5.0


def new_sets(experiments: Sequence[SavedExperiment], seen: int) -> None:
    """Watch the experiments while some of their sets have no loss yet.

    Args:
        seen: how many of their sets were measured when the page was drawn.
    """
    if seen < sum(each.sets for each in experiments):
        _watch(tuple(each.job_id for each in experiments), seen)


@st.fragment(run_every=POLL_SECONDS)
def _watch(job_ids: tuple[str, ...], seen: int) -> None:
    try:
        studio().jobs.take_in()
        counts = studio().measurements.counts()
    except StudioError as error:
        show_error(error)
        return
    new = sum(counts.get(job_id, 0) for job_id in job_ids) - seen
    if new <= 0:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/fiber_new: {counted(new, 'new set')} measured.")
        if st.button("Include them", icon=":material/refresh:", type="primary"):
            st.rerun()
