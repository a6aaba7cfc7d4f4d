"""The matrix: a line for each row of a dataset, a column for each indicator. Browsing is one scan of it."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from core.indicators.base import ScorerKey
from core.rows.filters import Filters, Lasso
from core.rules.rule import Rule, Term
from core.rules.transform import Transform
from core.store.connection import Connection
from core.values import Door, read

PREDICTED = "predicted_log_loss"
_COLUMN = re.compile(r"[a-z][a-z0-9_]*")


class ScoreMatrix:
    """The table `matrix`, made anew when scores have come in, and filters as SQL conditions over it.

    `revision` grows with every change of the table: what is derived from it is kept under this number.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.revision = 0
        self._scores_in_view: int | None = None

    def score_state(self) -> str:
        """Another text whenever scores or datasets have changed."""
        return str(self._connection.recall(_SCORE_STATE)[0])

    def scores_waiting(self) -> int:
        """How many scores have come in since the matrix was last brought up to date; 0 before it was."""
        return 0 if self._scores_in_view is None else self._scores() - self._scores_in_view

    def _scores(self) -> int:
        return int(self._connection.recall("SELECT count(*) FROM scores")[0][0])

    def refresh(self, scorers: Mapping[int, Sequence[ScorerKey]]) -> bool:
        """Bring the matrix up to date: for each dataset, the scores that these scorers made of its rows.

        Returns: whether anything had to be done.
        """
        names = sorted({key.indicator for keys in scorers.values() for key in keys})
        for name in names:
            checked_column(name)
        with self._connection.writing:
            digest = hashlib.sha256(
                json.dumps(
                    [[d, [(k.indicator, k.model, k.settings) for k in keys]] for d, keys in sorted(scorers.items())]
                ).encode()
            ).hexdigest()
            state = f"{digest} {self.score_state()}"
            self._scores_in_view = self._scores()
            if self._connection.recall(_MATRIX_STATE) == [(state,)]:
                return False
            with self._connection.write() as cursor:
                cursor.register("chosen", _chosen(scorers))
                cursor.execute(_matrix_script(names))
                cursor.execute("INSERT OR REPLACE INTO meta VALUES ('matrix', ?)", [state])
                rule = cursor.execute(_MATRIX_RULE).fetchone()
                self._predict(cursor, *(_decoded(rule[0]) if rule else (0.0, ())))
            self.revision += 1
        return True

    def set_rule(self, rule: Rule) -> None:
        """Fill `predicted_log_loss` with the rule's value of each row; empty where an indicator is missing."""
        encoded = json.dumps([rule.intercept, [each.as_dict() for each in rule.terms]])
        if self._connection.recall(_MATRIX_RULE) == [(encoded,)]:
            return
        with self._connection.write() as cursor:
            cursor.execute("INSERT OR REPLACE INTO meta VALUES ('matrix_rule', ?)", [encoded])
            if cursor.execute(_MATRIX_STATE).fetchone():
                self._predict(cursor, rule.intercept, rule.terms)
        self.revision += 1

    def columns(self) -> list[str]:
        """The indicators of the matrix as it stands, without the prediction."""
        return _indicators(self._connection.recall(_COLUMNS))

    def rule_indicators(self) -> tuple[str, ...]:
        """The indicators that the rule of `predicted_log_loss` weighs, each once; none where no rule is set."""
        found = self._connection.recall(_MATRIX_RULE)
        return tuple(dict.fromkeys(term.indicator for term in _decoded(found[0][0])[1])) if found else ()

    def columns_seen_by(self, cursor: duckdb.DuckDBPyConnection) -> list[str]:
        """The same within a transaction."""
        return _indicators(cursor.execute(_COLUMNS).fetchall())

    def _predict(self, cursor: duckdb.DuckDBPyConnection, intercept: float, terms: Sequence[Term]) -> None:
        present = set(self.columns_seen_by(cursor))
        if not terms or not {each.indicator for each in terms} <= present:
            cursor.execute(f"UPDATE matrix SET {PREDICTED} = NULL")
            return
        sums, values = "", [intercept]
        for each in terms:
            weighed, centre = _weighed(each)
            sums += f" + ? * {weighed}"
            values += [each.coefficient, *centre]
        cursor.execute(f"UPDATE matrix SET {PREDICTED} = ?{sums}", values)


def _decoded(text: str) -> tuple[float, tuple[Term, ...]]:
    """Intercept and terms of a kept rule; an older studio kept coefficients by indicator."""
    intercept, terms = json.loads(text)
    if isinstance(terms, dict):
        return intercept, tuple(Term(name, value) for name, value in terms.items())
    return intercept, tuple(read(Term, each, "rule", Door.STORE) for each in terms)


def _weighed(term: Term) -> tuple[str, list[float]]:
    """What a coefficient weighs as an SQL expression of one row, as `Term.values` has it, with its parameters."""
    column = f'"{checked_column(term.indicator)}"'
    if term.transform is Transform.IDENTITY:
        return column, []
    if term.transform is Transform.SQUARE:
        return f"power({column} - ?, 2)", [term.centre]
    return f"CASE WHEN {column} > 0 THEN ln({column}) END", []


