"""What linked plots are drawn from: rows by bar, and of the plot in use its pairs with all others (a data cube).

As in imMens (Liu, Jiang and Heer, 2013) and Falcon (Moritz, Howe and Heer, 2019): a plot that knows the pairs follows
a pointer over another one without asking again, at any number of rows.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from core.rows.filters import Filters
from core.rows.marks import Mark
from core.store.connection import Connection
from core.store.filter_query import FilterQuery
from core.store.plot_scale import PlotScale, fitting_shift, scale_over
from core.store.score_matrix import ScoreMatrix, checked_column, condition

MOST_BARS = 50
MOST_PAIRS = 400_000  # numbers in a cube: packed they are under 150 kB at a million rows
_NO_MARK = "NOT IN (SELECT row_id FROM marks WHERE mark <> '')"
_KEPT = 2  # tables of codes in memory, at a byte a row and score
BY_MARK = (Mark.KEEP, Mark.DROP, Mark.NONE)
Groups = Sequence[Sequence[int] | Mark]  # what is counted together: datasets by number, or the rows of a mark


@dataclass(frozen=True)
class LinkedCounts:
    """Rows by bar.

    Attributes:
        rows: how many pass all filters.
        bars: of each column, those that pass all filters but the column's own range: shape (groups, codes).
    """

    rows: int
    bars: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class DataCube:
    """Rows by step of the plot in use and by bar of each other plot.

    Attributes:
        column: the plot in use.
        shift: how much coarser than its steps its codes are.
        own: rows that pass all filters but the column's own range, shape (groups, codes).
        pairs: of each other column, rows that pass all but these two ranges: shape (groups, codes, its codes).
    """

    column: str
    shift: int
    own: np.ndarray
    pairs: Mapping[str, np.ndarray]


class PlotCounts:
    """Counts over the matrix, by groups of datasets or mark. The codes of its rows are kept in memory, in its order."""

    def __init__(self, connection: Connection, matrix: ScoreMatrix, query: FilterQuery) -> None:
        self._connection, self._matrix, self._query = connection, matrix, query
        self._scales: dict[tuple[object, ...], dict[str, PlotScale]] = {}
        self._coding = threading.Lock()
        self._tables: dict[tuple[object, ...], str] = {}
        self._table_numbers = count()

    def scales(self, columns: Mapping[str, bool], dataset_ids: tuple[int, ...] = ()) -> dict[str, PlotScale]:
        """The steps of these columns, those without a value left out; looked up once for each state of the matrix.

        Args:
            columns: with whether the axis is to be a log axis; it is where any value is above zero.
            dataset_ids: whose rows; all where empty.
        """
        asked = (self._matrix.revision, dataset_ids, tuple(columns.items()))
        if asked not in self._scales:
            self._scales = {key: value for key, value in self._scales.items() if key[0] == self._matrix.revision}
            self._scales[asked] = self._measured(columns, Filters(dataset_ids))
        return self._scales[asked]

    def counts(
        self, scales: Mapping[str, PlotScale], filters: Filters, groups: Groups, most_bars: int = MOST_BARS
    ) -> LinkedCounts:
        """Rows by bar of every plot, each under the filters in force on the others."""
        shifts = {column: scale.bar_shift(most_bars) for column, scale in scales.items()}
        rows, *bars = self._counted(scales, shifts, filters, groups, [(), *((each,) for each in scales)])
        return LinkedCounts(int(rows.sum()), dict(zip(scales, bars, strict=True)))

    def cube(
        self,
        column: str,
        scales: Mapping[str, PlotScale],
        filters: Filters,
        groups: Groups,
        most_bars: int = MOST_BARS,
    ) -> DataCube:
        """Rows by step of one plot and by bar of each other one; its own range plays no part."""
        shifts = {each: scale.bar_shift(most_bars) for each, scale in scales.items()}
        others = [each for each in scales if each != column]
        beside = len(groups) * sum(scales[each].codes(shifts[each]) for each in others)
        shifts[column] = fitting_shift(scales[column], beside, shifts[column], MOST_PAIRS)
        parts = [(column,), *((column, each) for each in others)]
        own, *pairs = self._counted(scales, shifts, filters, groups, parts)
        return DataCube(column, shifts[column], own, dict(zip(others, pairs, strict=True)))

    def _measured(self, columns: Mapping[str, bool], filters: Filters) -> dict[str, PlotScale]:
        where, values = self._query.where(filters)
        measures = [
            f"min({name}), max({name}), min({name}) FILTER ({name} > 0), bool_and({name} = floor({name})), "
            f"count(*) > count({name})"
            for name in (f'"{checked_column(column)}"' for column in columns)
        ]
        if not measures:
            return {}
        with self._connection.read() as cursor:
            found = cursor.execute(f"SELECT {', '.join(measures)} FROM matrix WHERE {where}", values).fetchall()[0]
        scales = {}
        for i, (column, wants_log) in enumerate(columns.items()):
            low, high, positive, whole, missing = found[5 * i : 5 * i + 5]
            if low is None:
                continue
            log = wants_log and positive is not None
            scales[column] = scale_over(
                column, positive if log else low, high, log=log, whole=whole, below=log and low <= 0, missing=missing
            )
        return scales

    def _counted(
        self,
        scales: Mapping[str, PlotScale],
        shifts: Mapping[str, int],
        filters: Filters,
        groups: Groups,
        parts: Sequence[tuple[str, ...]],
    ) -> list[np.ndarray]:
        """Of each part the rows by group and by the codes of its columns, whose own ranges play no part."""
        ranges = [each for each in filters.ranges if each.column in scales and not each.outside]
        others = tuple(each for each in filters.ranges if each not in ranges)
        where, values = self._query.where(replace(filters, ranges=others))
        passes, bounds = "", []
        for i, each in enumerate(ranges):
            text, numbers = condition(Filters(ranges=(each,)))
            passes += f", coalesce({text}, false) AS passes{i}"
            bounds += numbers
        names = {column: f"code{i}" for i, column in enumerate(scales)}
        codes = "".join(
            f", {scale.coarser_sql(names[each], shifts[each])} AS {names[each]}" for each, scale in scales.items()
        )
        selects = []
        for i, part in enumerate(parts):
            held = [f"passes{j}" for j, each in enumerate(ranges) if each.column not in part]
            a, b = [*(names[each] for each in part), "0", "0"][:2]
            selects.append(
                f"SELECT {i} AS part, g, {a} AS a, {b} AS b, count(*) AS n FROM seen "
                f"WHERE {' AND '.join(held) or 'true'} GROUP BY ALL"
            )
        with self._connection.read() as cursor:
            found = cursor.execute(
                f"""WITH seen AS MATERIALIZED (
                    SELECT ({_group_sql(groups)})::UTINYINT AS g {passes} {codes}
                    FROM matrix POSITIONAL JOIN {self._coded(scales)} WHERE {where}
                ) {" UNION ALL ".join(selects)}""",
                [*bounds, *values],
            ).fetchnumpy()
        shapes = [tuple(scales[each].codes(shifts[each]) for each in part) for part in parts]
        return [_dense(found, i, len(groups), shape) for i, shape in enumerate(shapes)]

    def _coded(self, scales: Mapping[str, PlotScale]) -> str:
        """The table in memory with the codes of all rows of the matrix, in its order."""
        with self._coding:
            wanted = (self._connection.opened, self._matrix.revision, *scales.values())
            if wanted not in self._tables:
                name = f"plots.codes_{next(self._table_numbers)}"
                codes = ", ".join(f"{scale.code_sql()} AS code{i}" for i, scale in enumerate(scales.values()))
                with self._connection.read() as cursor:
                    cursor.execute("ATTACH IF NOT EXISTS ':memory:' AS plots")
                    cursor.execute(f"CREATE TABLE {name} AS SELECT {codes or 0} FROM matrix")
                    while len(self._tables) >= _KEPT:
                        cursor.execute(f"DROP TABLE IF EXISTS {self._tables.pop(next(iter(self._tables)))}")
                self._tables[wanted] = name
            self._tables[wanted] = self._tables.pop(wanted)
            return self._tables[wanted]


def _group_sql(groups: Groups) -> str:
    """The number of a row's group, as an expression over the matrix; how many there are where it is in none."""
    cases = ""
    for i, group in enumerate(groups):
        if isinstance(group, Mark):
            which = f"IN (SELECT row_id FROM marks WHERE mark = '{group}')"
            cases += f" WHEN row_id {which if group else _NO_MARK} THEN {i}"
        else:
            cases += "".join(f" WHEN dataset_id = {int(number)} THEN {i}" for number in group)
    return f"CASE{cases} ELSE {len(groups)} END" if cases else str(len(groups))


def _dense(found: Mapping[str, Any], part: int, groups: int, shape: tuple[int, ...]) -> np.ndarray:
    """The counts of a part, those of datasets in no group left out."""
    counts = np.zeros((groups + 1, *shape), np.int64)
    chosen = found["part"] == part
    counts[tuple(found[axis][chosen] for axis in ("g", "a", "b")[: 1 + len(shape)])] = found["n"][chosen]
    return counts[:groups]
