"""Filters as conditions over the matrix. What must read texts, keys or places is looked up once and kept in memory."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import count

from core.rows.filters import Filters, KeySet, Lasso, MapCluster, Marked
from core.store.connection import Connection
from core.store.score_matrix import ScoreMatrix, condition, inside

KEPT_IN_MEMORY = 16  # lookups, at about 8 bytes a row found
_MARKED = {
    Marked.KEPT: "row_id IN (SELECT row_id FROM marks WHERE mark = 'keep')",
    Marked.DROPPED: "row_id IN (SELECT row_id FROM marks WHERE mark = 'drop')",
    Marked.UNMARKED: "row_id NOT IN (SELECT row_id FROM marks WHERE mark <> '')",
    Marked.NOTED: "row_id IN (SELECT row_id FROM marks WHERE note <> '')",
}
_BY_KEY = "SELECT row_id FROM rows WHERE key IN (SELECT unnest(?)::UUID)"
_ALIKE = """
    SELECT row_id, similarity
    FROM (SELECT unnest(?)::UUID AS key, unnest(?)::DOUBLE AS similarity) JOIN rows USING (key)
"""
# DuckDB's nfc_normalize stops at a NUL.
_HAS = "contains(lower(nfc_normalize(replace(text, chr(0), ' '))), lower(nfc_normalize(?)))"
_HAS_ASCII = f"CASE WHEN contains(lower(text), lower(?)) THEN {_HAS} ELSE FALSE END"
Lookup = tuple[str, tuple[object, ...]]


class FilterQuery:
    """Filters as SQL over the matrix. Rows found by words, on the map and by key are kept in a database in memory.

    A page asks for a dozen histograms under the same filters: the texts are read for the first one only.
    """

    def __init__(self, connection: Connection, matrix: ScoreMatrix) -> None:
        self._connection, self._matrix = connection, matrix
        self._finding = threading.Lock()
        self._lookups: OrderedDict[tuple[object, ...], str] = OrderedDict()
        self._lookup_numbers = count()

    def where(self, filters: Filters) -> tuple[str, list[object]]:
        """All filters as an SQL condition over the matrix, with its parameters in order."""
        where, values = condition(filters)
        parts = [where]
        if filters.marked is not Marked.ANY:
            parts.append(_MARKED[filters.marked])
        if filters.tags:
            parts.append("row_id IN (SELECT row_id FROM marks WHERE list_has_all(tags, ?::VARCHAR[]))")
            values.append(list(filters.tags))
        if filters.tags_outside:
            parts.append("row_id NOT IN (SELECT row_id FROM marks WHERE list_has_any(tags, ?::VARCHAR[]))")
            values.append(list(filters.tags_outside))
        for kept, lookup in _lookups(filters):
            sign = "IN" if kept else "NOT IN"
            parts.append(f"row_id {sign} (SELECT row_id FROM {self._found(lookup)})")
        return " AND ".join(parts), values

    def alike(self, likeness: KeySet) -> str:
        """The table of the rows of a likeness: row_id, similarity."""
        return self._found(_of_likeness(likeness))

    def _found(self, lookup: Lookup) -> str:
        query, values = lookup
        with self._finding:
            wanted = (self._connection.opened, self._matrix.revision, query, values)
            if wanted not in self._lookups:
                name = f"found.rows_{next(self._lookup_numbers)}"
                with self._connection.read() as cursor:
                    cursor.execute("ATTACH IF NOT EXISTS ':memory:' AS found")
                    cursor.execute(f"CREATE TABLE {name} AS {query}", [_bound(each) for each in values])
                    while len(self._lookups) >= KEPT_IN_MEMORY:
                        cursor.execute(f"DROP TABLE IF EXISTS {self._lookups.popitem(last=False)[1]}")
                self._lookups[wanted] = name
            self._lookups.move_to_end(wanted)
            return self._lookups[wanted]


def _bound(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _lookups(filters: Filters) -> Iterator[tuple[bool, Lookup]]:
    """What has to be looked up, and whether the rows found pass or are left out."""
    if filters.words:
        yield True, _with_words(filters.words)
    areas = [] if filters.area is None else [(True, filters.area)]
    for kept, area in [*areas, *((False, each) for each in filters.areas_outside)]:
        part, bounds = inside(Lasso("x", "y", area.points))
        yield kept, (f"SELECT row_id FROM map_points WHERE map_id = ? AND {part}", (area.map_id, *bounds))
    for outside in (False, True):
        if clusters := [each for each in filters.clusters if each.outside is outside]:
            yield not outside, _of_clusters(clusters)
    if filters.likeness is not None:
        yield True, _of_likeness(filters.likeness)
    for each in filters.key_sets:
        yield not each.outside, (_BY_KEY, (each.keys,))


def _with_words(words: tuple[str, ...]) -> Lookup:
    """Rows that have every word somewhere. Nothing in a word is special: it is sought as it is written, in any case.

    Texts are compared in Unicode form NFC. To compose one takes ten times as long as to look through it: for a word in
    ASCII, which stays as it is, only texts that have it are composed, as `e` is not in a decomposed `é`.
    """
    text = "concat_ws(chr(10), instruction, input, output)"
    holds = " AND ".join(_HAS_ASCII if each.isascii() else _HAS for each in words)
    bound = tuple(value for each in words for value in ((each, each) if each.isascii() else (each,)))
    return f"SELECT row_id FROM (SELECT row_id, {text} AS text FROM texts) WHERE {holds}", bound


def _of_clusters(clusters: Sequence[MapCluster]) -> Lookup:
    held = " OR ".join(["map_id = ? AND cluster IS NOT DISTINCT FROM ?"] * len(clusters))
    bound = tuple(value for each in clusters for value in (each.map_id, each.cluster))
    return f"SELECT row_id FROM map_points WHERE {held}", bound


def _of_likeness(likeness: KeySet) -> Lookup:
    return _ALIKE, (likeness.keys, likeness.similarities)
