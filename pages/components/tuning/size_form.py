"""How many rows of a saved selection's ranking are enough: which sizes are tried, and when the search ends."""

from typing import Any

import streamlit as st

from core.errors import SelectionError, StoreError
from core.experiments.plan import ExperimentPlan
from core.experiments.size.draft import tuning_of_search
from core.experiments.size.plan import SearchMethod, SizePlan, log_grid, read_sizes
from core.selection.record import SelectionRecord
from core.store import SavedSelection
from pages.components.attempt import attempt
from pages.components.foreign_text import plain
from pages.components.tuning.proof_form import close_proof
from pages.components.tuning.size_past import past_searches
from pages.components.tuning.size_start import forget_size_draft, size_start
from pages.components.tuning.tuning_settings import chosen_in, kept, tuning_choice, values_of
from pages.components.workspace import show_error, studio

SELECTION = "size of"
METHODS = {SearchMethod.BLEND_SEARCH: "BlendSearch", SearchMethod.GRID: "Grid"}
FORM = "sizes"
GRID_SIZES = 8


def open_size(selection_id: int) -> None:
    """A callback: ask how the size is to be searched, in place of the list."""
    attempt(lambda: _open(studio().selections.get(selection_id)))


def _open(saved: SavedSelection) -> None:
    _fill(SizePlan.of_selection(saved))
    st.session_state.update(values_of(FORM, "taste") | {"sizes profile": "embedded", "sizes name": ""})


def open_size_again(search: SizePlan, plan: ExperimentPlan, name: str) -> None:
    """Ask anew, beginning with the choices of a search that there is."""
    _fill(search)
    st.session_state.update(chosen_in(FORM, plan) | {"sizes name": name})


def close_size() -> None:
    """A callback: back to the list."""
    forget_size_draft()
    st.session_state.pop(SELECTION, None)


def size_form() -> bool:
    """The form; False where none is open."""
    if SELECTION not in st.session_state:
        return False
    try:
        saved = studio().selections.get(st.session_state[SELECTION])
    except StoreError:
        close_size()
        return False
    st.button("All selections", icon=":material/arrow_back:", type="tertiary", on_click=close_size)
    st.subheader(f"Size search of “{plain(saved.name)}”", anchor=False)
    st.caption(
        "Tunes models on the first n rows of this selection's ranking for several n, and finds the n with the "
        "lowest evaluation loss. Runs as an experiment in the background."
    )
    past_searches(saved)
    record = SelectionRecord.from_saved(saved)
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        search = _search(saved)
    with right, st.container(border=True):
        plan = tuning_choice(FORM)
    if plan is not None and search is not None:
        size_start(tuning_of_search(plan, saved, search), search, record)
    return True


def _search(saved: SavedSelection) -> SizePlan | None:
    """The sizes and the ends; None where they can't be read, which is said on screen."""
    st.markdown("**Sizes**")
    method = st.segmented_control(
        "Method", list(METHODS), format_func=METHODS.__getitem__, required=True, on_change=_use_method,
        key=kept("sizes method", SearchMethod.BLEND_SEARCH),
        help="BlendSearch (FLAML, as in the paper's later version) starts with few rows and moves towards lower "
             "loss: a good size with few models. A grid shows the whole curve, including double descent.",
    )  # fmt: skip
    grid = method == SearchMethod.GRID
    try:
        sizes = _grid() if grid else ()
    except SelectionError as error:
        show_error(error)
        return None
    lowest, highest = (sizes[0], sizes[-1]) if grid else _range()
    seeds, patience = st.columns(2)
    chosen_seeds = seeds.number_input(
        "Seeds per size", 1, 10, key=kept("sizes seeds", 2),
        help="Number of models per size. With one, the variance of tuning is unknown.",
    )  # fmt: skip
    chosen_patience = patience.number_input(
        "Patience (sizes)", 0, 100, key=kept("sizes patience", 4),
        help="Early stopping after this many consecutive sizes that are not significantly better than the best. 0: "
             "off.",
    )  # fmt: skip
    passes, minutes = st.columns(2)
    most_passes = passes.number_input(
        "Maximum row passes", 0, step=1_000, key=kept("sizes passes", SizePlan.most_row_passes),
        help="Cost cap: rows × epochs, summed over all models. 0: no cap.",
    )  # fmt: skip
    most_minutes = minutes.number_input(
        "Maximum tuning time (min)", 0.0, step=10.0, format="%g", key=kept("sizes minutes", SizePlan.most_minutes),
        help="Cost cap: the search ends before a size that would exceed it. 0: no cap.",
    )  # fmt: skip
    return SizePlan(
        saved.selection_id,
        saved.name,
        SearchMethod.GRID if grid else SearchMethod.BLEND_SEARCH,
        lowest,
        highest,
        sizes,
        int(st.session_state[kept("sizes most", SizePlan.most_sizes)]),
        int(chosen_seeds),
        patience=int(chosen_patience),
        most_row_passes=int(most_passes),
        most_minutes=float(most_minutes),
    )


def _range() -> tuple[int, int]:
    low, high, most = st.columns(3)
    lowest = low.number_input("Minimum rows", 1, key=kept("sizes lowest", SizePlan.lowest))
    highest = high.number_input("Maximum rows", 2, key=kept("sizes highest", SizePlan.highest))
    most.number_input("Maximum sizes", 2, 200, key=kept("sizes most", SizePlan.most_sizes))
    return int(lowest), int(highest)


def _grid() -> tuple[int, ...]:
    text = st.text_input("Sizes (rows)", key=kept("sizes grid", ""), help="Separated by commas or spaces.")
    sizes = read_sizes(text)
    if not sizes:
        raise SelectionError("The grid is empty.", mend="Enter sizes, for example: 16, 32, 64.")
    return sizes


def _fill(search: SizePlan) -> None:
    """Put a plan's choices into the widgets, in place of a proof that is being asked for."""
    close_proof()
    forget_size_draft()
    grid = search.sizes or log_grid(search.lowest, search.highest, GRID_SIZES)
    values: dict[str, Any] = {
        SELECTION: search.selection_id,
        "sizes method": search.method,
        "sizes lowest": search.lowest,
        "sizes highest": search.highest,
        "sizes most": search.most_sizes,
        "sizes grid": ", ".join(map(str, grid)),
        "sizes seeds": search.seeds,
        "sizes patience": search.patience,
        "sizes passes": search.most_row_passes,
        "sizes minutes": search.most_minutes,
    }
    st.session_state.update(values)


def _use_method() -> None:
    """A grid is measured whole unless the user wants it otherwise: an early end would hide a second descent."""
    grid = st.session_state["sizes method"] == SearchMethod.GRID
    st.session_state["sizes patience"] = 0 if grid else SizePlan.patience
