"""The clusters of the map in a table: a click keeps the rows of one, on this page and all others."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.humanize import counted
from core.rows.filters import MapCluster
from core.store import StoredMap
from pages.components.redrawn import redraw_parts
from pages.components.selection.predicted_column import shown_title
from pages.components.wording import in_sentence
from pages.components.workspace import filters, set_filters, studio
from pages.map.figure import HEIGHT

SWATCH, NAME, ROWS, KEPT, SELECTED = "swatch", "name", "rows", "kept", "selected"
LINE = 35  # pixels of a line of the table
_DRAWN, _SORT, _SELECTION = "clusters drawn", "clusters sorted by", "clusters of a selection"
_CHOSEN = "background-color: rgba(15, 110, 132, 0.16)"


def chosen_cluster(map_id: str) -> MapCluster | None:
    """The one cluster of this map whose rows are kept; None where there is none, or several."""
    inside = [each for each in filters().clusters if each.map_id == map_id and not each.outside]
    return inside[0] if len(inside) == 1 else None


def chosen_selection() -> int | None:
    """The number of the saved selection whose share of each cluster is asked for; None where none is."""
    asked = st.session_state.get(_SELECTION)
    return asked if asked in {each.selection_id for each in studio().selections.all()} else None


def _selection_choice() -> None:
    names = {each.selection_id: each.name for each in studio().selections.all()}
    if names:
        st.session_state[_SELECTION] = chosen_selection()
        st.selectbox(
            "Share that a saved selection keeps",
            list(names),
            index=None,
            placeholder="No selection",
            format_func=names.__getitem__,
            key=_SELECTION,
        )


def cluster_table(found: StoredMap, clusters: pd.DataFrame, columns: Sequence[str], colours: Mapping[int, str]) -> None:
    """Draw it.

    Args:
        clusters: as `studio.maps.clusters` has them.
        columns: scores, of which it has the means.
        colours: of the clusters by number, where the map shows them.
    """
    count = int(clusters["cluster"].notna().sum())
    if not count:
        st.caption("No clusters found: the rows are spread evenly.")
        return
    hint = "Click one to keep its rows, again to end that; a column's head to sort."
    st.caption(f"**{counted(count, 'cluster')}.** {hint}")
    columns = [each for each in columns if clusters[each].notna().any()]
    by, descending = st.session_state.get(_SORT, (ROWS, True))
    shown = clusters.assign(**{each: clusters[each] / clusters[ROWS] for each in (KEPT, SELECTED)})
    if by in shown:
        shown = shown.sort_values(by, ascending=not descending, kind="stable")
    shown = shown.iloc[shown["cluster"].isna().argsort(kind="stable")]  # the rows in no cluster stay last
    numbers = [None if pd.isna(each) else int(each) for each in shown["cluster"]]
    swatch, kept = [SWATCH] if colours else [], [KEPT] if filters().without_clusters().active else []
    selected = [SELECTED] if chosen_selection() is not None else []
    shown = shown.assign(swatch="■")[[*swatch, NAME, ROWS, *kept, *selected, *columns]]
    key = f"clusters {st.session_state.get(_DRAWN, 0)}"
    st.dataframe(
        _styled(shown.reset_index(drop=True), numbers, colours, chosen_cluster(found.map_id)),
        hide_index=True,
        height=min(HEIGHT - 40, LINE * (len(shown) + 1) + 3),
        key=key,
        on_select=lambda: _take(key, found.map_id, numbers, list(shown[NAME])),
        selection_mode=("single-cell", "single-column"),
        column_config={
            SWATCH: st.column_config.TextColumn("", width=28),
            NAME: st.column_config.TextColumn(
                "Cluster", width=250, help="Words that set the cluster's rows apart from all others"
            ),
            ROWS: st.column_config.NumberColumn("Rows", format="localized", width=64),
            KEPT: st.column_config.ProgressColumn(
                "Kept", format="percent", min_value=0, max_value=1, width=90, help="Share that all other filters keep"
            ),
            SELECTED: st.column_config.ProgressColumn(
                "Selected", format="percent", min_value=0, max_value=1, width=90, help="Share that the selection keeps"
            ),
        }
        | {
            each: st.column_config.NumberColumn(f"Mean {in_sentence(shown_title(each))}", format="%.4g", width=110)
            for each in columns
        },
    )
    _selection_choice()
    st.caption(_about(found, clusters))


def _styled(
    shown: pd.DataFrame, numbers: Sequence[int | None], colours: Mapping[int, str], chosen: MapCluster | None
) -> Any:
    """The table with the clusters' colours, and the chosen one's line shaded."""

    def look(line: pd.Series) -> list[str]:
        number = numbers[int(str(line.name))]
        shade = _CHOSEN if chosen is not None and number == chosen.cluster else ""
        colour = f"color: {colours.get(number or 0, 'transparent')}"
        return [f"{shade}; {colour}" if column == SWATCH else shade for column in shown.columns]

    return shown.style.apply(look, axis=1)


def _take(key: str, map_id: str, numbers: Sequence[int | None], names: Sequence[str]) -> None:
    """A callback: a clicked line becomes the filter, or ends it; a clicked head sorts."""
    selection = st.session_state[key]["selection"]
    st.session_state[_DRAWN] = st.session_state.get(_DRAWN, 0) + 1  # a new table, which forgets the click
    if heads := selection["columns"]:
        by, descending = st.session_state.get(_SORT, (ROWS, True))
        head = str(heads[0])
        st.session_state[_SORT] = (head, not descending if head == by else head != NAME)
        return
    for line, _ in selection["cells"]:
        chosen, here = MapCluster(map_id, numbers[line], names[line]), filters()
        set_filters(here.less(chosen) if chosen in here.clusters else here.with_cluster(chosen))
    redraw_parts()


def _about(found: StoredMap, clusters: pd.DataFrame) -> str:
    none = int(clusters.loc[clusters["cluster"].isna(), "rows"].sum())
    without = f" {counted(none, 'row')} {'lies' if none == 1 else 'lie'} in no cluster." if none else ""
    sampled = found.clusters_sampled or 0
    others = (
        f" Found in a sample of {sampled:,} rows; each other row is in the cluster of the nearest of these."
        if found.rows > sampled
        else ""
    )
    return f"Found by HDBSCAN, named by the words that set them apart.{without}{others}"
