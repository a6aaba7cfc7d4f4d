"""Choosing what to load: files from the browser, a path on this computer, an address, or a dataset of the hub."""

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import StudioError
from core.sources.download import is_address
from core.sources.duckdb_file import is_duckdb
from core.sources.file_kinds import is_bookkeeping
from core.sources.folder import ALL
from core.sources.resolve import SUFFIXES
from core.sources.trainer_columns import DESCRIPTION
from pages.components.workspace import show_error, studio
from pages.datasets.load_database import table_of
from pages.datasets.load_preview import load_preview
from pages.datasets.load_progress import forget_whole_loads, load_begun, start_loading
from pages.datasets.load_remote import fetched

FORMS = (
    "JSON Lines, JSON, YAML, CSV, TSV, Excel, Parquet, Arrow or chats as text, optionally .gz, .zst, .bz2 or .zip. "
    "Alpaca, Dolly, ShareGPT and OpenAI messages formats are detected. You see a preview before anything is loaded."
)
_TURNED = "load panel"  # how often the panel was folded or unfolded from outside, and which of both


def open_load_panel() -> None:
    """Unfold the ways in, at the next run, where they are seen: not below what earlier loads have left."""
    forget_whole_loads()
    _turn(True)


def _turn(unfolded: bool) -> None:
    """Fold the panel or unfold it by drawing another one.

    A browser does not hear of a changed state where the run that changed it gave way to another before it came here.
    """
    times, _ = st.session_state.get(_TURNED, (0, False))
    st.session_state[_TURNED] = (times + 1, unfolded)


def load_panel(expanded: bool) -> None:
    """Three ways in, folded unless `expanded`; each ends in a preview with the columns as they were understood."""
    if load_begun():
        _turn(False)  # what comes of it stands above and below
    times, unfolded = st.session_state.get(_TURNED, (0, expanded))
    with st.expander(
        "Files, URLs and the Hugging Face hub",
        expanded=unfolded,
        icon=":material/upload:",
        key=f"load data {times}",
        on_change="rerun",
    ):
        _ways_in()


def _ways_in() -> None:
    generation = st.session_state.get("load_generation", 0)
    upload, path, hub = st.tabs(["Upload files", "From a path or address", "From the Hugging Face hub"])
    with upload:
        files = st.file_uploader("Files", SUFFIXES, accept_multiple_files=True, key=f"uploads {generation}")
        if files:
            _from_uploads(files)
        else:
            st.caption(FORMS)
    with path:
        typed = st.text_input(
            "Path or address of a file or folder",
            placeholder="/home/me/data/*.jsonl, https://… or hf://datasets/owner/name/file.parquet",
            key=f"typed_path {generation}",
            help=(
                "The wildcards * and ** are supported. For a DuckDB file, choose a table next; the file is opened "
                "read-only."
            ),
        )
        if typed:
            _from_path(typed)
    with hub:
        _from_hub()


def _from_uploads(files: Sequence[UploadedFile]) -> None:
    try:
        data = [file for file in files if not is_bookkeeping(file.name)] or files
        beside = next((file.getvalue() for file in files if file.name == DESCRIPTION and file not in data), b"")
        kept = [studio().sources.upload(file.name, file.getbuffer(), beside) for file in data]
        load_preview([each for found in kept for each in found], "upload")
    except StudioError as error:
        show_error(error)


def _from_path(typed: str) -> None:
    try:
        files = fetched(typed) if is_address(typed) else studio().sources.find(typed, _split(typed))
        if files and is_duckdb(files[0].path):
            files = table_of(files[0])
        if files:
            load_preview(files, "path")
    except StudioError as error:
        show_error(error)


def _split(typed: str) -> str:
    """Which split of a folder is meant, asked where it has several."""
    splits = studio().sources.splits(typed)
    if len(splits) < 2:
        return "train"
    usual = splits.index("train") if "train" in splits else len(splits)
    named = [*splits, ALL]
    return st.selectbox("Split", named, usual, key=f"split of {typed}", width=320)


def _from_hub() -> None:
    """By id; the columns are guessed as the rows arrive."""
    name, split, action = st.columns([4, 2, 1], vertical_alignment="bottom")
    dataset = name.text_input("Dataset id", placeholder="databricks/databricks-dolly-15k", key="hub_id").strip()
    wanted = split.text_input("Split", "train", key="hub_split", help="A slice is allowed: train[:1000]").strip()
    if action.button("Load", disabled=not dataset, key="load hub", type="primary", width="stretch"):
        start_loading(dataset.split("/")[-1], studio().sources.hub(dataset, wanted or "train"))
        st.rerun()
