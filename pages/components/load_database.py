"""Which table of a DuckDB file is loaded, and its rows as a file to look at."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.loading import SourceFile
from core.progress import Progress
from core.store.foreign_file import ForeignTable, table_as_parquet, tables_in
from pages.components.background import settled
from pages.components.workspace import paths


def table_of(database: SourceFile) -> Sequence[SourceFile]:
    """The chosen table as a Parquet file; none while it is being read, which is said on screen.

    Raises:
        StudioError: the file can't be read, or is the studio's own.
    """
    own, destination = paths().store, paths().uploads / "tables"
    tables = tables_in(database.path, own)
    largest = max(range(len(tables)), key=lambda place: tables[place].rows or 0)
    chosen = st.selectbox("Table", tables, largest, format_func=_title, key=f"table of {database.path}")

    def work(progress: Progress) -> Path:
        return table_as_parquet(database.path, own, chosen, destination, progress)

    key = f"{database.path} {database.path.stat().st_mtime_ns} {chosen}"
    found = settled("table task", key, f"Reading {chosen.title}", work, "Read it after all")
    return [SourceFile(found, f"{database.shown_name}/{chosen.title}")] if found is not None else []


def _title(table: ForeignTable) -> str:
    return f"{table.title} (a view)" if table.rows is None else f"{table.title} (rows: {table.rows:,})"
