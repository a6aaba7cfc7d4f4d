"""The target: the evaluation set that rows are chosen for, and the scores that depend on it."""

from collections.abc import Callable, Collection, Mapping, Sequence

import streamlit as st

from core.errors import StudioError
from core.humanize import counted
from core.indicators import Scope, registry
from core.store import Dataset
from pages.components.foreign_text import plain
from pages.components.shown_value import tied
from pages.components.wording import column_title, file_size
from pages.components.workspace import refresh, show_error, studio


def target_choice(datasets: Sequence[Dataset]) -> None:
    """A button to the dialog in which a target is chosen and datasets are scored against it."""
    if st.button("Target", icon=":material/target:", help="The questions that rows are chosen for."):
        _dialog(datasets)


def tell_target(scored: Collection[str]) -> None:
    """Say against which target the scores in view are, where some depend on it."""
    aimed = [column_title(name) for name in scored if name in registry() and registry()[name].scope is Scope.TARGET]
    if aimed:
        st.caption(f"{plain(' and '.join(aimed))}: target {plain(studio().scores.target)}.")


@st.dialog("Target", width="medium")
def _dialog(datasets: Sequence[Dataset]) -> None:
    names = [each.name for each in studio().evaluation_sets.all()]
    if not names:
        st.info("Influence and loss drop need an evaluation set as their target. Add one on the Experiments page.")
        return
    st.selectbox("Evaluation set", names, **tied("target choice", studio().scores.target, _choose, names))
    st.caption(
        "Influence and loss drop measure how far a row helps with these questions. They read the guide part alone. "
        "Scores are stored per target; switching back restores them."
    )
    numbers = [each.dataset_id for each in datasets]
    aimed = [name for name, about in registry().items() if about.scope is Scope.TARGET]
    try:
        lacking = studio().scores.missing(*numbers, indicators=aimed)
    except StudioError as error:
        show_error(error)
        return
    if lacking:
        _score(numbers, lacking)
    else:
        st.success("The chosen datasets are scored against this target.")
    if kept := studio().scores.kept_bytes():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Kept gradients and tuned models: {file_size(kept)}.")
            if st.button("Delete", icon=":material/delete:", help="Scores stay; another target then needs a new pass."):
                _try(lambda: studio().scores.forget_gradients())


def _score(numbers: Sequence[int], lacking: Mapping[str, int]) -> None:
    chosen = st.pills(
        "Indicators to compute",
        list(lacking),
        selection_mode="multi",
        default=list(lacking),
        format_func=lambda name: f"{plain(column_title(name))} ({plain(counted(lacking[name], 'row'))})",
        key="targeted indicators",
    )
    size = studio().scores.gradient_bytes(*numbers)
    room = "" if size is None else f", about {file_size(size)} in all, so that another target needs no new pass"
    st.caption(
        "Influence tunes a model on a tenth of the dataset first, and then takes little longer than perplexity. It "
        f"keeps a gradient of each row on the disk{room}. Loss drop tunes a model on the guide questions and reads "
        "each row twice."
    )
    if st.button("Score", type="primary", icon=":material/play_arrow:", disabled=not chosen):
        _try(lambda: studio().scores.enqueue(*numbers, indicators=chosen))


def _choose(name: str) -> None:
    try:
        studio().scores.choose_target(name)
        refresh()
    except StudioError as error:
        show_error(error)


def _try(action: Callable[[], object]) -> None:
    try:
        action()
    except StudioError as error:
        show_error(error)
        return
    st.rerun()
