"""Rows: their texts by number, by dataset or by key."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from core.errors import StoreError
from core.rows.row import Row
from core.store.connection import Connection

LARGEST_ROW_NUMBER = 2**63 - 1  # of a BIGINT
HEX_KEY = "replace(key::VARCHAR, '-', '')"


class RowTables:
    """The tables `rows`, `texts` and `dataset_rows`, read by row."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, row_ids: Sequence[int]) -> dict[int, Row]:
        """Rows by number, without the columns that belong to a dataset rather than to the pair."""
        wanted = pa.table({"row_id": pa.array(row_ids, pa.int64())})
        with self._connection.read() as cursor:
            cursor.register("wanted", wanted)
            found = cursor.execute(
                "SELECT row_id, instruction, input, output, messages FROM texts SEMI JOIN wanted USING (row_id)"
            ).fetchall()
        return {r[0]: Row(r[1], r[2], r[3], r[4]) for r in found}

    def members(self, members: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Row]:
        """Rows by (dataset number, row number), with the dataset's other columns; a row whose text is gone is not."""
        wanted = pa.table(
            {
                "dataset_id": pa.array([dataset for dataset, _ in members], pa.int32()),
                "row_id": pa.array([row for _, row in members], pa.int64()),
            }
        )
        with self._connection.read() as cursor:
            cursor.register("wanted", wanted)
            found = cursor.execute(
                """
                SELECT wanted.dataset_id, wanted.row_id, instruction, input, output, messages, extra
                FROM wanted JOIN texts USING (row_id) LEFT JOIN dataset_rows USING (dataset_id, row_id)
                """
            ).fetchall()
        return {(r[0], r[1]): Row(r[2], r[3], r[4], r[5], r[6]) for r in found}

    def iterate(self, dataset_id: int, batch: int = 10_000) -> Iterator[list[tuple[int, Row]]]:
        """The rows of a dataset in its order, in batches of (row number, row)."""
        with self._connection.read() as cursor:
            cursor.execute(
                """
                SELECT row_id, instruction, input, output, messages, extra
                FROM dataset_rows JOIN texts USING (row_id) WHERE dataset_id = ? ORDER BY position
                """,
                [dataset_id],
            )
            while found := cursor.fetchmany(batch):
                yield [(r[0], Row(r[1], r[2], r[3], r[4], r[5])) for r in found]

    def origin(self, dataset_id: int, row_id: int) -> dict[str, Any]:
        """Where a row of a dataset comes from: source_file, source_row, extra (a dict)."""
        with self._connection.read() as cursor:
            found = cursor.execute(
                "SELECT source_file, source_row, extra FROM dataset_rows WHERE dataset_id = ? AND row_id = ?",
                [dataset_id, row_id],
            ).fetchone()
        if found is None:
            raise StoreError(f"Row {row_id} is no longer in this dataset.", mend="Reload the page.")
        return {"source_file": found[0], "source_row": found[1], "extra": json.loads(found[2]) if found[2] else {}}

    def with_instruction_of(self, row_id: int, most: int) -> list[tuple[int, int]]:
        """Rows in view with the instruction and input of a row and another response, in the order of the datasets.

        Returns: dataset and row number of at most so many.
        """
        own = self.get([row_id]).get(row_id)
        if own is None:
            return []
        with self._connection.read() as cursor:
            return cursor.execute(
                """
                SELECT dataset_id, row_id FROM matrix
                WHERE row_id IN (SELECT row_id FROM texts WHERE instruction = ? AND input = ? AND row_id <> ?)
                ORDER BY dataset_id, position LIMIT ?
                """,
                [own.instruction, own.input, row_id, most],
            ).fetchall()

    def keys(self, row_ids: Sequence[int]) -> dict[int, str]:
        """The keys (32 hex digits) of those of these rows that are here, by number.

        They are those under which the rows came: an older studio made others of text that is not in Unicode form NFC.
        """
        asked = f"SELECT row_id, {HEX_KEY} FROM rows WHERE row_id IN (SELECT unnest(?))"
        with self._connection.read() as cursor:
            return dict(cursor.execute(asked, [list(row_ids)]).fetchall())

    def numbers(self, keys: Sequence[str]) -> Mapping[str, int]:
        """This store's numbers of rows by their keys (32 hex digits); a row that is not here is not among them."""
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"SELECT {HEX_KEY}, row_id FROM rows WHERE key IN (SELECT unnest(?)::UUID)", [list(keys)]
            ).fetchall()
        return dict(found)

    def there(self, row_ids: Sequence[int]) -> set[int]:
        """Those of the row numbers that stand in a dataset."""
        possible = [each for each in row_ids if 0 < each <= LARGEST_ROW_NUMBER]
        with self._connection.read() as cursor:
            found = cursor.execute(
                "SELECT DISTINCT row_id FROM matrix WHERE row_id IN (SELECT unnest(?))", [possible]
            ).fetchall()
        return {each[0] for each in found}
