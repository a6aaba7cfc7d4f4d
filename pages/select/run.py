"""Running a selection beside the page: kept by state of the data and spec, shown when it takes its time."""

import json
from collections import OrderedDict

import streamlit as st

from core.progress import Progress
from core.selection.outcome import SelectionOutcome
from core.selection.spec import SelectionSpec
from pages.components.background import Background, watch
from pages.components.workspace import chosen_profile, studio

PATIENCE = 2.0  # seconds before a running selection is shown as such
ROWS_KEPT = 2_000_000  # candidates of finished selections that stay in memory, about 150 bytes each


@st.cache_resource
def _finished() -> OrderedDict[str, SelectionOutcome]:
    """Outcomes by the state of the data and the spec, last used last."""
    return OrderedDict()


def selection_outcome(spec: SelectionSpec) -> SelectionOutcome | None:
    """What comes of a spec; None while it is being worked out, or where it was cancelled, both said on screen.

    Raises:
        StudioError: the selection can't be made.
    """
    state = [studio().scores.revision, studio().marks.revision, chosen_profile().name]
    key = json.dumps([*state, spec.as_dict()])
    found = _finished().get(key)
    if found is not None:
        _finished().move_to_end(key)
        return found
    task = _task(key, spec)
    task.join(PATIENCE)
    if task.is_alive():
        watch(task)
        return None
    if task.cancelled:
        st.info("Cancelled. Change the settings on the left, or run the selection again.")
        st.button("Run selection", icon=":material/play_arrow:", on_click=_forget)
        return None
    if task.error is not None:
        _forget()
        raise task.error
    assert task.result is not None
    _keep(key, task.result)
    return task.result


def _task(key: str, spec: SelectionSpec) -> Background[SelectionOutcome]:
    """The session's selection at work: the one under this key, else a new one in place of the last."""
    running: tuple[str, Background[SelectionOutcome]] | None = st.session_state.get("selection task")
    if running is not None:
        if running[0] == key:
            return running[1]
        running[1].cancel()
    owner = studio()

    def work(progress: Progress) -> SelectionOutcome:
        return owner.selections.run(spec, progress)

    task = Background("Selecting rows", work)
    st.session_state["selection task"] = (key, task)
    return task


def _forget() -> None:
    st.session_state.pop("selection task", None)


def _keep(key: str, outcome: SelectionOutcome) -> None:
    kept = _finished()
    kept[key] = outcome
    _forget()
    while len(kept) > 1 and sum(len(each.rows) for each in kept.values()) > ROWS_KEPT:
        kept.popitem(last=False)
