"""Scores and embeddings, each kept once under row, indicator, model and settings."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from core.errors import StoreError
from core.indicators.base import ScorerKey
from core.store.connection import Connection

_MISSING = """
    WITH wanted AS (
        SELECT asked.indicator, scorers.scorer_id
        FROM asked LEFT JOIN scorers USING (indicator, model, settings)
    ), members AS (
        SELECT position, row_id FROM dataset_rows WHERE dataset_id = ?
    ), absent AS (
        SELECT members.row_id, list(wanted.indicator ORDER BY wanted.indicator) AS missing
        FROM members CROSS JOIN wanted
        ANTI JOIN scores ON scores.row_id = members.row_id AND scores.scorer_id = wanted.scorer_id
        GROUP BY members.row_id
    )
    SELECT replace(key::VARCHAR, '-', '') AS key, instruction, input, output, messages, missing
    FROM absent JOIN members USING (row_id) JOIN rows USING (row_id) JOIN texts USING (row_id)
    ORDER BY position
"""

_NEW_SCORERS = """
    INSERT INTO scorers
    SELECT nextval('scorer_ids'), indicator, model, settings
    FROM (SELECT DISTINCT indicator, model, settings FROM part) fresh
    ANTI JOIN scorers USING (indicator, model, settings)
"""

_NEW_SCORES = """
    INSERT INTO scores
    SELECT row_id, scorer_id, any_value(value)
    FROM part JOIN rows ON rows.key = part.key::UUID JOIN scorers USING (indicator, model, settings)
    ANTI JOIN scores USING (row_id, scorer_id)
    GROUP BY row_id, scorer_id
"""

_NEW_EMBEDDINGS = """
    INSERT INTO embeddings
    SELECT row_id, model, any_value(vector)::FLOAT[384]
    FROM part JOIN rows ON rows.key = part.key::UUID
    ANTI JOIN embeddings USING (row_id, model)
    GROUP BY row_id, model
