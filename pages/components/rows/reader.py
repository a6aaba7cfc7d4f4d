"""The reader: one row beside the page, which stays where it is while one goes on to the next."""

from collections.abc import Sequence

import streamlit as st

from core.errors import StudioError
from pages.components.attempt import show_callback_error
from pages.components.redrawn import draw_reader, redraw_reader, redraw_table
from pages.components.rows.marking import note_field
from pages.components.rows.other_responses import other_responses
from pages.components.rows.read_table import ReadTable
from pages.components.rows.reader_actions import OTHERS, PLACE, RAW, actions, beside_in_browser, heading
from pages.components.rows.row_scores import row_scores
from pages.components.rows.tagging import tag_field
from pages.components.rows.turns import row_turns
from pages.components.workspace import filters, show_error, studio

_MEMBERS, _PAGE, _TABLE = "rows that are read", "page of the reader", "table of the row that is read"
STYLE = """
<style>
  :root { --reader: clamp(28rem, 43vw, 50rem); }
  .stApp:has(.st-key-row_reader) .stMainBlockContainer {
    padding: 4.2rem calc(var(--reader) + 1.5rem) 3rem 2.5rem; max-width: none;
  }
  .st-key-row_reader {
    position: fixed; top: 3.75rem; right: 0; bottom: 0; width: var(--reader); z-index: 90; flex-wrap: nowrap;
    overflow-y: auto; padding: 0 1.2rem 2rem; border-left: 1px solid light-dark(#dde3e9, #2c3742);
    background: light-dark(#ffffff, #12181f);
  }
  .st-key-reader_head {
    position: sticky; top: 0; z-index: 2; padding: 0.6rem 0; background: light-dark(#ffffff, #12181f);
    border-bottom: 1px solid light-dark(#dde3e9, #2c3742);
  }
  .st-key-row_reader > * { flex-shrink: 0; }
  .st-key-row_reader:has(.st-key-other_responses) { width: clamp(28rem, 72vw, 80rem); }
  .st-key-reader_head [data-testid^="stBaseButton"], .st-key-reader_head [data-testid="stPopoverButton"] {
     min-height: 2.1rem; padding: 0.1rem 0.65rem;
  }
  @media (max-width: 62rem) { :root { --reader: 100vw; } }
</style>
"""


def open_row(members: Sequence[tuple[int, int]], place: int, table: ReadTable | None = None) -> None:
    """Let the reader show a row: drawn at the end of the run, or in a callback with `redraw_reader`.

    Args:
        members: (dataset number, row number) of the rows among which one can go on and back.
        place: which of them is opened.
        table: from which it was opened.
    """
    st.session_state[_MEMBERS], st.session_state[PLACE], st.session_state[_TABLE] = members, place, table
    _show_in_table(place)


def is_read(member: tuple[int, int]) -> bool:
    """Whether the reader shows the row of this dataset and row number."""
    members = st.session_state.get(_MEMBERS)
    return members is not None and members[st.session_state[PLACE]] == member


def row_reader(page: str) -> None:
    """The end of every page: the row that is read on it, where one is."""
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        _forget()
    draw_reader(_draw)


def _draw() -> None:
    members = st.session_state.get(_MEMBERS)
    st.html(STYLE)  # also where no row is read: Streamlit would not take it away
    if members is not None:
        with st.container(key="row_reader", gap="small"):
            show_callback_error()
            _read(members)
    beside_in_browser("" if members is None else f"{id(members)} {st.session_state[PLACE]}")


def _read(members: Sequence[tuple[int, int]]) -> None:
    try:
        dataset_id, row_id = members[st.session_state[PLACE]]
        row = studio().rows.members([(dataset_id, row_id)])[(dataset_id, row_id)]
        origin = studio().rows.origin(dataset_id, row_id)
        dataset = studio().datasets.get(dataset_id)
    except (StudioError, LookupError) as error:
        if isinstance(error, StudioError):
            show_error(error)
        else:
            st.warning("This row has been deleted with its dataset.")
        st.button("Close", key="close_reader", on_click=_close)
        return
    with st.container(key="reader_head", gap="small"):
        heading(members, dataset, f"{origin['source_file']}, row {origin['source_row']:,}", _go, _close)
        actions(row_id, row.instruction)
    raw = bool(st.session_state.get(RAW))
    if st.session_state.get(OTHERS):
        other_responses(dataset_id, row_id, row, raw)
    row_turns(row, filters().words, raw)
    tag_field(row_id)
    note_field(row_id)
    row_scores(studio().rows.percentiles(dataset_id, row_id), row)
    if origin["extra"]:
        st.markdown("**Other columns**")
        st.json(origin["extra"], expanded=len(origin["extra"]) < 8)


def _go(place: int) -> None:
    st.session_state[PLACE] = place
    _show_in_table(place)
    redraw_reader()


def _close() -> None:
    _show_in_table(None)
    _forget()
    redraw_table()


def _show_in_table(place: int | None) -> None:
    if table := st.session_state.get(_TABLE):
        table.show(place)


def _forget() -> None:
    for key in (_MEMBERS, PLACE, _TABLE):
        st.session_state.pop(key, None)
