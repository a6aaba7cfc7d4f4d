"""Loads that run in this process, because it owns the store: how far each is, and what came of it."""

from collections.abc import Sequence

import streamlit as st

from core.errors import StudioError
from core.formats.columns import ColumnMap
from core.formats.hub import hub_files
from core.load_task import LoadTask
from core.loading import SourceFile
from core.progress import Cancelled
from pages.components.wording import duration, file_size
from pages.components.workspace import paths, refresh, show_error, store


@st.cache_resource
def _tasks() -> list[LoadTask]:
    """All loads of this process; they go on when the page is closed or reloaded."""
    return []


def start_loading(name: str, files: Sequence[SourceFile], columns: ColumnMap | None) -> None:
    task = LoadTask(store(), name, files, columns)
    _tasks().append(task)
    task.start()


def load_progress() -> None:
    """Bars for running loads, then a line for each that ended, until it is closed."""
    if any(not task.state.finished for task in _tasks()):
        _watch()
    for task in [task for task in _tasks() if task.state.finished]:
        _outcome(task)


@st.fragment(run_every=0.5)
def _watch() -> None:
    running = [task for task in _tasks() if not task.state.finished]
    if not running:
        refresh()
        st.rerun()
    for task in running:
        state = task.state
        bar, stop = st.columns([6, 1], vertical_alignment="center")
        text = f"**{task.dataset_name}** · {state.message}"
        if state.total:
            text += f" · {file_size(state.done)} of {file_size(state.total)}"
        if state.eta_seconds is not None:
            text += f" · about {duration(state.eta_seconds)} left"
        bar.progress(min(1.0, state.done / state.total) if state.total else 0.0, text=text)
        if stop.button("Cancel", key=f"cancel load {id(task)}", width="stretch"):
            task.cancel()


def _outcome(task: LoadTask) -> None:
    state = task.state
    line, close = st.columns([12, 1], vertical_alignment="center")
    with line:
        if state.report is not None:
            report = state.report
            st.success(
                f"**{report.name}**: {report.kept:,} rows kept, {report.duplicates:,} exact duplicates and "
                f"{report.rejected:,} refused rows left out, in {duration(report.seconds)}.",
                icon=":material/check_circle:",
            )
        elif isinstance(state.error, Cancelled):
            st.info(f"**{task.dataset_name}**: cancelled; nothing of it was stored.")
        elif isinstance(state.error, StudioError):
            show_error(state.error)
        else:
            st.error(f"**{task.dataset_name}** could not be loaded: {state.error}. Nothing of it was stored.")
    if close.button(
        "", icon=":material/close:", key=f"close load {id(task)}", type="tertiary", help="Close this message"
    ):
        _tasks().remove(task)
        st.rerun()


def fetch_from_hub(dataset: str, split: str) -> None:
    """Fetch a dataset of the hub into the data folder; its files then stand in the preview."""
    bar = st.progress(0.0, text=f"Fetching {dataset} …")

    class Bar:
        def update(self, done: int, total: int, message: str = "") -> None:
            bar.progress(min(1.0, done / total) if total else 0.0, text=message or f"Fetching {dataset} …")

    try:
        files = hub_files(dataset, split, paths().uploads / "hub", Bar())
        st.session_state["hub_files"] = [SourceFile(file, f"{dataset} ({split}) {file.name}") for file in files]
    except StudioError as error:
        st.session_state.pop("hub_files", None)
        show_error(error)
    finally:
        bar.empty()
