"""`Start over`: asks first, saying what goes and what stays, then leaves the studio as it was on its first day."""

import streamlit as st

from pages.components.confirm import confirm
from pages.components.foreign_text import prose
from pages.components.workspace import studio
from pages.datasets.load_progress import forget_outcomes, loading


def start_over() -> None:
    """The button that asks."""
    if st.button(
        "Start over",
        icon=":material/restart_alt:",
        type="tertiary",
        help="Delete everything in the data folder and load the demo data again; asks for confirmation",
    ):
        _ask()


@st.dialog("Start over?")
def _ask() -> None:
    st.markdown(f"**Will be deleted:** {prose(studio().workspace.removed_by_starting_over())}.")
    st.markdown(f"**Will be kept:** {prose(studio().workspace.kept_by_starting_over())}")
    backup = st.checkbox("Make a backup first, by which this can be undone on the Storage page", value=True)
    busy = bool(studio().jobs.active()) or loading()
    if busy:
        st.warning(
            "A load or a job is still running. Wait until it is done, or cancel it on the Jobs page, then start over."
        )
    confirm("Delete and start over", lambda: _remove(backup), disabled=busy)


def _remove(backup: bool) -> None:
    studio().workspace.start_over(backup)
    forget_outcomes()
    st.session_state.clear()
