"""Which rows are looked at: by dataset, indicators, words, marks, place on the map and lists; all of it must hold."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

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
class Range:
    """`low` ≤ column ≤ `high`; an open end is None."""

    column: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Lasso:
    """A polygon in the plane of two columns, drawn in their values or, on a log axis, in their log10."""

    x: str
    y: str
    points: Points
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class MapArea:
    """A polygon on the map of this number."""

    map_id: str
    points: Points


@dataclass(frozen=True)
class KeySet:
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


@dataclass(frozen=True)
class Filters:
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

    def with_lasso(self, lasso: Lasso) -> "Filters":
        """Set the lasso of one pair of columns, in place of the one it had."""
        others = tuple(each for each in self.lassos if (each.x, each.y) != (lasso.x, lasso.y))
        return replace(self, lassos=(*others, lasso))

    def without(self, column: str) -> "Filters":
        """Without the range of one column: what that column's own histogram is drawn from."""
        return replace(self, ranges=tuple(each for each in self.ranges if each.column != column))

    def without_lasso(self, x: str, y: str) -> "Filters":
        return replace(self, lassos=tuple(each for each in self.lassos if (each.x, each.y) != (x, y)))

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

    def as_dict(self) -> dict[str, Any]:
        """As JSON values, for a manifest or a setting."""
        return {
            "dataset_ids": list(self.dataset_ids),
            "ranges": [{"column": r.column, "low": r.low, "high": r.high} for r in self.ranges],
            "lassos": [
                {"x": s.x, "y": s.y, "points": [list(p) for p in s.points], "log_x": s.log_x, "log_y": s.log_y}
                for s in self.lassos
            ],
            "text": self.text,
            "marked": str(self.marked),
            "area": asdict(self.area) if self.area else None,
            "likeness": asdict(self.likeness) if self.likeness else None,
            "key_sets": [asdict(each) for each in self.key_sets],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Filters":
        return cls(
            dataset_ids=tuple(values.get("dataset_ids", ())),
            ranges=tuple(Range(r["column"], r["low"], r["high"]) for r in values.get("ranges", ())),
            lassos=tuple(
                Lasso(s["x"], s["y"], _points(s["points"]), s["log_x"], s["log_y"]) for s in values.get("lassos", ())
            ),
            text=values.get("text", ""),
            marked=Marked(values.get("marked", "")),
            area=MapArea(area["map_id"], _points(area["points"])) if (area := values.get("area")) else None,
            likeness=_key_set(found) if (found := values.get("likeness")) else None,
            key_sets=tuple(_key_set(each) for each in values.get("key_sets", ())),
        )


def _points(values: Iterable[Any]) -> Points:
    return tuple((point[0], point[1]) for point in values)


def _key_set(values: Mapping[str, Any]) -> KeySet:
    return KeySet(values["title"], tuple(values["keys"]), values["outside"], tuple(values["similarities"]))
