"""Datasets: what a load keeps of a file, and the rows that it refused."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from core.errors import StorageFull, StoreError
from core.formats.rejection import Rejection
from core.humanize import free_name
from core.rows.row import Row
from core.store.connection import Connection


@dataclass(frozen=True)
class Dataset:
    """A loaded dataset. `fingerprint` is the same for the same set of rows, in whatever order they came."""

    dataset_id: int
    name: str
    description: str
    created_at: datetime
    rows: int
    duplicates: int
    rejected: int
    fingerprint: str
    origin: dict[str, Any]


@dataclass(frozen=True)
class AppendCount:
    """The outcome of a batch: rows kept, and rows that the dataset already had."""

    kept: int
    duplicates: int


_DATASET = """
    SELECT dataset_id, name, description, created_at, row_count, duplicates, rejected, fingerprint, origin
    FROM datasets WHERE complete
"""

_NEW_ROWS = """
    INSERT INTO rows
    SELECT (SELECT coalesce(max(row_id), 0) FROM rows) + row_number() OVER (ORDER BY first_place), key
    FROM (SELECT key::UUID AS key, min(place) AS first_place FROM incoming GROUP BY 1) fresh ANTI JOIN rows USING (key)
"""

_STAGE = """
    CREATE OR REPLACE TEMP TABLE staged AS
    SELECT known.row_id, incoming.* EXCLUDE (key)
    FROM (SELECT * FROM incoming QUALIFY row_number() OVER (PARTITION BY key ORDER BY place) = 1) incoming
    JOIN rows known ON known.key = incoming.key::UUID
    ANTI JOIN (SELECT row_id FROM dataset_rows WHERE dataset_id = ?) present ON present.row_id = known.row_id
"""

_NEW_TEXTS = """
    INSERT INTO texts
    SELECT row_id, instruction, input, output, messages FROM staged ANTI JOIN texts USING (row_id)
"""

_NEW_MEMBERS = """
    INSERT INTO dataset_rows
    SELECT ?, ? + row_number() OVER (ORDER BY place) - 1, row_id, source_file, source_row, extra FROM staged
"""

_FINGERPRINT = """
    SELECT md5(coalesce(string_agg(key::VARCHAR, ',' ORDER BY key), ''))
    FROM dataset_rows JOIN rows USING (row_id) WHERE dataset_id = ?
"""

_FORGET_TEXTS = """
    DELETE FROM texts
    WHERE row_id NOT IN (SELECT row_id FROM dataset_rows) AND row_id NOT IN (SELECT row_id FROM selection_rows)
