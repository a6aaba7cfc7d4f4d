"""Which rows are looked at: datasets, ranges and lassos of indicators, and words, all of which must hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


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
    points: tuple[tuple[float, float], ...]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Filters:
    """All filters in force. Empty `dataset_ids` means every dataset; `text` is sought in question and answer."""

    dataset_ids: tuple[int, ...] = ()
    ranges: tuple[Range, ...] = ()
    lassos: tuple[Lasso, ...] = ()
    text: str = ""

    @property
    def active(self) -> bool:
        """Whether anything but the choice of datasets narrows the rows."""
        return bool(self.ranges or self.lassos or self.text)

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
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Filters":
        return cls(
            dataset_ids=tuple(values.get("dataset_ids", ())),
            ranges=tuple(Range(r["column"], r["low"], r["high"]) for r in values.get("ranges", ())),
            lassos=tuple(
                Lasso(s["x"], s["y"], tuple((p[0], p[1]) for p in s["points"]), s["log_x"], s["log_y"])
                for s in values.get("lassos", ())
            ),
            text=values.get("text", ""),
        )
