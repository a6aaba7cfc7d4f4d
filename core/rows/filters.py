"""Which rows are looked at: by dataset, indicators, words, marks, place on the map and lists; all of it must hold."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from core.values import Value

Points = tuple[tuple[float, float], ...]
_WORD = re.compile(r'"([^"]+)"|(\S+)')


class Marked(StrEnum):
    """Rows by what was noted of them by hand."""

    ANY = ""
    KEPT = "keep"
    DROPPED = "drop"
    UNMARKED = "unmarked"
    NOTED = "noted"


@dataclass(frozen=True)
class Range(Value):
    """`low` ≤ column ≤ `high`, an open end is None; or, where `missing`, the rows without a value.

    Attributes:
        outside: these rows are left out, and all others pass, those without a value among them.
    """

    column: str
    low: float | None = None
    high: float | None = None
    missing: bool = False
    outside: bool = False

    def refusals(self) -> Iterable[tuple[str, str]]:
        bounded = self.low is not None or self.high is not None
        if self.missing and bounded:
            yield "missing", "rows without a value lie in no range"
        if self.outside and not (self.missing or bounded):
            yield "outside", "a range without an end leaves out all rows"


@dataclass(frozen=True)
class Lasso(Value):
    """A polygon in the plane of two columns, drawn in their values or, on a log axis, in their log10.

    Attributes:
        outside: the rows inside are left out, and all others pass.
    """

    x: str
    y: str
    points: Points
    log_x: bool = False
    log_y: bool = False
    outside: bool = False


@dataclass(frozen=True)
class MapArea(Value):
    """A polygon on the map of this number."""

    map_id: str
    points: Points


@dataclass(frozen=True)
class MapCluster(Value):
    """The rows of a cluster on the map of this number; those on it that are in no cluster, where `cluster` is None.

    Attributes:
        name: what they are, for the user.
        outside: these rows are left out, and all others pass.
    """

    map_id: str
    cluster: int | None
    name: str
    outside: bool = False


@dataclass(frozen=True)
class KeySet(Value):
    """Rows named one by one, by the keys of their contents: the same rows in every store, whatever its map and marks.

    Attributes:
        title: what they are, for the user.
        keys: 32 hex digits each.
        outside: these rows are left out, and all others pass.
        similarities: where something was looked for, each row's cosine to it, else empty.
    """

    title: str
    keys: tuple[str, ...]
    outside: bool = False
    similarities: tuple[float, ...] = ()

    def refusals(self) -> Iterable[tuple[str, str]]:
        if len(self.similarities) not in (0, len(self.keys)):
            yield "similarities", f"there are {len(self.similarities)} of {len(self.keys)} rows"


@dataclass(frozen=True)
class Filters(Value):
    """All filters in force. Empty `dataset_ids` means every dataset.

    Attributes:
        ranges: at most one of a column that rows must lie in, and any number that are left out; so with `lassos`.
        text: words sought in question and answer, in any case and order; what stands in quotes is one word.
        likeness: the rows that were found to be most like a text or a row.
        key_sets: rows left out by name; in a selection also what `area`, `clusters`, `marked` and tags come to, which
            must not change with map and marks.
        areas_outside: of the map, whose rows are left out.
        tags, tags_outside: rows have every one of these, and none of those.
        clusters: rows are in one of them, and in none that is left out.
    """

    dataset_ids: tuple[int, ...] = ()
    ranges: tuple[Range, ...] = ()
    lassos: tuple[Lasso, ...] = ()
    text: str = ""
    marked: Marked = Marked.ANY
    area: MapArea | None = None
    likeness: KeySet | None = None
    key_sets: tuple[KeySet, ...] = ()
    areas_outside: tuple[MapArea, ...] = ()
    clusters: tuple[MapCluster, ...] = ()
    tags: tuple[str, ...] = ()
    tags_outside: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether anything but the choice of datasets narrows the rows."""
        return self != self.cleared()

    @property
    def count(self) -> int:
        """How many filters hold, but for the choice of datasets."""
        several = (self.ranges, self.lassos, self.key_sets, self.areas_outside, self.clusters)
        one = (self.text, self.marked, self.area, self.likeness)
        return sum(map(len, (*several, self.tags, self.tags_outside))) + sum(map(bool, one))

    @property
    def by_hand(self) -> bool:
        """Whether it is for marks, notes or tags to say which rows pass."""
        return bool(self.marked or self.tags or self.tags_outside)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of `text`, all of which a row must have."""
        return tuple(quoted or plain for quoted, plain in _WORD.findall(self.text))

    def with_datasets(self, dataset_ids: Iterable[int]) -> "Filters":
        return replace(self, dataset_ids=tuple(dataset_ids))

    def with_range(self, column: str, low: float | None, high: float | None) -> "Filters":
        """Set the range of one column, in place of the one it had."""
        return replace(self, ranges=(*self.without(column).ranges, Range(column, low, high)))

    def with_missing(self, column: str) -> "Filters":
        """Only rows without a value of one column, in place of the range that it had."""
        return replace(self, ranges=(*self.without(column).ranges, Range(column, missing=True)))

    def with_lasso(self, lasso: Lasso) -> "Filters":
        """Set the lasso of one pair of columns, in place of the one it had."""
        return replace(self, lassos=(*self.without_lasso(lasso.x, lasso.y).lassos, lasso))

    def range_of(self, column: str) -> Range | None:
        """The range of one column that rows must lie in."""
        return next((each for each in self.ranges if each.column == column and not each.outside), None)

    def without(self, column: str) -> "Filters":
        """Without the range that one column has: what that column's own histogram is drawn from.

        Ranges of it that are left out stay so.
        """
        return replace(self, ranges=tuple(each for each in self.ranges if each.outside or each.column != column))

    def without_lasso(self, x: str, y: str) -> "Filters":
        """Without the lasso of one pair of columns; those that are left out stay so."""
        return replace(self, lassos=tuple(each for each in self.lassos if each.outside or (each.x, each.y) != (x, y)))

    def dropping(self, part: Range | Lasso | MapArea | MapCluster) -> "Filters":
        """Leave out the rows of a range, lasso, area or cluster, in place of asking for them."""
        if isinstance(part, MapArea):
            others = tuple(each for each in self.areas_outside if each != part)
            return replace(self, area=None if self.area == part else self.area, areas_outside=(*others, part))
        out = replace(part, outside=True)
        if isinstance(out, MapCluster):
            return replace(self, clusters=(*(each for each in self.clusters if each not in (part, out)), out))
        if isinstance(out, Range):
            return replace(self, ranges=(*(each for each in self.ranges if each not in (part, out)), out))
        return replace(self, lassos=(*(each for each in self.lassos if each not in (part, out)), out))

    def less(self, part: Range | Lasso | MapArea | MapCluster) -> "Filters":
        """Without a range, lasso, area or cluster, whether it was asked for or left out."""
        return replace(
            self,
            ranges=tuple(each for each in self.ranges if each != part),
            lassos=tuple(each for each in self.lassos if each != part),
            area=None if self.area == part else self.area,
            areas_outside=tuple(each for each in self.areas_outside if each != part),
            clusters=tuple(each for each in self.clusters if each != part),
        )

    def of_columns(self, known: Collection[str]) -> "Filters":
        """Without what concerns columns that are not among the known ones."""
        ranges = tuple(each for each in self.ranges if each.column in known)
        lassos = tuple(each for each in self.lassos if {each.x, each.y} <= set(known))
        return replace(self, ranges=ranges, lassos=lassos)

    def leaving_out(self, rows: KeySet) -> "Filters":
        """Leave named rows out as well; a set of the same title gives way to it."""
        return replace(self, key_sets=(*self.without_key_set(rows.title).key_sets, replace(rows, outside=True)))

    def without_key_set(self, title: str) -> "Filters":
        """Without the set of rows of this title."""
        return replace(self, key_sets=tuple(each for each in self.key_sets if each.title != title))

    def with_marked(self, marked: Marked) -> "Filters":
        """Only rows of this mark."""
        return replace(self, marked=marked)

    def with_tags(self, tags: Iterable[str]) -> "Filters":
        """Only rows that have all of these tags."""
        return replace(self, tags=tuple(tags))

    def with_area(self, area: MapArea) -> "Filters":
        """Set the area of the map, in place of the one there was."""
        return replace(self, area=area)

    def with_cluster(self, cluster: MapCluster) -> "Filters":
        """Only rows of this cluster, in place of those asked for or of leaving it out; others stay left out."""
        return replace(self, clusters=(*self.without_clusters(cluster).clusters, cluster))

    def without_clusters(self, left_out: MapCluster | None = None) -> "Filters":
        """Without asking for rows of a cluster, and without leaving this one out; others stay left out."""
        less = replace(left_out, outside=True) if left_out else None
        return replace(self, clusters=tuple(each for each in self.clusters if each.outside and each != less))

    def cleared(self) -> "Filters":
        """Only the choice of datasets."""
        return Filters(self.dataset_ids)
