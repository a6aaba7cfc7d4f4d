"""The rows that the filters leave: sorted by any column, a page at a time, each opened by a click."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from core.indicators import registry
from core.rows.words_found import spans_of
from core.store.browse import SIMILARITY
from core.store.score_matrix import PREDICTED
from pages.components.rows.address import keep_address
from pages.components.rows.dataset_label import dataset_column
from pages.components.rows.marking import WORDS, marking_bar
from pages.components.rows.opening_table import opening_table
from pages.components.rows.rows_in_order import CHUNK, RowsInOrder
from pages.components.rows.view_state import COLUMNS, DIRECTION, HIGHEST, LOWEST, ORDER
from pages.components.selection.predicted_column import shown_title
from pages.components.workspace import filters, studio

PAGE = CHUNK
FOUND = "background-color: rgba(255, 213, 74, 0.35)"


def linked_table(columns: Sequence[str], names: Mapping[int, str]) -> None:
    """Show the rows under the filters in force with these score columns."""
    left = studio().rows.count(filters())
    st.subheader(f"Rows ({left:,})", anchor=False)
    marking_bar(left)
    if not left:
        st.info("No row passes all filters. Remove a filter above.")
        keep_address()
        return
    sort, direction, turn, chosen = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    alike = [SIMILARITY] if filters().likeness else []
    choices = ["position", *alike, *columns, PREDICTED]
    if st.session_state.get("table_order") not in choices:
        st.session_state["table_order"], st.session_state["table_direction"] = "position", LOWEST
    order_by = sort.selectbox(
        "Sort by",
        choices,
        key="table_order",
        format_func=lambda c: "File order" if c == "position" else shown_title(c),
    )
    st.session_state.setdefault("table_direction", LOWEST)
    descending = direction.segmented_control("Direction", [LOWEST, HIGHEST], key="table_direction", required=True)
    pages = -(-left // PAGE)
    page = turn.number_input(f"Page (of {pages:,})", 1, pages, min(st.session_state.get("table_page", 1), pages))
    st.session_state["table_page"] = page
    frame = studio().rows.table(filters(), order_by, descending == HIGHEST, PAGE, (page - 1) * PAGE)
    shown = frame.assign(dataset=frame["dataset_id"].map(lambda each: [names[each]]), mark=frame["mark"].map(WORDS))[
        ["dataset", "mark", "tags", "instruction", "output", *alike, PREDICTED, *columns, "note"]
    ]
    empty = [name for name in ("mark", "note", "tags") if not frame[name].map(bool).any()]
    empty += [PREDICTED] if shown[PREDICTED].isna().all() else []
    with chosen:
        wanted = _chosen_columns(list(shown.columns))
    shown = shown[[name for name in wanted if name not in empty]]
    st.caption("Click a row to open it, a column's head to sort all rows by it. An open row says why a cell is empty.")
    pairs = [(int(d), int(r)) for d, r in zip(frame["dataset_id"], frame["row_id"], strict=True)]
    first = (page - 1) * PAGE
    opening_table(
        _with_words(shown),
        pairs,
        "rows",
        among=RowsInOrder(filters(), order_by, descending == HIGHEST, left, pairs, first),
        first=first,
        on_head=partial(_sort_by, choices),
        height=420,
        placeholder="",
        column_config={
            "dataset": dataset_column(names),
            "mark": st.column_config.TextColumn("Mark", width=60),
            "note": st.column_config.TextColumn("Note", width="medium"),
            "tags": st.column_config.ListColumn("Tags", width="small"),
            SIMILARITY: st.column_config.NumberColumn(
                "Similarity", format="%.3f", help="Cosine similarity of the embeddings"
            ),
            "instruction": st.column_config.TextColumn("Instruction", width="medium"),
            "output": st.column_config.TextColumn("Response", width="large"),
        }
        | {
            c: st.column_config.NumberColumn(
                shown_title(c), format="%.4g", help=registry()[c].definition if c in registry() else None
            )
            for c in (*columns, PREDICTED)
        },
    )
    keep_address()


def _with_words(shown: pd.DataFrame) -> pd.DataFrame | Styler:
    """The texts in which a word that is looked for stands, in colour."""
    texts, words = [name for name in ("instruction", "output") if name in shown], filters().words
    if not words or not texts:
        return shown
    return shown.style.map(lambda text: FOUND if any(spans_of(words, text)) else "", subset=pd.Index(texts))


def _sort_by(choices: Sequence[str], column: str) -> None:
    """Sort by a column, the better end first, or from its other end where it is sorted by already."""
    if column not in choices:
        return
    state = st.session_state
    if state.get(ORDER) == column:
        state[DIRECTION] = LOWEST if state.get(DIRECTION) == HIGHEST else HIGHEST
    else:
        lowest = column == PREDICTED or (column in registry() and registry()[column].higher_is_better is False)
        state[ORDER], state[DIRECTION] = column, LOWEST if lowest else HIGHEST
    state["table_page"] = 1


def _chosen_columns(present: Sequence[str]) -> list[str]:
    """Choose columns, in the order in which they are to stand; all where none is chosen."""
    kept = [name for name in st.session_state.get(COLUMNS) or [] if name in present]
    st.session_state[COLUMNS] = kept
    with st.popover(f"Columns ({len(kept)})" if kept else "Columns", icon=":material/view_column:", width="stretch"):
        st.multiselect("Columns, in this order (none chosen: all)", present, format_func=_column_title, key=COLUMNS)
    return kept or list(present)


def _column_title(column: str) -> str:
    titles = {"output": "Response", SIMILARITY: "Similarity"}
    return titles.get(column) or shown_title(column)
