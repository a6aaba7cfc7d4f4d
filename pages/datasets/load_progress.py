"""Loads that run in this process, because it owns the store: how far each is, and what came of it."""

from collections.abc import Sequence

import streamlit as st

from core.datasets.load_task import LoadTask
from core.datasets.loading import LoadReport
from core.datasets.unread_files import told_left_out
from core.formats.choices import DEFAULT, ReadingChoices
from core.formats.columns import ColumnMap
from core.humanize import counted
from core.sources.hub import HubSource
from core.sources.source_file import SourceFile
from pages.components.foreign_text import plain
from pages.components.wording import duration, left_out
from pages.components.workspace import refresh, show_error, studio

_BEGUN = "load begun"
_MOST_TOLD = 5  # files


@st.cache_resource
def _tasks() -> list[LoadTask]:
    """All loads of this process; they go on when the page is closed or reloaded."""
    return []


def start_loading(
    name: str,
    sources: Sequence[SourceFile] | HubSource,
    columns: ColumnMap | None = None,
    choices: ReadingChoices = DEFAULT,
) -> None:
    """Load files, or a dataset of the hub, beside the page."""
    _tasks().append(studio().datasets.load_beside(name, sources, columns, choices))
    st.session_state[_BEGUN] = True


def load_begun() -> bool:
    """Whether a load has begun since this was last asked."""
    return bool(st.session_state.pop(_BEGUN, False))


def load_progress() -> None:
    """Bars for running loads, then a line for each that ended, until it is closed."""
    if loading():
        _watch()
    for task in [task for task in _tasks() if task.state.finished]:
        _outcome(task)


def loading() -> bool:
    """Whether a load runs."""
    return any(not task.state.finished for task in _tasks())


def forget_outcomes() -> None:
    """Close the lines of all loads that ended."""
    _tasks()[:] = [task for task in _tasks() if not task.state.finished]


def forget_whole_loads() -> None:
    """Close the lines of loads that left nothing to be seen to, which their datasets tell as well."""
    _tasks()[:] = [task for task in _tasks() if (report := task.state.report) is None or report.unread]


@st.fragment(run_every=0.5)
def _watch() -> None:
    running = [task for task in _tasks() if not task.state.finished]
    if not running:
        refresh()
        st.rerun()
    for task in running:
        state = task.state
        bar, stop = st.columns([6, 1], vertical_alignment="center")
        text = f"**{plain(task.dataset_name)}** · {plain(state.message)}"
        if state.eta_seconds is not None:
            text += f" · about {duration(state.eta_seconds)} left"
        bar.progress(min(1.0, state.done / state.total) if state.total else 0.0, text=text)
        if stop.button("Cancel", key=f"cancel load {id(task)}", width="stretch"):
            task.cancel()


def _outcome(task: LoadTask) -> None:
    state = task.state
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container():
            if state.report is not None:
                _loaded(state.report)
            elif state.error is not None:
                show_error(state.error)
            else:
                st.info(f"**{plain(task.dataset_name)}**: cancelled. Nothing was stored.")
        if st.button("", icon=":material/close:", key=f"close load {id(task)}", type="tertiary", help="Dismiss"):
            _tasks().remove(task)
            st.rerun()


def _loaded(report: LoadReport) -> None:
    st.success(
        f"**{plain(report.name)}**: {counted(report.kept, 'row')} loaded. "
        f"{left_out(report.duplicates, report.rejected)} " + plain(" ".join(report.notes)),
        icon=":material/check_circle:",
    )
    for each in report.unread[:_MOST_TOLD]:
        st.warning(plain(told_left_out(each)), icon=":material/warning:")
    if len(report.unread) > _MOST_TOLD:
        st.warning(f"{counted(len(report.unread) - _MOST_TOLD, 'more file')} not loaded.")
