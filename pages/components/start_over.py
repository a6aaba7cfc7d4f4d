"""`Start over`: asks first, saying what goes and what stays, then leaves the studio as it was on its first day."""

import streamlit as st

from core.demo import load_demo_once
from core.errors import StudioError
from core.numerals import counted
from pages.components.load_progress import forget_outcomes, loading
from pages.components.workspace import job_client, paths, refresh, show_error, store


def start_over() -> None:
    """The button that asks."""
    if st.button("Start over", icon=":material/restart_alt:", type="tertiary", help="Asks first"):
        _ask()


@st.dialog("Start over?")
def _ask() -> None:
    owner = store()
    datasets = owner.datasets()
    removed = [
        f"{counted(len(datasets), 'dataset')} with {counted(sum(each.rows for each in datasets), 'row')}",
        counted(len(owner.selections()), "selection"),
        counted(len(owner.rules()), "rule"),
        counted(len(owner.experiments()), "experiment"),
        "evaluation sets, comparisons, marks, maps, filters and settings",
    ]
    st.markdown(f"**Removed:** {', '.join(removed)}. This can't be undone.")
    st.markdown(
        f"**Kept:** exported files (`{paths().exports}`), the files that your data came from, finished jobs and "
        f"their adapters (`{paths().jobs}`), and scores, models' answers and judges' replies, so that the same rows "
        "are neither scored nor paid for again. The demo data come back."
    )
    busy = bool(job_client().active()) or loading()
    if busy:
        st.warning("Something is being loaded or computed. Let it end, or cancel it on the Jobs page, then start over.")
    yes, no = st.columns(2)
    if yes.button("Remove and start over", type="primary", width="stretch", disabled=busy):
        _remove()
    if no.button("Keep everything", width="stretch"):
        st.rerun()


def _remove() -> None:
    try:
        store().forget_work()
        load_demo_once(store())
        refresh()
    except StudioError as error:
        show_error(error)
        return
    forget_outcomes()
    st.session_state.clear()
    st.rerun()
