"""Maps of the rows: their embeddings in the plane, made by the worker, and the search for rows that are alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from core.rows.filters import Filters, KeySet
from core.store.connection import Connection
from core.store.filter_query import FilterQuery
from core.store.score_matrix import checked_column

MAP_PART = "map-"
Window = tuple[float, float, float, float]  # a part of a map: x from and to, y from and to
NO_CLUSTER = "no cluster"
_NEW_MAP = """
    INSERT INTO maps SELECT ?, any_value(model), any_value(datasets), any_value(method), any_value(fitted), count(*), ?,
        any_value(clusters_sampled)
    FROM part
"""
_NEW_POINTS = "INSERT INTO map_points SELECT ?, row_id, x, y, cluster FROM part JOIN rows ON rows.key = part.key::UUID"
_NEW_CLUSTERS = """
    INSERT INTO map_clusters SELECT ?, cluster, any_value(cluster_name) FROM part WHERE cluster IS NOT NULL
    GROUP BY cluster ORDER BY cluster
"""
# A job that an earlier version began has written none of these.
_CLUSTER_COLUMNS = ("cluster INTEGER", "cluster_name VARCHAR", "clusters_sampled BIGINT")
_REPLACED = """
    SELECT older.map_id FROM maps older JOIN maps newer USING (model, datasets)
    WHERE newer.map_id = ? AND older.map_id <> newer.map_id
"""
_BEST = """
    SELECT map_id, datasets, method, fitted, maps.rows, created_at, clusters_sampled, count(*) AS placed
    FROM maps JOIN map_points USING (map_id)
    WHERE model = ? AND row_id IN (SELECT row_id FROM dataset_rows WHERE dataset_id IN (SELECT unnest(?)))
    GROUP BY ALL ORDER BY placed DESC, maps.rows, created_at DESC LIMIT 1
"""
_TEXTS = """
    WITH wanted AS (
        SELECT DISTINCT key, row_id FROM dataset_rows JOIN rows USING (row_id) JOIN embeddings USING (row_id)
        WHERE model = ? AND dataset_id IN (SELECT unnest(?)) ORDER BY key LIMIT ?)
    SELECT replace(key::VARCHAR, '-', '') AS key, left(concat_ws(chr(10), instruction, input), ?) AS prompt,
        left(output, ?) AS response
    FROM wanted JOIN texts USING (row_id) ORDER BY wanted.key
"""
_WITHIN = "map_id = ? AND x BETWEEN ? AND ? AND y BETWEEN ? AND ?"
_EVERYWHERE = (-math.inf, math.inf, -math.inf, math.inf)
_ENDS = "SELECT min(x), max(x), min(y), max(y) FROM map_points WHERE map_id = ?"
_EMBEDDED = """
    SELECT count(DISTINCT row_id) FROM dataset_rows JOIN embeddings USING (row_id)
    WHERE model = ? AND dataset_id IN (SELECT unnest(?))
"""
_VECTORS = """
    SELECT DISTINCT ON (key) replace(key::VARCHAR, '-', '') AS key, vector::FLOAT[] AS vector
    FROM dataset_rows JOIN rows USING (row_id) JOIN embeddings USING (row_id)
    WHERE model = ? AND dataset_id IN (SELECT unnest(?)) ORDER BY rows.key
