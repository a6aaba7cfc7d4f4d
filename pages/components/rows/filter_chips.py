"""The filters in force as chips, each removed by a click, on every page that they act upon."""

from dataclasses import replace

import streamlit as st

from core.humanize import counted
from core.rows.filters import Filters, Lasso, MapCluster, Marked, Range
from core.store.marks import TITLES
from pages.components.foreign_text import plain
from pages.components.redrawn import redraw_parts
from pages.components.rows.choosing import forget_drawn
from pages.components.selection.predicted_column import shown_title
from pages.components.wording import in_sentence, readable
from pages.components.workspace import filters, set_filters


def filter_chips(left: int | None = None, total: int | None = None) -> None:
    """Show what narrows the rows, how many it leaves where nothing else on the page says that, and a way back."""
    current = filters()
    if not current.active:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_chips"):
        if left is not None and total is not None:
            st.markdown(f"**{left:,}** of {counted(total, 'row')}")
        for number, each in enumerate(current.ranges):
            place = f" without {number}" if each.outside else ""
            _chip(_range_text(each), f"range {each.column}{place}", current.less(each))
        for number, lasso in enumerate(current.lassos):
            place = f" without {number}" if lasso.outside else ""
            _chip(_lasso_text(lasso), f"lasso {lasso.x} {lasso.y}{place}", current.less(lasso))
        for number, area in enumerate(current.areas_outside):
            _chip("Not in an area of the map", f"area without {number}", current.less(area))
        if current.area:
            _chip("Area of the map", "area", current.less(current.area))
        for number, cluster in enumerate(current.clusters):
            _chip(_cluster_text(cluster), f"cluster {number}", current.less(cluster))
        if current.likeness:
            many = len(current.likeness.keys)
            _chip(
                f"{counted(many, 'row')} most similar to {current.likeness.title}",
                "likeness",
                replace(current, likeness=None),
            )
        if current.marked:
            _chip(TITLES[current.marked], "marked", replace(current, marked=Marked.ANY))
        for tag in current.tags:
            _chip(f"Tag: {tag}", f"tag {tag}", current.with_tags(each for each in current.tags if each != tag))
        for tag in current.tags_outside:
            others = tuple(each for each in current.tags_outside if each != tag)
            _chip(f"Not tagged: {tag}", f"without tag {tag}", replace(current, tags_outside=others))
        if current.text:
            _chip(f"Contains “{current.text}”", "text", replace(current, text=""))
        for named in current.key_sets:
            text = f"{len(named.keys):,} excluded: {named.title}"
            _chip(text, f"rows {named.title}", current.without_key_set(named.title))
        st.button(
            "Clear all",
            type="tertiary",
            key="clear_filters",
            on_click=_change,
            args=(current.cleared(),),
            width="content",
        )


def _chip(text: str, key: str, without: Filters) -> None:
    st.button(
        plain(text),
        key=f"chip {key}",
        icon=":material/close:",
        icon_position="right",
        on_click=_change,
        args=(without,),
    )


def _change(changed: Filters) -> None:
    set_filters(changed)
    forget_drawn()
    redraw_parts()


def _range_text(each: Range) -> str:
    title = shown_title(each.column)
    if each.outside:
        title = f"Not {in_sentence(title)}"
    if each.missing:
        return f"{title}: no value"
    if each.low is None:
        return f"{title} ≤ {readable(each.high)}"
    if each.high is None:
        return f"{title} ≥ {readable(each.low)}"
    return f"{title} {readable(each.low)} to {readable(each.high)}"


def _cluster_text(each: MapCluster) -> str:
    if each.cluster is None:
        return "In a cluster" if each.outside else "In no cluster"
    return f"{'Not in cluster' if each.outside else 'Cluster'}: {each.name}"


def _lasso_text(lasso: Lasso) -> str:
    return f"{'Not in lasso' if lasso.outside else 'Lasso'}: {shown_title(lasso.x)} and {shown_title(lasso.y)}"
