"""Rows are kept and dropped by hand."""

from collections.abc import Iterable

from core.errors import InputError, StoreError
from core.rows.filters import Filters
from core.rows.marks import Mark, MarkChange
from jobs.api.browsing import Browsing
from jobs.api.row_results import MarkedRows


class Marking(Browsing):
    """Marks and notes by hand. Selections keep and drop what is marked, whatever their ranking says."""

    def mark(
        self,
        rows: Iterable[int] | Filters,
        mark: str | None = None,
        note: str | None = None,
        count_only: bool = False,
    ) -> MarkedRows:
        """Mark rows, note them, or both: one change, which `undo_mark` takes back.

        Args:
            rows: their numbers (`row_id`); or filters, made by `filters`, for every row that they leave.
            mark: keep, drop, or "" to take the mark away; None leaves it.
            note: in place of the one that a row has, "" to take it away; None leaves it.
            count_only: change nothing, say how many rows are meant.

        Raises:
            InputError: there is no such mark, or neither a mark nor a note is given.
            StoreError: there is no row of a number.
        """
        self.refresh()
        if mark is None and note is None:
            raise InputError("No mark and no note given.", mend="Give a mark, a note, or both.")
        if mark is not None and mark not in list(Mark):
            raise InputError("Unknown mark.", where=mark, mend=('Choose keep, drop, or "" to remove the mark.'))
        made, text = None if mark is None else Mark(mark), None if note is None else note.strip()
        if isinstance(rows, Filters):
            meant = self.store.browse.count(rows, pairs=True)
            return MarkedRows(
                made, text, meant, None if count_only else self.store.marks.mark_filtered(rows, made, text)
            )
        numbers = self._numbers_of_rows(rows)
        changed = None if count_only else self.store.marks.mark(numbers, made, text)
        return MarkedRows(made, text, len(numbers), changed)

    def undo_mark(self) -> MarkChange:
        """Take the last change of marks or notes back, here or on a page; what it was.

        Raises:
            StoreError: there is none.
        """
        if (change := self.store.marks.undo()) is None:
            raise StoreError("No mark change to undo.", mend="Mark or note a row first.")
        return change

    def redo_mark(self) -> MarkChange:
        """Make the change again that was taken back last; what it was.

        Raises:
            StoreError: there is none, or another change was made since.
        """
        if (change := self.store.marks.redo()) is None:
            raise StoreError("No mark change to redo.", mend="Undo a change first.")
        return change

    def _numbers_of_rows(self, rows: Iterable[int]) -> list[int]:
        """Each number once.

        Raises:
            StoreError: a dataset has no row of that number.
        """
        numbers = list(dict.fromkeys(int(each) for each in rows))
        there = self.store.rows.there(numbers)
        if unknown := [str(each) for each in numbers if each not in there]:
            raise StoreError(
                "Row not found.",
                where=f"row {', '.join(unknown)}",
                mend="Use `rows` to list rows with their numbers.",
            )
        return numbers
