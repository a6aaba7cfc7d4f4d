"""Marks, notes and tags by hand, and the history that undoes them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from core.rows.filters import Filters, KeySet, Marked
from core.rows.marks import NOTE, TAGS, Mark, MarkChange, MarkHistory, RowMark, StoredMark
from core.store.connection import Connection
from core.store.filter_query import FilterQuery
from core.store.rows import HEX_KEY

CHANGES_KEPT = 200
TITLES = {
    Marked.KEPT: "Marked keep",
    Marked.DROPPED: "Marked drop",
    Marked.UNMARKED: "Unmarked",
    Marked.NOTED: "With a note",
}
_CHANGED = """
    CREATE OR REPLACE TEMP TABLE changed AS
    SELECT row_id, coalesce(mark, '') AS mark_before, coalesce(note, '') AS note_before,
           coalesce(?, mark, '') AS mark_after, coalesce(?, note, '') AS note_after,
           coalesce(tags, []) AS tags_before,
           list_filter(tags_before, lambda each: NOT list_contains(?::VARCHAR[], each))
           || list_filter(?::VARCHAR[], lambda each: NOT list_contains(tags_before, each)) AS tags_after
    FROM (SELECT DISTINCT row_id FROM ({chosen})) LEFT JOIN marks USING (row_id)
    WHERE mark_before <> mark_after OR note_before <> note_after OR tags_before <> tags_after
"""
_FORGET = "DELETE FROM marks WHERE row_id IN (SELECT row_id FROM mark_changes WHERE change_id = ?)"
_FILL = """
    INSERT INTO marks SELECT row_id, mark_{side}, note_{side}, tags_{side} FROM mark_changes
    WHERE change_id = ? AND (mark_{side} <> '' OR note_{side} <> '' OR tags_{side} <> [])
