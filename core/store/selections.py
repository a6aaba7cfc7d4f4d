"""Saved selections: how each was made, and the rows that it keeps."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from core.errors import StoreError
from core.rows.row import Row
from core.store.connection import Connection


@dataclass(frozen=True)
class SavedSelection:
    """A named selection: how it was made (`spec`), what came of it (`summary`), how many rows it has."""

    selection_id: int
    name: str
    spec: dict[str, Any]
    summary: dict[str, Any]
    created_at: datetime
    rows: int


_SELECTION = """
    SELECT selection_id, name, spec, summary, created_at,
           (SELECT count(*) FROM selection_rows r WHERE r.selection_id = s.selection_id)
    FROM selections s
"""


class SelectionTables:
    """The tables `selections` and `selection_rows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, name: str, spec: Mapping[str, Any], kept: pd.DataFrame, summary: Mapping[str, Any]) -> int:
        """Keep a selection.

        Args:
            kept: dataset_id, row_id, rank (from 0, best first) and optionally value.

        Returns: its number.
        """
        lines = kept.assign(value=kept.get("value"))[["rank", "dataset_id", "row_id", "value"]]
        with self._connection.write() as cursor:
            selection_id = int(
                cursor.execute(
                    "INSERT INTO selections VALUES (nextval('selection_ids'), ?, ?, ?, ?) RETURNING selection_id",
                    [name, json.dumps(spec), json.dumps(summary), datetime.now(UTC)],
                ).fetchall()[0][0]
            )
            cursor.register("kept", lines.astype({"value": "float64"}))
            cursor.execute(
                "INSERT INTO selection_rows SELECT ?, rank, dataset_id, row_id, value FROM kept", [selection_id]
            )
        return selection_id

    def all(self) -> list[SavedSelection]:
        """All saved selections, newest first."""
        return [_saved(each) for each in self._connection.recall(f"{_SELECTION} ORDER BY selection_id DESC")]

    def get(self, selection_id: int) -> SavedSelection:
        """One selection.

        Raises:
            StoreError: it is not here any more.
        """
        found = self._connection.recall(f"{_SELECTION} WHERE selection_id = ?", selection_id)
        if not found:
            raise StoreError(f"Selection {selection_id} has been deleted.", mend="Reload the page.")
        return _saved(found[0])

    def members(self, selection_id: int) -> pd.DataFrame:
        """rank, dataset_id, row_id, value of a selection, best first."""
        with self._connection.read() as cursor:
            return cursor.execute(
                "SELECT rank, dataset_id, row_id, value FROM selection_rows WHERE selection_id = ? ORDER BY rank",
                [selection_id],
            ).df()

    def rows(self, selection_id: int, batch: int = 10_000) -> Iterator[list[tuple[int, int, Row]]]:
        """The rows of a selection in its order, in batches of (dataset number, row number, row)."""
        with self._connection.read() as cursor:
            cursor.execute(
                """
                SELECT s.dataset_id, s.row_id, instruction, input, output, messages, extra
                FROM selection_rows s JOIN texts USING (row_id) LEFT JOIN dataset_rows USING (dataset_id, row_id)
                WHERE selection_id = ? ORDER BY rank
                """,
                [selection_id],
            )
            while found := cursor.fetchmany(batch):
                yield [(r[0], r[1], Row(r[2], r[3], r[4], r[5], r[6])) for r in found]

    def rename(self, selection_id: int, name: str) -> None:
        with self._connection.write() as cursor:
            cursor.execute("UPDATE selections SET name = ? WHERE selection_id = ?", [name, selection_id])

    def delete(self, selection_id: int) -> None:
        with self._connection.write() as cursor:
            cursor.execute("DELETE FROM selection_rows WHERE selection_id = ?", [selection_id])
            cursor.execute("DELETE FROM selections WHERE selection_id = ?", [selection_id])


def _saved(found: tuple[Any, ...]) -> SavedSelection:
    return SavedSelection(found[0], found[1], json.loads(found[2]), json.loads(found[3]), found[4], found[5])
