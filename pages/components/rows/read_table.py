"""A table from which rows are opened: which of them was clicked last, and which of them is read."""

from dataclasses import dataclass
from time import monotonic

import streamlit as st

ECHO_SECONDS = 0.7


@dataclass(frozen=True)
class ReadTable:
    """A table on screen.

    Attributes:
        key: of its widget.
        first: the place of its first row among all rows that can be gone through.
        lines: how many rows it has.
    """

    key: str
    first: int
    lines: int

    def clicked(self) -> int | None:
        """A callback's part: the place of the row that was clicked now; None where a row was let go.

        The row that is read stays chosen in the table, so that it comes along with every other click.
        """
        selection = st.session_state[self.key]["selection"]
        rows, cells = list(selection["rows"]), [cell[0] for cell in selection["cells"]]
        rows_before, cells_before = st.session_state.get(self._seen, ([], []))
        st.session_state[self._seen] = rows, cells
        new = cells if cells and (cells != cells_before or rows == rows_before) else rows
        if not new or self._echoes(new[0]):
            return None
        st.session_state[self._last] = new[0], monotonic()
        return self.first + new[0]

    def _echoes(self, line: int) -> bool:
        """Whether the browser only tells once more of a click: it does so when it is told what is chosen."""
        clicked, when = st.session_state.get(self._last, (None, 0.0))
        return bool(line == clicked and monotonic() - when < ECHO_SECONDS)

    def show(self, place: int | None) -> None:
        """A callback's part: let the row at this place be chosen when the table is drawn next, or none."""
        line = -1 if place is None else place - self.first
        rows = [line] if 0 <= line < self.lines else []
        if place is None and self._last in st.session_state:
            st.session_state[self._last] = st.session_state[self._last][0], monotonic()
        st.session_state[self._wanted] = rows

    def choose_wanted(self) -> None:
        """Before it is drawn: choose what `show` has said. What a callback chooses in a table is lost where it asks for
        parts to be drawn."""
        if self._wanted in st.session_state:
            rows = st.session_state.pop(self._wanted)
            st.session_state[self._seen] = rows, []
            st.session_state[self.key] = {"selection": {"rows": rows, "columns": [], "cells": []}}

    @property
    def _wanted(self) -> str:
        return f"{self.key} wanted"

    @property
    def _last(self) -> str:
        return f"{self.key} clicked last"

    @property
    def _seen(self) -> str:
        return f"{self.key} seen"