"""
_STORED = f"SELECT DISTINCT {HEX_KEY} AS hex, mark, note, tags FROM marks JOIN rows USING (row_id)"


_OF_ONE = "SELECT row_id, mark, note, tags FROM marks WHERE row_id = ?"


def _next(undone: bool) -> str:
    """The change that undo would take back, or redo make."""
    held, direction = ("undone", "ASC") if undone else ("NOT undone", "DESC")
    return f"SELECT change_id, what, rows FROM mark_history WHERE {held} ORDER BY change_id {direction} LIMIT 1"


class MarkTables:
    """The tables `marks`, `mark_changes` and `mark_history`. `revision` grows with every change."""

    def __init__(self, connection: Connection, query: FilterQuery) -> None:
        self._connection, self._query = connection, query
        self.revision = 0

    def mark(
        self,
        row_ids: Sequence[int],
        mark: Mark | None = None,
        note: str | None = None,
        tags: Sequence[str] = (),
        untag: Sequence[str] = (),
    ) -> int:
        """Mark rows (`Mark.NONE` takes the mark away), note them ("" takes the note away) and tag them in one step.

        Args:
            mark, note: None leaves those that there are.
            tags, untag: are set and taken away; the others stay.

        Returns: how many rows had something else. The step is named after the mark where there is one, else the note.
        """
        return self._change(mark, note, tags, untag, "SELECT unnest(?) AS row_id", [list(row_ids)])

    def mark_filtered(
        self,
        filters: Filters,
        mark: Mark | None = None,
        note: str | None = None,
        tags: Sequence[str] = (),
        untag: Sequence[str] = (),
    ) -> int:
        """Mark, note or tag every row that the filters leave; else as `mark`."""
        where, values = self._query.where(filters)
        return self._change(mark, note, tags, untag, f"SELECT row_id FROM matrix WHERE {where}", values)

    def note(self, row_id: int, note: str) -> int:
        """Write a row's note in place of the one it had, "" for none."""
        return self.mark([row_id], None, note)

    def of(self, row_ids: Sequence[int]) -> dict[int, RowMark]:
        """Mark, note and tags of those rows that have any."""
        if len(row_ids) == 1:  # the row that is read, of which several parts of a page ask
            return {r[0]: RowMark(Mark(r[1]), r[2], tuple(r[3])) for r in self._connection.recall(_OF_ONE, row_ids[0])}
        with self._connection.read() as cursor:
            cursor.register("wanted", pa.table({"row_id": pa.array(row_ids, pa.int64())}))
            found = cursor.execute("SELECT row_id, mark, note, tags FROM marks SEMI JOIN wanted USING (row_id)")
            return {r[0]: RowMark(Mark(r[1]), r[2], tuple(r[3])) for r in found.fetchall()}

    def counts(self, filters: Filters) -> dict[Marked, int]:
        """How many rows have been kept, dropped and noted among those that the other filters leave."""
        where, values = self._query.where(replace(filters, marked=Marked.ANY))
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"""SELECT count(*) FILTER (mark = 'keep'), count(*) FILTER (mark = 'drop'),
                       count(*) FILTER (note <> '')
                FROM matrix JOIN marks USING (row_id) WHERE {where}""",
                values,
            ).fetchall()[0]
        return dict(zip((Marked.KEPT, Marked.DROPPED, Marked.NOTED), found, strict=True))

    def tags(self, filters: Filters | None = None) -> dict[str, int]:
        """Every tag with the number of rows that have it, the commonest first.

        Args:
            filters: count the rows that they leave; None for all pairs, those of deleted datasets too.
        """
        where, values = self._query.where(filters) if filters is not None else ("", [])
        tagged = f"matrix JOIN marks USING (row_id) WHERE {where}" if where else "marks"
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"SELECT tag, count(*) FROM (SELECT unnest(tags) AS tag FROM {tagged}) GROUP BY 1 ORDER BY 2 DESC, 1",
                values,
            ).fetchall()
        return dict(found)

    def by_hand(self, filters: Filters) -> tuple[StoredMark, ...]:
        """Marks, notes and tags of the rows that the filters leave, in the order of their keys."""
        where, values = self._query.where(filters)
        return self._stored(f"SELECT row_id FROM matrix WHERE {where}", values)

    def stored(self, row_ids: Sequence[int]) -> tuple[StoredMark, ...]:
        """Marks, notes and tags of those rows that have any, in the order of their keys."""
        return self._stored("SELECT unnest(?)", [list(row_ids)])

    def _stored(self, chosen: str, values: Sequence[object]) -> tuple[StoredMark, ...]:
        with self._connection.read() as cursor:
            found = cursor.execute(f"{_STORED} WHERE row_id IN ({chosen}) ORDER BY hex", values).fetchall()
        return tuple(StoredMark(r[0], Mark(r[1]), r[2], tuple(r[3])) for r in found)

    def settled(self, filters: Filters) -> Filters:
        """The same rows named so that they stay the same in every store: by keys in place of marks and of the map."""
        within, sets = Filters(filters.dataset_ids), list(filters.key_sets)
        if filters.area is not None:
            sets.append(KeySet("Area of the map", self._keys(replace(within, area=filters.area))))
        for number, area in enumerate(filters.areas_outside, 1):
            sets.append(
                KeySet(f"Dropped area {number} of the map", self._keys(replace(within, area=area)), outside=True)
            )
        for outside in (False, True):
            if clusters := tuple(each for each in filters.clusters if each.outside is outside):
                named = "; ".join(each.name for each in clusters)
                keys = self._keys(replace(within, clusters=tuple(replace(each, outside=False) for each in clusters)))
                sets.append(KeySet(f"{'Dropped cluster' if outside else 'Cluster'}: {named}", keys, outside=outside))
        if filters.marked is Marked.UNMARKED:
            marked = [self._keys(replace(within, marked=each)) for each in (Marked.KEPT, Marked.DROPPED)]
            sets.append(KeySet(TITLES[filters.marked], tuple(sorted({*marked[0], *marked[1]})), outside=True))
        elif filters.marked is not Marked.ANY:
            sets.append(KeySet(TITLES[filters.marked], self._keys(replace(within, marked=filters.marked))))
        if filters.tags:
            sets.append(KeySet(f"Tagged {', '.join(filters.tags)}", self._keys(within.with_tags(filters.tags))))
        if filters.tags_outside:
            tagged = {key for each in filters.tags_outside for key in self._keys(within.with_tags([each]))}
            sets.append(KeySet(f"Tagged {' or '.join(filters.tags_outside)}", tuple(sorted(tagged)), outside=True))
        settled = replace(
            filters, area=None, areas_outside=(), clusters=(), marked=Marked.ANY, tags=(), tags_outside=()
        )
        return replace(settled, key_sets=tuple(sets))

    def history(self) -> MarkHistory:
        """What can be undone and done again."""
        found = [self._connection.recall(_next(undone)) for undone in (False, True)]
        return MarkHistory(*(MarkChange(each[0][1], each[0][2]) if each else None for each in found))

    def undo(self) -> MarkChange | None:
        """Take the last change back; what it was, None where there was none."""
        return self._turn(undone=False)

    def redo(self) -> MarkChange | None:
        """Make the change again that was undone last; what it was, None where there was none."""
        return self._turn(undone=True)

    def _keys(self, filters: Filters) -> tuple[str, ...]:
        where, values = self._query.where(filters)
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"SELECT DISTINCT {HEX_KEY} AS hex FROM matrix JOIN rows USING (row_id) WHERE {where} ORDER BY hex",
                values,
            ).fetchall()
        return tuple(each[0] for each in found)

    def _change(
        self,
        mark: Mark | None,
        note: str | None,
        tags: Sequence[str],
        untag: Sequence[str],
        chosen: str,
        values: Sequence[object],
    ) -> int:
        what = mark if mark is not None else TAGS if note is None else NOTE
        with self._connection.write() as cursor:
            cursor.execute(_CHANGED.format(chosen=chosen), [mark, note, list(untag), list(tags), *values])
            rows = int(cursor.execute("SELECT count(*) FROM changed").fetchall()[0][0])
            if rows:
                cursor.execute(
                    "DELETE FROM mark_changes WHERE change_id IN (SELECT change_id FROM mark_history WHERE undone)"
                )
                cursor.execute("DELETE FROM mark_history WHERE undone")
                number = cursor.execute("SELECT nextval('mark_change_ids')").fetchall()[0][0]
                cursor.execute(
                    "INSERT INTO mark_history VALUES (?, ?, ?, false, ?)", [number, what, rows, datetime.now(UTC)]
                )
                cursor.execute("INSERT INTO mark_changes SELECT ?, * FROM changed", [number])
                self._apply(cursor, number, "after")
                for table in ("mark_changes", "mark_history"):
                    cursor.execute(f"DELETE FROM {table} WHERE change_id <= ?", [number - CHANGES_KEPT])
            cursor.execute("DROP TABLE changed")
        self.revision += bool(rows)
        return rows

    def _turn(self, undone: bool) -> MarkChange | None:
        with self._connection.write() as cursor:
            number, change = self._next(cursor, undone)
            if change is not None:
                self._apply(cursor, number, "after" if undone else "before")
                cursor.execute("UPDATE mark_history SET undone = ? WHERE change_id = ?", [not undone, number])
        self.revision += change is not None
        return change

    @staticmethod
    def _next(cursor: duckdb.DuckDBPyConnection, undone: bool) -> tuple[int, MarkChange | None]:
        found = cursor.execute(_next(undone)).fetchone()
        return (found[0], MarkChange(found[1], found[2])) if found else (0, None)

    @staticmethod
    def _apply(cursor: duckdb.DuckDBPyConnection, number: int, side: str) -> None:
        cursor.execute(_FORGET, [number])
        cursor.execute(_FILL.format(side=side), [number])