_SCORE_STATE = """
    SELECT (SELECT count(*) FROM scores), (SELECT count(*) FROM dataset_rows),
           (SELECT list(dataset_id ORDER BY dataset_id) FROM datasets WHERE complete)
"""
_MATRIX_STATE = "SELECT value FROM meta WHERE name = 'matrix'"
_MATRIX_RULE = "SELECT value FROM meta WHERE name = 'matrix_rule'"
_COLUMNS = "SELECT column_name FROM duckdb_columns() WHERE table_name = 'matrix' ORDER BY column_index"


def _indicators(columns: Sequence[tuple[str]]) -> list[str]:
    return [name for (name,) in columns if name not in {"dataset_id", "position", "row_id", PREDICTED}]


def _chosen(scorers: Mapping[int, Sequence[ScorerKey]]) -> pa.Table:
    lines = [(dataset, key) for dataset, keys in scorers.items() for key in keys]
    return pa.table(
        {
            "dataset_id": pa.array([dataset for dataset, _ in lines], pa.int32()),
            "indicator": pa.array([key.indicator for _, key in lines], pa.string()),
            "model": pa.array([key.model for _, key in lines], pa.string()),
            "settings": pa.array([key.settings for _, key in lines], pa.string()),
        }
    )


def _matrix_script(names: Sequence[str]) -> str:
    pivots = "".join(
        f""", max(value) FILTER (WHERE indicator = '{name}' AND isfinite(value)) AS "{name}" """ for name in names
    )
    return f"""
        CREATE OR REPLACE TABLE matrix AS
        WITH wanted AS (
            SELECT chosen.dataset_id, indicator, scorer_id FROM chosen JOIN scorers USING (indicator, model, settings)
        ), valued AS (
            SELECT wanted.dataset_id, scores.row_id, indicator, value
            FROM wanted JOIN scores USING (scorer_id)
        )
        SELECT dataset_id, any_value(position) AS position, row_id {pivots}, CAST(NULL AS DOUBLE) AS {PREDICTED}
        FROM dataset_rows JOIN datasets USING (dataset_id) LEFT JOIN valued USING (dataset_id, row_id)
        WHERE complete GROUP BY dataset_id, row_id ORDER BY dataset_id, position
    """


def condition(filters: Filters) -> tuple[str, list[object]]:
    """What a look at the matrix alone decides, as an SQL condition over it, with its parameters in order."""
    parts: list[str] = []
    values: list[object] = []
    if filters.dataset_ids:
        parts.append("dataset_id IN (SELECT unnest(?))")
        values.append(list(filters.dataset_ids))
    for each in filters.ranges:
        column = f'"{checked_column(each.column)}"'
        ends = [(sign, bound) for sign, bound in ((">=", each.low), ("<=", each.high)) if bound is not None]
        held = [f"{column} IS NULL"] * each.missing + [f"{column} {sign} ?" for sign, _ in ends]
        parts += [_outside(" AND ".join(held))] if each.outside else held
        values += [bound for _, bound in ends]
    for lasso in filters.lassos:
        part, bounds = inside(lasso)
        parts.append(_outside(part) if lasso.outside else part)
        values.extend(bounds)
    return " AND ".join(parts) or "true", values


def _outside(part: str) -> str:
    """The rows of which a condition does not hold, those among them of which nobody can tell."""
    return f"NOT coalesce({part}, false)"


def inside(lasso: Lasso) -> tuple[str, list[object]]:
    """Even-odd rule: a point is inside if a ray from it crosses the polygon's edges an odd number of times."""
    x, y = _axis(lasso.x, lasso.log_x), _axis(lasso.y, lasso.log_y)
    xs, ys = [p[0] for p in lasso.points], [p[1] for p in lasso.points]
    parts = [f"{x} BETWEEN ? AND ?", f"{y} BETWEEN ? AND ?"]
    values: list[object] = [min(xs), max(xs), min(ys), max(ys)]
    crossings = []
    for (x1, y1), (x2, y2) in zip(lasso.points, (*lasso.points[1:], lasso.points[0]), strict=True):
        if y1 == y2:
            continue
        crossings.append(f"(({y} < ?) <> ({y} < ?) AND {x} < ? + ({y} - ?) * ?)::INT")
        values.extend([y1, y2, x1, y1, (x2 - x1) / (y2 - y1)])
    parts.append(f"({' + '.join(crossings) or '0'}) % 2 = 1")
    return " AND ".join(parts), values


def _axis(column: str, log: bool) -> str:
    name = f'"{checked_column(column)}"'
    return f"CASE WHEN {name} > 0 THEN log10({name}) END" if log else name


def checked_column(column: str) -> str:
    """A column's name, safe to stand in a statement."""
    if not _COLUMN.fullmatch(column):
        raise ValueError(f"{column!r} is no column of the matrix")
    return column
