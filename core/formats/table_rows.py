"""The cells of a table's rows under its header: rows that end early, a header that comes again, lines quoted twice."""

import csv
import io
from collections.abc import Sequence

from core.formats.column_names import count_known, unique_names
from core.humanize import counted


class TableRows:
    """Puts the cells of rows under the header; what it does to them is told in the notes.

    Attributes:
        header: the names of the columns.
    """

    def __init__(self, header: Sequence[str], drawn: bool, notes: list[str]) -> None:
        """
        Args:
            drawn: whether spaces stand around cells, as in Markdown.
        """
        inner = _cells_within(header[0]) if len(header) == 1 else []
        self._within = len(inner) > 1 and count_known(inner) > 1  # each line was quoted once more, as one cell
        self._names = list(inner if self._within else header)
        self.header = unique_names(self._names)
        self._drawn = drawn
        self._notes, self._short, self._again = notes, 0, 0
        self._first, self._places = "", dict[str, int]()

    def cells(self, raw: list[str], number: int, line: int) -> list[str] | None:
        """The cells of a row, empty ones at its end where it is short; None where it is the header once more.

        Args:
            number: of the row.
            line: in which it begins.
        """
        cells = _cells_within(raw[0]) if self._within and len(raw) == 1 else raw
        cells = [cell.strip() for cell in cells] if self._drawn else cells
        if cells[0].lstrip("\ufeff") == self._names[0] and cells[1:] == self._names[1:]:
            self._again += 1
            self._tell("again", f"Skipped where the names of the columns stand again: {counted(self._again, 'line')}.")
            return None
        missing = len(self.header) - len(cells)
        if missing > 0:
            self._short += 1
            self._first = self._first or f"row {number:,}, line {line:,}"
            told = f"{counted(self._short, 'row')} with fewer cells than the header, first {self._first}"
            self._tell("short", f"{told}: the last columns are empty there.")
        return cells + [""] * missing

    def _tell(self, what: str, told: str) -> None:
        place = self._places.setdefault(what, len(self._notes))
        self._notes[place : place + 1] = [told]


def _cells_within(cell: str) -> list[str]:
    """The cells of a line that stands in one cell."""
    try:
        return next(csv.reader(io.StringIO(cell, newline="")), [])
    except csv.Error:
        return []
