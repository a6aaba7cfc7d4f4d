"""Learning the rule beside the page: kept for the session by table and procedure, shown when it takes its time."""

import streamlit as st

from core.errors import RegressionError
from core.progress import Progress
from core.regression.procedure import FitReport, Procedure, examine
from core.regression.set_table import SetTable
from pages.components.background import Background, watch

PATIENCE = 2.0  # seconds before learning is shown as such
KEPT = 8  # procedures of a session whose outcome is remembered


def examined(table: SetTable, indicators: tuple[str, ...], procedure: Procedure) -> FitReport | None:
    """What comes of a procedure; None while it is being worked out, or where it was cancelled, both said on screen.

    Raises:
        StudioError: no rule can be learned from this.
    """
    if not indicators:
        raise RegressionError("No usable indicators.", mend="The Data tab says why.")
    key = (table.digest, indicators, procedure)
    tasks: dict[tuple, Background[FitReport]] = st.session_state.setdefault("rule tasks", {})
    for other, task in tasks.items():
        if other != key and task.is_alive():
            task.cancel()
    if key not in tasks:

        def work(progress: Progress) -> FitReport:
            return examine(table.sets, indicators, procedure, table.losses, progress, table.weights)

        tasks[key] = Background("Learning the rule", work)
    while len(tasks) > KEPT:
        tasks.pop(next(iter(tasks)))
    task = tasks[key]
    task.join(PATIENCE)
    if task.is_alive():
        watch(task)
        return None
    if task.cancelled:
        st.info("Cancelled. Change the settings on the left, or start again.")
        st.button("Learn", icon=":material/play_arrow:", on_click=tasks.__delitem__, args=(key,))
        return None
    if task.error is not None:
        raise tasks.pop(key).error or task.error
    return task.result
