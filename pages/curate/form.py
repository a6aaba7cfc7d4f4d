"""What a curation is asked: from which data, how many rows, for which questions."""

import streamlit as st

from core.errors import StudioError
from core.humanize import counted
from pages.components.tuning.estimate import speed_measuring
from pages.components.tuning.evaluation_load import new_evaluation_set
from pages.components.wording import duration, file_size
from pages.components.workspace import show_error, studio
from pages.curate.running import go_on

SHOWN = "curation shown"
SHARE = 0.25  # of the rows, that is proposed


def curation_form() -> None:
    """The choices, what it will take, and the button."""
    names = {each.dataset_id: each.name for each in studio().datasets.all()}
    rows_of = {each.dataset_id: each.rows for each in studio().datasets.all()}
    sets = {each.evaluation_set_id: each for each in studio().evaluation_sets.all()}
    with st.container(border=True):
        left, right = st.columns(2, gap="large")
        datasets = left.multiselect(
            "Datasets", list(names), default=list(names), key="curate datasets", wrap=True,
            format_func=lambda n: f"{names[n]} ({counted(rows_of[n], 'row')})",
        )  # fmt: skip
        available = sum(rows_of[each] for each in datasets)
        keep = left.number_input(
            "Rows to keep", 1, value=max(1, round(SHARE * available)), key=f"curate keep {datasets}"
        )
        target = right.selectbox(
            "Target", list(sets), len(sets) - 1 if sets else 0, key=f"curate target {list(sets)}",
            format_func=lambda n: f"{sets[n].name} ({counted(sets[n].examples, 'question')})",
            help="An evaluation set: questions with good answers, on which the tuned model is to be good.",
        )  # fmt: skip
        with right.container(horizontal=True):
            new_evaluation_set()
        quick = right.toggle(
            "Quick", key="curate quick",
            help="Cheap scores and one way of choosing: no tournament and no proof. Minutes instead of an hour.",
        )  # fmt: skip
        st.caption(_steps(quick))
        if datasets and sets:
            _foreseen(datasets, int(keep), target, quick)
        if st.button("Curate", type="primary", icon=":material/auto_awesome:", disabled=not datasets or not sets):
            _start(datasets, int(keep), target, quick)


def _steps(quick: bool) -> str:
    if quick:
        return (
            "Drops near-duplicates and rows that repeat a question of the target, scores the rest, keeps the longest "
            "responses that do not look like junk, and writes the file. Nothing is tuned, so nothing is proved."
        )
    return (
        "Drops near-duplicates and rows that repeat a question of the target; scores rows as far as needed; lets ways "
        "of choosing compete, by models tuned on small parts of the data; selects rows as the winner does; proves the "
        "selection on questions that took no part; writes the file. It can be stopped and resumed."
    )


def _start(datasets: list[int], keep: int, target: int, quick: bool) -> None:
    try:
        made = studio().curations.begin(datasets, keep, target, quick)
    except StudioError as error:
        show_error(error)
        return
    go_on(made.number)
    st.session_state[SHOWN] = made.number
    st.rerun()


def _foreseen(datasets: list[int], keep: int, target: int, quick: bool) -> None:
    """About how long it takes and what it leaves on the disk, before the start."""
    try:
        cost = studio().curations.foresee(datasets, keep, target, quick)
    except StudioError as error:
        show_error(error)
        return
    parts = [f"**About {duration(cost.seconds)}**"] if cost.seconds is not None else []
    parts.append(f"{cost.models} models are tuned at most" if cost.models else "no model is tuned")
    if cost.disk_bytes and not quick:
        parts.append(f"about {file_size(cost.disk_bytes)} of disk while it runs")
    st.markdown(" · ".join(parts))
    speed_measuring(cost.plan, cost.speed)