"""


class ScoreTables:
    """The tables `scorers`, `scores` and `embeddings`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def missing(self, dataset_id: int, scorers: Sequence[ScorerKey]) -> pa.Table:
        """Rows of a dataset that lack at least one of the scores, with the names of what they lack.

        Returns: a table of key (32 hex digits), instruction, input, output, messages, missing (indicator names).
        """
        with self._connection.read() as cursor:
            cursor.register("asked", _asked(scorers))
            return cursor.sql(_MISSING, params=[dataset_id]).to_arrow_table()

    def there(self, row_id: int, scorers: Sequence[ScorerKey]) -> set[str]:
        """The indicators of those scores that a row has, undefined ones among them."""
        with self._connection.read() as cursor:
            cursor.register("asked", _asked(scorers))
            found = cursor.execute(
                """SELECT indicator FROM asked JOIN scorers USING (indicator, model, settings)
                JOIN scores USING (scorer_id) WHERE row_id = ?""",
                [row_id],
            ).fetchall()
        return {name for (name,) in found}

    def counts(self, dataset_id: int, scorers: Sequence[ScorerKey]) -> dict[str, int]:
        """How many rows of a dataset have each score (a score may be undefined and still be there)."""
        return {key.indicator: count for key, count in self.counts_by_key(dataset_id, scorers).items()}

    def counts_by_key(self, dataset_id: int, scorers: Sequence[ScorerKey]) -> dict[ScorerKey, int]:
        """`counts` where several scorers may be of one indicator."""
        if not scorers:
            return {}
        found = self._connection.recall(
            f"""
            SELECT asked.indicator, asked.model, asked.settings, count(scores.row_id)
            FROM (VALUES {", ".join(["(?, ?, ?)"] * len(scorers))}) asked(indicator, model, settings)
            LEFT JOIN scorers USING (indicator, model, settings)
            LEFT JOIN (
                SELECT row_id, scorer_id FROM scores
                SEMI JOIN (SELECT row_id FROM dataset_rows WHERE dataset_id = ?) members USING (row_id)
            ) scores USING (scorer_id)
            GROUP BY ALL
            """,
            *(text for key in scorers for text in (key.indicator, key.model, key.settings)),
            dataset_id,
        )
        return {ScorerKey(*key): int(count) for *key, count in found}

    def known(self, scorers: Sequence[ScorerKey]) -> list[ScorerKey]:
        """Those of some scorers of which a row of any dataset, perhaps one that was deleted, has had a score."""
        with self._connection.read() as cursor:
            cursor.register("asked", _asked(scorers))
            found = cursor.execute(
                "SELECT DISTINCT indicator, model, settings FROM asked JOIN scorers USING (indicator, model, settings)"
            ).fetchall()
        return [ScorerKey(*key) for key in found]

    def cached_embeddings(self, dataset_id: int, model: str) -> pa.Table:
        """The embeddings that a dataset's rows already have: key (32 hex digits), vector (384 floats)."""
        with self._connection.read() as cursor:
            return cursor.sql(
                """
                SELECT replace(key::VARCHAR, '-', '') AS key, vector::FLOAT[] AS vector
                FROM dataset_rows JOIN rows USING (row_id) JOIN embeddings USING (row_id)
                WHERE dataset_id = ? AND model = ?
                """,
                params=[dataset_id, model],
            ).to_arrow_table()

    def embeddings(self, row_ids: Sequence[int], model: str) -> np.ndarray:
        """Embeddings in the order asked for, shape (rows, 384), float32, unit length.

        Raises:
            StoreError: a row has none from this model yet.
        """
        wanted = pa.table({"row_id": pa.array(row_ids, pa.int64()), "place": pa.array(range(len(row_ids)), pa.int64())})
        with self._connection.read() as cursor:
            cursor.register("wanted", wanted)
            found = cursor.sql(
                """SELECT vector::FLOAT[] AS vector FROM wanted JOIN embeddings USING (row_id)
                WHERE model = ? ORDER BY place""",
                params=[model],
            ).to_arrow_table()
        if found.num_rows != len(row_ids):
            raise StoreError(
                f"{len(row_ids) - found.num_rows} of {len(row_ids)} rows have no embedding yet.",
                mend="Score the KNN distance of their datasets first, on the Indicators page.",
            )
        vectors = found.column("vector").combine_chunks()
        return np.asarray(vectors.flatten(), dtype=np.float32).reshape(len(row_ids), -1)

    def add(self, scores: pa.Table) -> None:
        """Add scores that this process computed: key, indicator, model, settings, value. Known ones are passed over."""
        with self._connection.write() as cursor:
            cursor.register("part", scores)
            cursor.execute(_NEW_SCORERS)
            cursor.execute(_NEW_SCORES)

    def add_embeddings(self, embeddings: pa.Table) -> None:
        """Add embeddings that this process has computed: key, model, vector. Known ones are passed over."""
        with self._connection.write() as cursor:
            cursor.register("part", embeddings)
            cursor.execute(_NEW_EMBEDDINGS)


def take_scores(cursor: duckdb.DuckDBPyConnection, job_id: str, parts: Sequence[Path]) -> int:
    """Take parts `scores-*` (key, indicator, model, settings, value) and `embeddings-*` (key, model, vector) in."""
    added = 0
    for prefix, scripts in (("scores-", (_NEW_SCORERS, _NEW_SCORES)), ("embeddings-", (_NEW_EMBEDDINGS,))):
        files = [str(part) for part in parts if part.name.startswith(prefix)]
        if not files:
            continue
        cursor.execute("CREATE OR REPLACE TEMP TABLE part AS SELECT * FROM read_parquet(?)", [files])
        for script in scripts:
            added_now = cursor.execute(script).fetchone()
        added += int(added_now[0]) if added_now else 0
        cursor.execute("DROP TABLE part")
    return added


def _asked(scorers: Sequence[ScorerKey]) -> pa.Table:
    return pa.table(
        {
            "indicator": pa.array([s.indicator for s in scorers], pa.string()),
            "model": pa.array([s.model for s in scorers], pa.string()),
            "settings": pa.array([s.settings for s in scorers], pa.string()),
        }
    )


TAKE = take_scores