"""


@dataclass(frozen=True)
class StoredMap:
    """A map and how well it covers the rows in view.

    Attributes:
        map_id: also the id of the job that made it.
        dataset_ids: of the datasets that it was made of.
        method: UMAP or PCA.
        fitted: from how many rows the plane was found; the others were placed into it.
        rows: on the map.
        placed: different rows of the datasets in view that have a place.
        embedded: different rows of the datasets in view that could have one.
        clusters_sampled: rows in which clusters were looked for; None for a map of an earlier version.
    """

    map_id: str
    dataset_ids: tuple[int, ...]
    method: str
    fitted: int
    rows: int
    created_at: datetime
    placed: int
    embedded: int
    clusters_sampled: int | None = None

    @property
    def missing(self) -> int:
        """Rows in view that came after the map was made."""
        return self.embedded - self.placed


class MapTables:
    """The tables `maps` and `map_points`, and nearness in the space of the embeddings."""

    def __init__(self, connection: Connection, query: FilterQuery) -> None:
        self._connection, self._query = connection, query

    def embedded_rows(self, dataset_ids: Sequence[int], model: str) -> int:
        """How many different rows of these datasets have an embedding of this model."""
        with self._connection.read() as cursor:
            return int(cursor.execute(_EMBEDDED, [model, list(dataset_ids)]).fetchall()[0][0])

    def input(self, dataset_ids: Sequence[int], model: str) -> pa.Table:
        """Key (32 hex digits) and vector of every different embedded row, in an order that is the same everywhere."""
        with self._connection.read() as cursor:
            return cursor.sql(_VECTORS, params=[model, list(dataset_ids)]).to_arrow_table()

    def texts(self, dataset_ids: Sequence[int], model: str, most: int, characters: int) -> pa.Table:
        """Key, prompt and response, cut off after so many characters each, of the first rows of `input`.

        Their keys are hashes, so the first ones are rows at random.
        """
        with self._connection.read() as cursor:
            bound = [model, list(dataset_ids), most, characters, characters]
            return cursor.sql(_TEXTS, params=bound).to_arrow_table()

    def best(self, dataset_ids: Sequence[int], model: str) -> StoredMap | None:
        """The map of this model that places most rows of these datasets, the smallest and newest of several."""
        with self._connection.read() as cursor:
            found = cursor.execute(_BEST, [model, list(dataset_ids)]).fetchone()
        if found is None:
            return None
        map_id, datasets, method, fitted, rows, created_at, sampled, placed = found
        embedded = self.embedded_rows(dataset_ids, model)
        return StoredMap(map_id, tuple(datasets), method, fitted, rows, created_at, placed, embedded, sampled)

    def has(self, map_id: str) -> bool:
        """Whether this map is still here: it goes when a newer one of the same datasets comes."""
        with self._connection.read() as cursor:
            return bool(cursor.execute("SELECT 1 FROM maps WHERE map_id = ?", [map_id]).fetchone())

    def cluster_names(self, map_id: str) -> dict[int, str]:
        """The clusters of a map by number, the largest first."""
        with self._connection.read() as cursor:
            found = cursor.execute("SELECT cluster, name FROM map_clusters WHERE map_id = ? ORDER BY cluster", [map_id])
            return dict(found.fetchall())

    def clusters(
        self, map_id: str, filters: Filters, columns: Sequence[str], selection_id: int | None = None
    ) -> pd.DataFrame:
        """The clusters of a map over the datasets of the filters, the largest first, and last the rows in none.

        Returns: cluster (missing for the rows in none), name, x and y of its middle (medians), rows, kept (of these, by
            the filters but for those by cluster), selected (by the saved selection of that number), and the mean of
            each column over all its rows.
        """
        passes, values = self._query.where(filters.without_clusters())
        within, numbers = self._query.where(filters.cleared())
        chosen = [f'"{checked_column(column)}"' for column in columns]
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"""
                WITH placed AS (
                    SELECT cluster, x, y, ({passes}) AS passes, (dataset_id, row_id) IN (
                        SELECT (dataset_id, row_id) FROM selection_rows WHERE selection_id = ?) AS selected
                        {"".join(f", {each}" for each in chosen)}
                    FROM matrix JOIN (SELECT row_id, x, y, cluster FROM map_points WHERE map_id = ?) USING (row_id)
                    WHERE {within}), summed AS (
                    SELECT cluster, median(x) AS x, median(y) AS y, count(*) AS rows, count(*) FILTER (passes) AS kept,
                        count(*) FILTER (selected) AS selected {"".join(f", avg({each}) AS {each}" for each in chosen)}
                    FROM placed GROUP BY cluster)
                SELECT cluster, coalesce(name, ?) AS name, summed.* EXCLUDE (cluster)
                FROM summed LEFT JOIN (SELECT cluster, name FROM map_clusters WHERE map_id = ?) USING (cluster)
                ORDER BY rows DESC, cluster
                """,
                [*values, selection_id, map_id, *numbers, NO_CLUSTER, map_id],
            ).df()
        found["cluster"] = found["cluster"].astype("Int64")
        return pd.concat([found[found["cluster"].notna()], found[found["cluster"].isna()]], ignore_index=True)

    def sample(
        self,
        map_id: str,
        filters: Filters,
        columns: Sequence[str],
        n: int,
        seed: int = 0,
        within: Window | None = None,
    ) -> pd.DataFrame:
        """At most n rows at random (the same for the same seed) that have a place on the map.

        Args:
            within: a part of the map in which they lie.

        Returns: row_id, dataset_id, x, y, cluster (missing where it is in none), the columns, mark and the beginning of
            the instruction.
        """
        where, values = self._query.where(filters)
        chosen = "".join(f', "{checked_column(column)}"' for column in columns)
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"""
                WITH sampled AS (
                    SELECT row_id, dataset_id, x, y, cluster {chosen}
                    FROM matrix JOIN (SELECT row_id, x, y, cluster FROM map_points WHERE {_WITHIN}) USING (row_id)
                    WHERE {where} ORDER BY hash(row_id, dataset_id, ?) LIMIT ?)
                SELECT sampled.*, coalesce(mark, '') AS mark, left(instruction, 80) AS instruction
                FROM sampled JOIN texts ON texts.row_id = sampled.row_id
                    AND texts.row_id IN (SELECT row_id FROM sampled)
                LEFT JOIN marks ON marks.row_id = sampled.row_id ORDER BY sampled.row_id, dataset_id
                """,
                [map_id, *(within or _EVERYWHERE), *values, seed, n],
            ).df()
        return found.assign(cluster=found["cluster"].astype("Int64"))

    def density(self, map_id: str, filters: Filters, steps: int, within: Window | None = None) -> pd.DataFrame:
        """How many of the rows that the filters leave lie in each field of a map, of `steps` by `steps` fields.

        Args:
            within: a part of the map, which is divided alone.

        Returns: a line for each y and a column for each x of the fields' middles.
        """
        where, values = self._query.where(filters)
        with self._connection.read() as cursor:
            ends = within or cursor.execute(_ENDS, [map_id]).fetchall()[0]
            (x, wide), (y, high) = ((low, max(end - low, 1e-9) / steps) for low, end in (ends[:2], ends[2:]))
            found = cursor.execute(
                f"""
                SELECT least(floor((x - ?) / ?), ?)::INTEGER AS i, least(floor((y - ?) / ?), ?)::INTEGER AS j, count(*)
                FROM matrix JOIN (SELECT row_id, x, y FROM map_points WHERE {_WITHIN}) USING (row_id)
                WHERE {where} GROUP BY i, j
                """,
                [x, wide, steps - 1, y, high, steps - 1, map_id, *(within or _EVERYWHERE), *values],
            ).fetchall()
        rows = np.zeros((steps, steps), np.int64)
        for i, j, count in found:
            rows[j, i] = count
        middles = np.arange(steps) + 0.5
        return pd.DataFrame(rows, index=y + middles * high, columns=x + middles * wide)

    def most_alike(self, title: str, vector: np.ndarray, filters: Filters, n: int, model: str) -> KeySet:
        """The n rows nearest to a vector among those that the filters leave, nearest first.

        Exact: a dot product with every stored vector, all of unit length, so that it is the cosine.

        Args:
            title: what they are like, for the user.
            vector: unit length, shape (384,).
        """
        where, values = self._query.where(filters)
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"""
                SELECT replace(key::VARCHAR, '-', ''), array_inner_product(vector, ?::FLOAT[384]) AS similarity
                FROM (SELECT DISTINCT row_id FROM matrix WHERE {where}) JOIN embeddings USING (row_id)
                JOIN rows USING (row_id) WHERE model = ? ORDER BY similarity DESC, key LIMIT ?
                """,
                [vector.astype(float).tolist(), *values, model, n],
            ).fetchall()
        return KeySet(title, tuple(r[0] for r in found), similarities=tuple(round(r[1], 6) for r in found))


def take_map(cursor: duckdb.DuckDBPyConnection, job_id: str, parts: Sequence[Path]) -> int:
    """Take a map in: a part named `map-*` with key, x, y, model, datasets, method, fitted, cluster, cluster_name,
    clusters_sampled; how many rows it has.

    It takes the place of an older map of the same datasets and model.
    """
    files = [str(part) for part in parts if part.name.startswith(MAP_PART)]
    if not files:
        return 0
    cursor.execute("CREATE OR REPLACE TEMP TABLE part AS SELECT * FROM read_parquet(?)", [files])
    for column in _CLUSTER_COLUMNS:
        cursor.execute(f"ALTER TABLE part ADD COLUMN IF NOT EXISTS {column}")
    cursor.execute(_NEW_MAP, [job_id, datetime.now(UTC)])
    added = cursor.execute(_NEW_POINTS, [job_id]).fetchall()[0][0]
    cursor.execute(_NEW_CLUSTERS, [job_id])
    for (older,) in cursor.execute(_REPLACED, [job_id]).fetchall():
        for table in ("map_points", "map_clusters", "maps"):
            cursor.execute(f"DELETE FROM {table} WHERE map_id = ?", [older])
    cursor.execute("DROP TABLE part")
    return int(added)


TAKE = take_map
