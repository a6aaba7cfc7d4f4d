"""Rows that checks have flagged, kept so that a selection can say what share of them is gone."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa

from core.store.connection import Connection

NEAR_DUPLICATE, CONTAMINATED = "near-duplicate", "contaminated row"
RUNS_KEPT = 20  # of each kind
_OUTDATED = """
    SELECT check_id FROM checks
    QUALIFY row_number() OVER (PARTITION BY kind ORDER BY check_id DESC) > ?
"""


class CheckTables:
    """The tables `checks`, a line each time that datasets were checked, and `check_rows`, what was flagged."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, kind: str, dataset_ids: Sequence[int], flagged: Sequence[tuple[int, int]]) -> None:
        """Keep what a check of these datasets has found.

        Args:
            flagged: dataset and row number of each row.
        """
        rows = pa.table(
            {
                "dataset_id": pa.array([dataset for dataset, _ in flagged], pa.int32()),
                "row_id": pa.array([row for _, row in flagged], pa.int64()),
            }
        )
        with self._connection.write() as cursor:
            number = cursor.execute(
                "INSERT INTO checks VALUES (nextval('check_ids'), ?, ?, ?) RETURNING check_id",
                [kind, list(dataset_ids), datetime.now(UTC)],
            ).fetchall()[0][0]
            cursor.register("flagged", rows)
            cursor.execute("INSERT INTO check_rows SELECT ?, dataset_id, row_id FROM flagged", [number])
            outdated = [each for (each,) in cursor.execute(_OUTDATED, [RUNS_KEPT]).fetchall()]
            for table in ("check_rows", "checks"):
                cursor.execute(f"DELETE FROM {table} WHERE check_id IN (SELECT unnest(?))", [outdated])

    def flagged(self, dataset_ids: Sequence[int]) -> dict[str, list[int]]:
        """Rows of these datasets that are flagged, by the kind of check: what the last one that saw all of them found.

        A kind by which no row is flagged is not there, nor one that was done with a dataset that is gone by now.
        """
        with self._connection.read() as cursor:
            found = cursor.execute(
                """
                WITH last AS (
                    SELECT kind, max(check_id) AS check_id FROM checks
                    WHERE list_has_all(datasets, ?::INTEGER[])
                    AND list_has_all((SELECT list(dataset_id) FROM datasets WHERE complete), datasets)
                    GROUP BY kind
                )
                SELECT kind, list(DISTINCT row_id) FROM last JOIN check_rows USING (check_id)
                WHERE dataset_id IN (SELECT unnest(?::INTEGER[])) GROUP BY kind ORDER BY kind DESC
                """,
                [list(dataset_ids), list(dataset_ids)],
            ).fetchall()
        return dict(found)
