"""The component on a page: it sends counts, and takes the ranges that come back for filters."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

import streamlit as st

from core.humanize import counted
from core.indicators import indicator, registry
from core.rows.filters import Filters
from core.store import Dataset
from core.store.plot_counts import MOST_BARS, DataCube, Groups, LinkedCounts
from core.store.plot_scale import PlotScale
from core.store.score_matrix import PREDICTED
from pages.components.linked_plots.payload import (
    BEST,
    DROP,
    MARK,
    SELECT,
    SPLITS,
    cube_tag,
    groups_of,
    groups_of_marks,
    packed,
    plot_data,
    told_act,
    with_told_ranges,
)
from pages.components.redrawn import redraw_parts
from pages.components.selection.predicted_column import shown_title
from pages.components.selection.select_these import select_these
from pages.components.trust import is_weak, trust_sentence
from pages.components.wording import in_sentence
from pages.components.workspace import filters, set_filters, studio

HERE = Path(__file__).parent
# One module: Streamlit hands a component's JavaScript to the browser as one text, without a place to import from.
PARTS = ("numbers", "scale", "cube", "plot", "exact_numbers", "hand", "choice", "board")
_SPLIT = "split of linked plots"
HINT = "Drag to filter, click a bar, double-click to clear; arrow keys move an edge."

_component = st.components.v2.component(
    "linked_plots",
    css=(HERE / "linked_plots.css").read_text("utf-8"),
    js="\n".join((HERE / f"{part}.js").read_text("utf-8") for part in PARTS),
)


def linked_plots(
    name: str,
    logs: Mapping[str, bool],
    datasets: Sequence[Dataset],
    *,
    most_bars: int = MOST_BARS,
    large: bool = False,
) -> None:
    """Draw histograms of scores, each of which filters all others and the rows; call it within a fragment.

    Args:
        name: of the plots on the page.
        logs: the columns in order, with whether each has a log axis.
        datasets: those in view, a colour each where the plots are split by dataset.
    """
    key = f"plots {name}"
    columns = list(logs)
    current, active = filters(), st.session_state.get(f"{key} active")
    names, rows = {d.dataset_id: d.name for d in datasets}, {d.dataset_id: d.rows for d in datasets}
    groups = groups_of_marks() if split_by_mark() else groups_of(names, rows)
    ids = tuple(each.members for each in groups)
    state = (studio().scores.revision, studio().marks.revision if current.by_hand or split_by_mark() else 0)
    scales = _scales(tuple(logs.items()), current.dataset_ids, state[0])
    counts = _counts(scales, current, ids, most_bars, state)
    before = _counts(scales, current.cleared(), ids, most_bars, state) if current.active else None
    tags = {column: cube_tag(column, current, (state, ids, most_bars, *scales.values())) for column in scales}
    plots = [
        plot_data(scale, scale.bar_shift(most_bars), counts, before, current) | _words(column) | {"cube": tags[column]}
        for column, scale in scales.items()
    ]
    cube = None
    if active in scales:
        pairs = _cube(active, scales, current.without(active), ids, most_bars, state)
        cube = {"column": active, "tag": tags[active], "shift": pairs.shift, "counts": packed(pairs)}
    _component(
        key=key,
        data={
            "window": st.session_state.setdefault(f"{key} window", token_hex(4)),
            "taken": st.session_state.get(f"{key} taken", 0),
            "rows": counts.rows,
            "total": before.rows if before else counts.rows,
            "hint": HINT,
            "said": st.session_state.get(f"{key} said", ""),
            "choices": [_best(column, lowest) for column in scales for lowest in _ends(column)],
            "last": next((each.column for each in reversed(current.ranges) if not each.outside), None),
            "large": large,
            "split": st.session_state.get(_SPLIT, SPLITS[0]),
            "groups": [{"name": each.name, "colour": each.colour} for each in groups],
            "plots": plots,
            "cube": cube,
        },
        on_ranges_change=lambda: _take(key, columns),
        on_active_change=lambda: _activate(key),
        on_split_change=lambda: _split(key),
    )


def split_by_mark() -> bool:
    """Whether the bars are split by mark, so that a mark changes what they show; else by dataset."""
    return bool(st.session_state.get(_SPLIT) == MARK)


def _take(key: str, columns: Sequence[str]) -> None:
    told = _told(key, "ranges")
    changed = with_told_ranges(filters(), told, columns)
    if changed != filters():
        set_filters(changed)
    number = told.get("number") if isinstance(told, Mapping) else None
    if isinstance(number, int):
        asked = told_act(told, columns) if number > st.session_state.get(f"{key} taken", 0) else None
        st.session_state[f"{key} taken"] = number
        st.session_state.pop(f"{key} said", None)
        if asked is not None:
            _act(key, *asked)
    redraw_parts()


def _act(key: str, act: str, column: str, rows: int, lowest: bool) -> None:
    """Leave out the rows of a plot's range, select those that pass, or cut off behind so many rows."""
    current = filters()
    chosen = current.range_of(column)
    if act == BEST:
        end = studio().rows.cut_off(current, column, rows, lowest)
        if end is None:
            st.session_state[f"{key} said"] = f"No more than {counted(rows, 'row')} have this score."
        low, high = (None, end) if lowest else (end, None)
        set_filters(current.without(column) if end is None else current.with_range(column, low, high))
    elif act == DROP and chosen is not None:
        set_filters(current.dropping(chosen))
    elif act == SELECT:
        select_these(chosen)


