"""What the pages ask of the matrix: summaries, samples and pages of rows, under the filters in force."""

from collections.abc import Sequence

import pandas as pd

from core.rows.filters import Filters
from core.store.connection import Connection
from core.store.filter_query import FilterQuery
from core.store.score_matrix import PREDICTED, ScoreMatrix, checked_column

SIMILARITY = "similarity"
BEFORE_WORD = 30  # characters that an excerpt has before the word that is looked for
MOST_KEPT = 500_000  # candidates kept in memory, about 130 bytes each
SUMMARY_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Browse:
    """Queries over the matrix. Each scans some columns, so its time grows with the rows, not with the texts."""

    def __init__(self, connection: Connection, matrix: ScoreMatrix, query: FilterQuery) -> None:
        self._connection, self._matrix, self._query = connection, matrix, query
        self._last_candidates: tuple[object, pd.DataFrame] = (None, pd.DataFrame())

    def count(self, filters: Filters, pairs: bool = False) -> int:
        """How many rows the filters leave.

        Args:
            pairs: count a pair that stands in several datasets once.
        """
        where, values = self._query.where(filters)
        counted = "DISTINCT row_id" if pairs else "*"
        with self._connection.read() as cursor:
            return int(cursor.execute(f"SELECT count({counted}) FROM matrix WHERE {where}", values).fetchall()[0][0])

    def summary(self, filters: Filters, columns: Sequence[str], by_dataset: bool = False) -> pd.DataFrame:
        """n, missing, mean, sd, min, q05, q25, median, q75, q95, max of each column (quantiles interpolated).

        Returns: one line a column (`indicator`), or one a column and dataset (`dataset_id`).
        """
        where, values = self._query.where(filters)
        group = "dataset_id" if by_dataset else "NULL::INTEGER"
        lines = [
            f"""
            SELECT '{checked_column(column)}' AS indicator, {group} AS dataset_id, count("{column}") AS n,
                   count(*) - count("{column}") AS missing, avg("{column}") AS mean, stddev_samp("{column}") AS sd,
                   min("{column}") AS min, max("{column}") AS max,
                   quantile_cont("{column}", {list(SUMMARY_QUANTILES)}) AS q
            FROM rows_in_view GROUP BY ALL
            """
            for column in columns
        ]
        if not lines:
            return pd.DataFrame()
        with self._connection.read() as cursor:
            frame = cursor.execute(
                f"""WITH rows_in_view AS MATERIALIZED (SELECT * FROM matrix WHERE {where})
                SELECT indicator, dataset_id, n, missing, mean, sd, min, q[1] AS q05, q[2] AS q25, q[3] AS median,
                       q[4] AS q75, q[5] AS q95, max
                FROM ({" UNION ALL ".join(lines)})""",
                values,
            ).df()
        frame["place"] = frame["indicator"].map({column: i for i, column in enumerate(columns)})
        ordered = frame.sort_values(["place", "dataset_id"]).drop(columns="place").reset_index(drop=True)
        return ordered if by_dataset else ordered.drop(columns="dataset_id")

    def correlations(self, columns: Sequence[str], filters: Filters) -> pd.DataFrame:
        """Pearson correlation of each pair over the rows that have both, as a square frame; NaN where undefined."""
        names = [checked_column(column) for column in columns]
        pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
        square = pd.DataFrame(1.0, index=names, columns=names)
        if not pairs:
            return square
        where, values = self._query.where(filters)
        asked = ", ".join(f'corr("{a}", "{b}")' for a, b in pairs)
        with self._connection.read() as cursor:
            found = cursor.execute(f"SELECT {asked} FROM matrix WHERE {where}", values).fetchall()[0]
        for (a, b), value in zip(pairs, found, strict=True):
            square.loc[a, b] = square.loc[b, a] = float("nan") if value is None else value
        return square

    def sample(self, filters: Filters, columns: Sequence[str], n: int, seed: int = 0) -> pd.DataFrame:
        """At most n rows at random (the same for the same seed): row_id, dataset_id and the columns."""
        where, values = self._query.where(filters)
        chosen = "".join(f', "{checked_column(column)}"' for column in columns)
        with self._connection.read() as cursor:
            return cursor.execute(
                f"""SELECT row_id, dataset_id {chosen} FROM matrix WHERE {where}
                ORDER BY hash(row_id, dataset_id, ?) LIMIT ?""",
                [*values, seed, n],
            ).df()

    def table(
        self,
        filters: Filters,
        order_by: str = "position",
        descending: bool = False,
        limit: int = 100,
        offset: int = 0,
        text_characters: int = 300,
    ) -> pd.DataFrame:
        """A page of rows with all indicators, marks, notes and the beginnings of their texts.

        Where words are looked for, a text begins shortly before the first of them, if that stands further on. Rows
        without the value come last. Where the filters hold a likeness, `similarity` is a column as well.
        """
        where, values = self._query.where(filters)
        alike = f"LEFT JOIN {self._query.alike(filters.likeness)} USING (row_id)" if filters.likeness else ""
        order = _order(order_by, descending)
        word = filters.words[0] if filters.words else ""
        with self._connection.read() as cursor:
            frame = cursor.execute(
                f"""
                WITH page AS (
                    SELECT row_number() OVER () AS place, * FROM (
                        SELECT * FROM matrix {alike} WHERE {where}
                        ORDER BY {order} LIMIT ? OFFSET ?)
                )
                SELECT page.* EXCLUDE (place), {_excerpt("instruction")} AS instruction,
                       {_excerpt("input")} AS input, {_excerpt("output")} AS output,
                       coalesce(mark, '') AS mark, coalesce(note, '') AS note, coalesce(tags, []) AS tags
                FROM page JOIN texts ON texts.row_id = page.row_id
                    AND texts.row_id IN (SELECT row_id FROM page)
                LEFT JOIN marks ON marks.row_id = page.row_id
                ORDER BY place
                """,
                [*values, limit, offset, *[word, BEFORE_WORD, word, BEFORE_WORD, text_characters, text_characters] * 3],
            ).df()
        return frame.assign(tags=frame["tags"].map(list))

    def places(
        self, filters: Filters, order_by: str = "position", descending: bool = False, limit: int = 100, offset: int = 0
    ) -> list[tuple[int, int]]:
        """Dataset and row number of the rows of `table`, without looking at their texts."""
        where, values = self._query.where(filters)
        alike = f"LEFT JOIN {self._query.alike(filters.likeness)} USING (row_id)" if filters.likeness else ""
        with self._connection.read() as cursor:
            return cursor.execute(
                f"""SELECT dataset_id, row_id FROM matrix {alike} WHERE {where}
                ORDER BY {_order(order_by, descending)} LIMIT ? OFFSET ?""",
                [*values, limit, offset],
            ).fetchall()

    def cut_off(self, filters: Filters, column: str, rows: int, lowest: bool = False) -> float | None:
        """The value that so many rows reach, under the filters on other columns; None where no more have one.

        Args:
            rows: 1 or more. Rows that share the last value reach it, too.
            lowest: count from the lowest value up.
        """
        where, values = self._query.where(filters.without(column))
        name, direction = f'"{checked_column(column)}"', "ASC" if lowest else "DESC"
        query = f"SELECT {name} FROM matrix WHERE {name} IS NOT NULL AND {where} ORDER BY 1 {direction}"
        with self._connection.read() as cursor:
            found = cursor.execute(f"{query} LIMIT 2 OFFSET ?", [*values, rows - 1]).fetchall()
        return float(found[0][0]) if len(found) == 2 else None

    def percentiles(self, dataset_id: int, row_id: int) -> pd.DataFrame:
        """Each indicator of one row and the share of its dataset's rows that lie below it.

        Returns: indicator, value, percentile (0 to 100; ties count half), both NaN where the row has no score.
        """
        with self._connection.read() as cursor:
            columns = [*self._matrix.columns_seen_by(cursor), PREDICTED]
            shares = ", ".join(
                f'any_value(own."{c}"), 100 * avg(CASE WHEN m."{c}" < own."{c}" THEN 1 '
                f'WHEN m."{c}" = own."{c}" THEN 0.5 WHEN m."{c}" > own."{c}" THEN 0 END)'
                for c in columns
            )
            found = cursor.execute(
                f"""SELECT {shares} FROM matrix m, (SELECT * FROM matrix WHERE dataset_id = ? AND row_id = ?) own
                WHERE m.dataset_id = ?""",
                [dataset_id, row_id, dataset_id],
            ).fetchall()
        values = found[0]
        return pd.DataFrame({"indicator": columns, "value": values[0::2], "percentile": values[1::2]}).astype(
            {"value": float, "percentile": float}
        )

    def candidates(self, filters: Filters, by_content: bool = False) -> pd.DataFrame:
        """Every row that the filters leave: dataset_id, position, row_id, all columns, no text.

        Args:
            by_content: in the order of the rows' keys, which is the same in every store, not dataset by dataset. To
                sort by them takes longer than all else, so the last ones are kept for the next selection among them.
        """
        where, values = self._query.where(filters)
        asked = None if filters.by_hand else (self._connection.opened, self._matrix.revision, where, repr(values))
        known, found = self._last_candidates
        if by_content and asked is not None and asked == known:
            return found.copy(deep=False)
        joined, order = ("JOIN rows USING (row_id)", "key, ") if by_content else ("", "")
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"SELECT matrix.* FROM matrix {joined} WHERE {where} ORDER BY {order}dataset_id, position", values
            ).df()
        if by_content and len(found) <= MOST_KEPT:
            self._last_candidates = asked, found
            return found.copy(deep=False)
        return found


def _excerpt(column: str) -> str:
    """The beginning of a text, or what stands around a word; of the word "" that is the beginning."""
    place = f"instr(lower({column}), lower(?))"
    around = f"concat('… ', substr({column}, {place} - ?, ?))"
    return f"CASE WHEN {place} > 2 * ? THEN {around} ELSE left({column}, ?) END"


def _order(column: str, descending: bool) -> str:
    return f'"{checked_column(column)}" {"DESC" if descending else "ASC"} NULLS LAST, dataset_id, position'
