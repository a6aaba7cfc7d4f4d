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
    """`low` ≤ column ≤ `high`, an open end is None; or, where `missing`, the rows without a value."""

    column: str
    low: float | None = None
    high: float | None = None
    missing: bool = False

    def refusals(self) -> Iterable[tuple[str, str]]:
        if self.missing and (self.low is not None or self.high is not None):
            yield "missing", "rows without a value lie in no range"


@dataclass(frozen=True)
class Lasso(Value):
    """A polygon in the plane of two columns, drawn in their values or, on a log axis, in their log10."""

    x: str
    y: str
    points: Points
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class MapArea(Value):
    """A polygon on the map of this number."""

    map_id: str
    points: Points


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
        text: words sought in question and answer, in any case and order; what stands in quotes is one word.
        likeness: the rows that were found to be most like a text or a row.
        key_sets: rows left out by name; in a selection also what `area` and `marked` come to, which must not change
            with map and marks.
    """

    dataset_ids: tuple[int, ...] = ()
    ranges: tuple[Range, ...] = ()
    lassos: tuple[Lasso, ...] = ()
    text: str = ""
    marked: Marked = Marked.ANY
    area: MapArea | None = None
    likeness: KeySet | None = None
    key_sets: tuple[KeySet, ...] = ()

    @property
    def active(self) -> bool:
        """Whether anything but the choice of datasets narrows the rows."""
        return self != self.cleared()

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
        others = tuple(each for each in self.lassos if (each.x, each.y) != (lasso.x, lasso.y))
        return replace(self, lassos=(*others, lasso))

    def without(self, column: str) -> "Filters":
        """Without the range of one column: what that column's own histogram is drawn from."""
        return replace(self, ranges=tuple(each for each in self.ranges if each.column != column))

    def without_lasso(self, x: str, y: str) -> "Filters":
        return replace(self, lassos=tuple(each for each in self.lassos if (each.x, each.y) != (x, y)))

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

    def with_area(self, area: MapArea) -> "Filters":
        """Set the area of the map, in place of the one there was."""
        return replace(self, area=area)

    def cleared(self) -> "Filters":
        """Only the choice of datasets."""
        return Filters(self.dataset_ids)