def _activate(key: str) -> None:
    st.session_state[f"{key} active"] = _told(key, "active")


def _split(key: str) -> None:
    told = _told(key, "split")
    if told in SPLITS:
        st.session_state[_SPLIT] = told


def _told(key: str, event: str) -> Any:
    state = st.session_state.get(key)
    return state.get(event) if state else None


def _ends(column: str) -> tuple[bool, ...]:
    """Whether the lowest values are the better ones; both where neither is."""
    better_is_higher = False if column == PREDICTED else indicator(column).higher_is_better
    return (False, True) if better_is_higher is None else (not better_is_higher,)


def _best(column: str, lowest: bool) -> dict[str, Any]:
    text = f"{'lowest' if lowest else 'highest'} {in_sentence(shown_title(column))}"
    return {"column": column, "lowest": lowest, "text": text}


def _words(column: str) -> dict[str, Any]:
    about = registry().get(column)
    sentences = [about.definition if about else "Lower is better.", trust_sentence(column)]
    return {
        "title": shown_title(column),
        "unit": about.unit if about else "",
        "weak": is_weak(column),
        "help": " ".join(each for each in sentences if each),
    }


def usual_log(column: str) -> bool:
    """Whether a log axis reads better."""
    return column in registry() and indicator(column).skewed


@st.cache_data(max_entries=20, show_spinner=False)
def _scales(logs: Sequence[tuple[str, bool]], dataset_ids: tuple[int, ...], revision: int) -> dict[str, PlotScale]:
    return studio().rows.plot_scales(dict(logs), dataset_ids)


@st.cache_data(max_entries=100, show_spinner=False, hash_funcs={Filters: repr, PlotScale: repr})
def _counts(
    scales: Mapping[str, PlotScale], under: Filters, groups: Groups, most_bars: int, state: tuple[int, int]
) -> LinkedCounts:
    return studio().rows.plot_counts(scales, under, groups, most_bars)


@st.cache_data(max_entries=30, show_spinner=False, hash_funcs={Filters: repr, PlotScale: repr})
def _cube(
    column: str, scales: Mapping[str, PlotScale], under: Filters, groups: Groups, most_bars: int, state: tuple[int, int]
) -> DataCube:
    return studio().rows.plot_cube(column, scales, under, groups, most_bars)
