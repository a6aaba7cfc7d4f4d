"""Which table of a DuckDB file is loaded, and its rows as a file to look at."""

from collections.abc import Sequence

import streamlit as st

from core.progress import Progress
from core.sources.duckdb_file import ForeignTable
from core.sources.source_file import SourceFile
from pages.components.background import settled
from pages.components.workspace import studio


def table_of(database: SourceFile) -> Sequence[SourceFile]:
    """The chosen table as a Parquet file; none while it is being read, which is said on screen.

    Raises:
        StudioError: the file can't be read, or is the studio's own.
    """
    owner = studio()
    tables = owner.sources.tables(database)
    largest = max(range(len(tables)), key=lambda place: tables[place].rows or 0)
    chosen = st.selectbox("Table", tables, largest, format_func=_title, key=f"table of {database.path}")

    def work(progress: Progress) -> SourceFile:
        return owner.sources.table_file(database, chosen, progress)

    key = f"{database.path} {database.path.stat().st_mtime_ns} {chosen}"
    found = settled("table task", key, f"Reading {chosen.title}", work, "Read the table")
    return [found] if found is not None else []


def _title(table: ForeignTable) -> str:
    return f"{table.title} (a view)" if table.rows is None else f"{table.title} (rows: {table.rows:,})"
