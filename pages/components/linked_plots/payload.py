"""What the browser is sent: counts and scales as JSON, a cube packed."""

import base64
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.rows.filters import Filters
from core.rows.marks import Mark
from core.store.plot_counts import BY_MARK, DataCube, LinkedCounts
from core.store.plot_scale import PlotScale
from pages.components.palette import COLOURS, MARK_LOOKS, dataset_colour

MOST_GROUPS = 8
OTHERS = "#8a6d8f"
SPLITS = (DATASET, MARK) = ("dataset", "mark")
ACTS = (DROP, SELECT, BEST) = ("drop", "select", "best")


@dataclass(frozen=True)
class Group:
    """Rows that are drawn in one colour: those of datasets, or of a mark."""

    name: str
    colour: str
    members: tuple[int, ...] | Mark


def groups_of(names: Mapping[int, str], rows: Mapping[int, int]) -> list[Group]:
    """A group for each dataset; where they are more than eight, the largest by themselves and the rest as one."""
    ordered = sorted(names, key=lambda number: (-rows.get(number, 0), number))
    alone = sorted(ordered[: MOST_GROUPS if len(ordered) <= MOST_GROUPS else MOST_GROUPS - 1])
    free = [each for each in COLOURS if each not in {dataset_colour(number) for number in alone}]
    groups: list[Group] = []
    for number in alone:
        taken = {each.colour for each in groups}
        own = dataset_colour(number)
        groups.append(Group(names[number], free.pop(0) if own in taken else own, (number,)))
    rest = tuple(ordered[len(alone) :])
    return [*groups, Group(f"{len(rest)} others", OTHERS, rest)] if rest else groups


def groups_of_marks() -> list[Group]:
    """A group for each mark, and one for rows without: not in grey, which means filtered out here."""
    return [Group(MARK_LOOKS[mark][0], MARK_LOOKS[mark][1] if mark else COLOURS[0], mark) for mark in BY_MARK]


def cube_tag(column: str, filters: Filters, state: Sequence[object]) -> str:
    """A name for the pairs of a plot: the same as long as they are the same."""
    return hashlib.sha256(repr((column, filters.without(column), state)).encode()).hexdigest()[:16]


def packed(cube: DataCube) -> str:
    """All counts of a cube, its own first: four planes of bytes, the lowest first, deflated, in base64."""
    counts = np.concatenate([each.ravel() for each in (cube.own, *cube.pairs.values())]).astype("<u4")
    planes = counts.view(np.uint8).reshape(-1, 4).T.tobytes()
    return base64.b64encode(zlib.compress(planes, 6)).decode("ascii")


def plot_data(
    scale: PlotScale, shift: int, counts: LinkedCounts, before: LinkedCounts | None, filters: Filters
) -> dict[str, Any]:
    """One plot's scale, counts and range."""
    chosen = filters.range_of(scale.column)
    return {
        "column": scale.column,
        "log": scale.log,
        "exponent": scale.exponent,
        "first": scale.first,
        "steps": scale.steps,
        "whole": scale.whole,
        "below": scale.has_below,
        "missing": scale.has_missing,
        "shift": shift,
        "bars": counts.bars[scale.column].tolist(),
        "before": None if before is None else before.bars[scale.column].sum(axis=0).tolist(),
        "range": chosen and {"low": chosen.low, "high": chosen.high, "missing": chosen.missing},
    }


def with_told_ranges(filters: Filters, told: object, columns: Sequence[str]) -> Filters:
    """The filters with what a browser says of its plots; what makes no sense changes nothing."""
    ranges = told.get("ranges") if isinstance(told, Mapping) else None
    for column, range_told in ranges.items() if isinstance(ranges, Mapping) else ():
        if column not in columns:
            continue
        if range_told is None:
            filters = filters.without(column)
        elif isinstance(range_told, Mapping) and range_told.get("missing") is True:
            filters = filters.with_missing(column)
        elif isinstance(range_told, Mapping):
            low, high = _number(range_told.get("low")), _number(range_told.get("high"))
            if (low, high) != (None, None):
                filters = filters.with_range(column, low, high)
    return filters


def told_act(told: object, columns: Sequence[str]) -> tuple[str, str, int, bool] | None:
    """What a browser asks to be done with a range, its column, rows and whether the lowest; None where nothing."""
    then = told.get("then") if isinstance(told, Mapping) else None
    if not isinstance(then, Mapping) or then.get("act") not in ACTS or then.get("column") not in columns:
        return None
    rows = _number(then.get("rows"))
    return str(then["act"]), str(then["column"]), max(1, int(rows or 1)), then.get("lowest") is True


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
        return float(value)
    return None
