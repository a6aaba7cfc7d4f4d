"""How far a curation is, and what can be done with it."""

import streamlit as st

from core.workspace.curation import Curation, CurationStep
from core.workspace.deletion import FATE
from pages.components.attempt import attempt
from pages.components.background import watch
from pages.components.foreign_text import plain
from pages.components.workspace import show_error, studio
from pages.curate.form import SHOWN
from pages.curate.running import forget_task, go_on, task_of


def curation_steps(curation: Curation) -> None:
    """The steps with their states; what runs has a bar and a way to cancel, what was stopped one to go on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(curation.name), anchor=False)
        st.button("All curations", icon=":material/arrow_back:", type="tertiary", on_click=_back)
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown("Delete this curation? " + FATE["curation"])
            st.button("Delete", key="delete curation", type="primary", on_click=_delete, args=(curation.number,))
    task = task_of(curation.number)
    alive = task is not None and task.is_alive()
    with st.container(border=True):
        for step in curation.steps:
            st.markdown(_line(curation, step, alive))
        if task is not None and alive:
            watch(task)
            _turn_with_steps(curation.number, len(curation.done), curation.tournament + curation.proof)
            _where(curation)
            return
    if task is not None:
        forget_task(curation.number)
        if task.error is not None:
            show_error(task.error)
        elif task.cancelled:
            st.info("Stopped. What is done is kept.")
    if curation.next_step is not None:
        st.button("Resume", type="primary", icon=":material/play_arrow:", on_click=go_on, args=(curation.number,))


@st.fragment(run_every=1.0)
def _turn_with_steps(number: int, done: int, begun: int) -> None:
    """Draw the page anew when another step is through, or has made its experiment."""
    now = studio().curations.get(number)
    if (len(now.done), now.tournament + now.proof) != (done, begun):
        st.rerun()


def _line(curation: Curation, step: CurationStep, alive: bool) -> str:
    if step in curation.done:
        return f":green[:material/check_circle:] {step.told}{_outcome(curation, step)}"
    if step is curation.next_step:
        return f":blue[:material/arrow_circle_right:] **{step.told}**" + ("" if alive else " (stopped)")
    return f":gray[:material/radio_button_unchecked: {step.told}]"


def _outcome(curation: Curation, step: CurationStep) -> str:
    if step is not CurationStep.CHECK:
        return ""
    return "".join(f" · {rows:,} {what}" for what, rows in curation.left_out.items())


def _where(curation: Curation) -> None:
    """What can be watched in more detail: the tournament and the proof are ordinary experiments."""
    running = {CurationStep.TOURNAMENT: curation.tournament, CurationStep.PROVE: curation.proof}
    if curation.next_step in running:
        st.caption("It runs as an experiment in the background and goes on when this page, or the app, is closed.")
        st.page_link("pages/experiments/page.py", label="Open Experiments", icon=":material/science:")


def _back() -> None:
    st.session_state.pop(SHOWN, None)


def _delete(number: int) -> None:
    forget_task(number)
    attempt(lambda: studio().curations.delete(number), "Deleted.")
    _back()
