"""Rows are kept, dropped, noted and tagged by hand."""

from collections.abc import Iterable, Mapping, Sequence

from core.errors import InputError, StoreError
from core.rows.filters import Filters, Marked
from core.rows.marks import Mark, MarkChange, RowMark, tags_of
from core.store.marks import MarkHistory
from jobs.api.row_results import MarkingResult
from jobs.api.section import Section


class MarkSection(Section):
    """Marks, notes and tags by hand. Selections keep and drop what is marked, whatever their ranking says."""

    name = "marks"

    @property
    def revision(self) -> int:
        """Another number whenever a mark, a note or a tag has changed."""
        return self._store.marks.revision

    def mark(
        self,
        rows: Iterable[int] | Filters,
        mark: str | None = None,
        note: str | None = None,
        count_only: bool = False,
        tags: Sequence[str] = (),
        untag: Sequence[str] = (),
    ) -> MarkingResult:
        """Mark rows, note them and tag them: one change, which `undo` takes back.

        Args:
            rows: their numbers (`row_id`); or filters, made by `rows.filters`, for every row that they leave.
            mark: keep, drop, or "" to take the mark away; None leaves it.
            note: in place of the one that a row has, "" to take it away; None leaves it.
            count_only: change nothing, say how many rows are meant.
            tags, untag: words of your own that are set on the rows and taken away; other tags stay.

        Raises:
            InputError: there is no such mark, a tag is none or both set and taken away, or nothing is given.
            StoreError: there is no row of a number.
        """
        if mark is None and note is None and not tags and not untag:
            raise InputError("No mark, note or tag given.", mend="Give at least one of them.")
        if mark is not None and mark not in list(Mark):
            raise InputError("Unknown mark.", where=mark, mend='Choose keep, drop, or "" to remove the mark.')
        added, gone = tags_of(tags), tags_of(untag)
        if both := set(added) & set(gone):
            raise InputError("A tag is both added and removed.", where=", ".join(both), mend="Do one of the two.")
        made, text = None if mark is None else Mark(mark), None if note is None else note.strip()
        change, done = (made, text, added, gone), None
        if isinstance(rows, Filters):
            meant = self._store.browse.count(rows, pairs=True)
            done = None if count_only else self._store.marks.mark_filtered(rows, *change)
        else:
            numbers = self._numbers(rows)
            meant, done = len(numbers), None if count_only else self._store.marks.mark(numbers, *change)
        return MarkingResult(*change, meant, done)

    def undo(self) -> MarkChange:
        """Take the last change of marks, notes or tags back; what it was.

        Raises:
            StoreError: there is none.
        """
        if (change := self._store.marks.undo()) is None:
            raise StoreError("No mark change to undo.", mend="Mark, note or tag a row first.")
        return change

    def redo(self) -> MarkChange:
        """Make the change again that was taken back last; what it was.

        Raises:
            StoreError: there is none, or another change was made since.
        """
        if (change := self._store.marks.redo()) is None:
            raise StoreError("No mark change to redo.", mend="Undo a change first.")
        return change

    def history(self) -> MarkHistory:
        """What `undo` and `redo` would do."""
        return self._store.marks.history()

    def of(self, rows: Sequence[int]) -> Mapping[int, RowMark]:
        """Mark, note and tags of those of these rows that have any."""
        return self._store.marks.of(rows)

    def tags(self, filters: Filters | None = None) -> Mapping[str, int]:
        """Every tag with the number of rows that have it, the commonest first.

        Args:
            filters: count the rows that they leave; None for all pairs, those of deleted datasets too.
        """
        return self._store.marks.tags(filters)

    def counts(self, filters: Filters) -> Mapping[Marked, int]:
        """How many rows have each mark, or a note, among those that the filters leave but for their marks."""
        return self._store.marks.counts(filters)

    def _numbers(self, rows: Iterable[int]) -> list[int]:
        """Each number once.

        Raises:
            StoreError: a dataset has no row of that number.
        """
        numbers = list(dict.fromkeys(int(each) for each in rows))
        there = self._store.rows.there(numbers)
        if unknown := [str(each) for each in numbers if each not in there]:
            raise StoreError(
                "Row not found.",
                where=f"row {', '.join(unknown)}",
                mend="Use `rows` to list rows with their numbers.",
            )
        return numbers