"""


class DatasetTables:
    """The tables `datasets` and `rejections`, and what a load writes into `dataset_rows`, `rows` and `texts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def remove_unfinished(self) -> None:
        """Remove what an interrupted load left half done."""
        with self._connection.read() as cursor:
            unfinished = [r[0] for r in cursor.execute("SELECT dataset_id FROM datasets WHERE NOT complete").fetchall()]
        with suppress(StorageFull):  # they stay invisible; a later start with more space removes them
            for dataset_id in unfinished:
                self.delete(dataset_id)

    def begin(self, name: str, description: str = "", origin: Mapping[str, Any] | None = None) -> int:
        """Start a dataset, invisible until `finish`. A name already in use gets a number."""
        with self._connection.write() as cursor:
            dataset_id = cursor.execute("SELECT nextval('dataset_ids')").fetchone()
            assert dataset_id is not None
            cursor.execute(
                "INSERT INTO datasets VALUES (?, ?, ?, ?, ?, false, 0, 0, 0, '')",
                [
                    dataset_id[0],
                    self._free_name(cursor, name),
                    description,
                    datetime.now(UTC),
                    json.dumps(origin or {}),
                ],
            )
        return int(dataset_id[0])

    def append_rows(self, dataset_id: int, rows: Sequence[Row], sources: Sequence[tuple[str, int]]) -> AppendCount:
        """Add a batch; `sources` names the file and row number of each. Rows that the dataset has are counted only."""
        incoming = _as_table(rows, sources)
        with self._connection.write() as cursor:
            cursor.register("incoming", incoming)
            cursor.execute(_NEW_ROWS)
            cursor.execute(_STAGE, [dataset_id])
            cursor.unregister("incoming")
            cursor.execute(_NEW_TEXTS)
            before = _count(cursor, dataset_id)
            cursor.execute(_NEW_MEMBERS, [dataset_id, before])
            kept = int(cursor.execute("SELECT count(*) FROM staged").fetchall()[0][0])
            cursor.execute("DROP TABLE staged")
            cursor.execute(
                "UPDATE datasets SET row_count = row_count + ?, duplicates = duplicates + ? WHERE dataset_id = ?",
                [kept, len(rows) - kept, dataset_id],
            )
        return AppendCount(kept, len(rows) - kept)

    def append_rejections(self, dataset_id: int, rejections: Sequence[Rejection]) -> None:
        """Keep what was refused, with its file, row, reason and mend."""
        frame = pd.DataFrame(
            [(dataset_id, r.file, r.row, r.reason, r.mend, r.excerpt) for r in rejections],
            columns=["dataset_id", "file", "row", "reason", "mend", "excerpt"],
        ).astype({"row": "Int64"})
        with self._connection.write() as cursor:
            cursor.register("refused", frame)
            cursor.execute("INSERT INTO rejections SELECT * FROM refused")
            cursor.execute("UPDATE datasets SET rejected = rejected + ? WHERE dataset_id = ?", [len(frame), dataset_id])

    def finish(self, dataset_id: int, origin: Mapping[str, Any] | None = None) -> Dataset:
        """Make a dataset visible, with the fingerprint of its rows.

        Args:
            origin: where it is another than it began with.
        """
        with self._connection.write() as cursor:
            if origin is not None:
                told = [json.dumps(origin), dataset_id]
                cursor.execute("UPDATE datasets SET origin = ? WHERE dataset_id = ?", told)
            fingerprint = cursor.execute(_FINGERPRINT, [dataset_id]).fetchall()[0][0]
            cursor.execute(
                "UPDATE datasets SET complete = true, fingerprint = ? WHERE dataset_id = ?", [fingerprint, dataset_id]
            )
        self._connection.checkpoint()
        return self.get(dataset_id)

    def delete(self, dataset_id: int) -> None:
        """Remove a dataset and the text of rows that neither another dataset nor a saved selection has.

        Their scores stay under their keys: the same data loaded again are not scored again.
        """
        with self._connection.write() as cursor:
            for table in ("dataset_rows", "rejections", "datasets"):
                cursor.execute(f"DELETE FROM {table} WHERE dataset_id = ?", [dataset_id])
            cursor.execute(_FORGET_TEXTS)

    def all(self) -> list[Dataset]:
        """All complete datasets, oldest first."""
        return [_dataset(found) for found in self._connection.recall(f"{_DATASET} ORDER BY dataset_id")]

    def get(self, dataset_id: int) -> Dataset:
        """One dataset.

        Raises:
            StoreError: there is none of that number, perhaps because it was deleted meanwhile.
        """
        found = self._connection.recall(f"{_DATASET} AND dataset_id = ?", dataset_id)
        if not found:
            raise StoreError(f"Dataset {dataset_id} has been deleted.", mend="Reload the page.")
        return _dataset(found[0])

    def rename(self, dataset_id: int, name: str) -> str:
        """Give a dataset another name; returns the name that it got, numbered where the wish was taken."""
        with self._connection.write() as cursor:
            free = self._free_name(cursor, name, dataset_id)
            cursor.execute("UPDATE datasets SET name = ? WHERE dataset_id = ?", [free, dataset_id])
        return free

    def describe(self, dataset_id: int, description: str) -> None:
        with self._connection.write() as cursor:
            cursor.execute("UPDATE datasets SET description = ? WHERE dataset_id = ?", [description, dataset_id])

    def columns_beside(self, dataset_id: int) -> list[str]:
        """Names of the source's columns that are kept beside the rows, sorted."""
        with self._connection.read() as cursor:
            found = cursor.execute(
                "SELECT DISTINCT unnest(json_keys(extra)) AS name FROM dataset_rows WHERE dataset_id = ? ORDER BY name",
                [dataset_id],
            )
            return [name for (name,) in found.fetchall()]

    def rejections(self, dataset_id: int, limit: int | None = None) -> pd.DataFrame:
        """What was refused: file, row, reason, mend, excerpt."""
        with self._connection.read() as cursor:
            return cursor.execute(
                """SELECT file, row, reason, mend, excerpt FROM rejections WHERE dataset_id = ?
                ORDER BY file, row LIMIT ?""",
                [dataset_id, limit],
            ).df()

    @staticmethod
    def _free_name(cursor: duckdb.DuckDBPyConnection, name: str, own: int = -1) -> str:
        wish = name.strip() or "dataset"
        taken = {r[0] for r in cursor.execute("SELECT name FROM datasets WHERE dataset_id <> ?", [own]).fetchall()}
        return free_name(wish, taken)


def _as_table(rows: Sequence[Row], sources: Sequence[tuple[str, int]]) -> pa.Table:
    return pa.table(
        {
            "place": pa.array(range(len(rows)), pa.int64()),
            "key": [row.key for row in rows],
            "instruction": [row.instruction for row in rows],
            "input": [row.input for row in rows],
            "output": [row.output for row in rows],
            "messages": pa.array([row.messages for row in rows], pa.string()),
            "extra": pa.array([row.extra for row in rows], pa.string()),
            "source_file": [source[0] for source in sources],
            "source_row": pa.array([source[1] for source in sources], pa.int64()),
        }
    )


def _count(cursor: duckdb.DuckDBPyConnection, dataset_id: int) -> int:
    found = cursor.execute("SELECT row_count FROM datasets WHERE dataset_id = ?", [dataset_id]).fetchone()
    if found is None:
        raise StoreError(f"Dataset {dataset_id} was deleted while it was loading.", mend="Load it again.")
    return int(found[0])


def _dataset(found: tuple[Any, ...]) -> Dataset:
    names = ("dataset_id", "name", "description", "created_at", "rows", "duplicates", "rejected", "fingerprint")
    return Dataset(**dict(zip(names, found, strict=False)), origin=json.loads(found[8]))
