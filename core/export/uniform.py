"""What makes all rows of a file alike: which columns each has, what becomes text, and which rows stand first.

Readers such as `datasets` take columns and types from the beginning of a file (its first 10 MB) and stop at a row that
has others. So every row gets the columns of all, and a row that brings a type which the beginning has not shown moves
to the beginning. The free-form parts, tools and the arguments of their calls, become JSON text where they disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from core.export.json_text import json_text
from core.export.layouts import ExportOptions, ExportRow

BEGINNING_BYTES = 1 << 20
ITEMS = "[]"
_FREE_FORM = ("tools", "arguments")
_TEXTS = frozenset(("role", "content", "from", "value"))
_EMPTY: dict[str, Any] = {"system": "", "history": []}
_TOGETHER = ("system", "history")  # of Alpaca: trainers look for both or neither
Place = tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """How the rows of a file are made alike.

    Attributes:
        columns: those that some rows lack, with what they get there.
        as_text: places in a record whose value is written as JSON text.
        first: numbers of the rows that stand first, from 0.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    as_text: frozenset[Place] = frozenset()
    first: tuple[int, ...] = ()

    def applied(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record as it is written."""
        lacking = {name: value for name, value in self.columns.items() if name not in record}
        record = record | lacking
        for place in self.as_text:
            record = _with_text(record, place)
        return record


@dataclass
class Seen:
    """The kinds of value that were seen at one place of a record, and at the places within."""

    kinds: set[str] = field(default_factory=set)
    within: dict[str, "Seen"] = field(default_factory=dict)

    @property
    def disagrees(self) -> bool:
        """Whether no single type holds them all."""
        return len(self.kinds - {"whole"} if "number" in self.kinds else self.kinds) > 1

    def become_text(self, place: Place) -> None:
        """Note that what stands at a place within is written as text."""
        found = self
        for name in place:
            found = found.within[name]
        found.kinds, found.within = {"text"}, {}

    def type(self) -> pa.DataType:
        """The column type that holds them."""
        if self.disagrees or not self.kinds or (self.kinds == {"object"} and not self.within):
            return pa.string()
        if "list" in self.kinds:
            items = self.within.get(ITEMS)
            return pa.list_(items.type() if items else pa.string())
        if "object" in self.kinds:
            return pa.struct([(name, inner.type()) for name, inner in self.within.items()])
        plain = {"flag": pa.bool_(), "whole": pa.int64(), "number": pa.float64(), "text": pa.string()}
        return plain["number" if "number" in self.kinds else next(iter(self.kinds))]


class Survey:
    """Looks at the records of a file as they come and finds its plan."""

    def __init__(self, options: ExportOptions) -> None:
        self._nested_table = options.hub
        self._bytes = self._rows = 0
        self._counts: dict[str, int] = {}
        self._text: set[Place] = set()
        self.seen = Seen({"object"})
        self.held: dict[int, ExportRow] = {}

    def add(self, each: ExportRow, record: Mapping[str, Any], size: int) -> None:
        """Take a row into account.

        Args:
            size: of its line in bytes.
        """
        fresh: list[tuple[Place, bool]] = []
        for name, value in record.items():
            self._counts[name] = self._counts.get(name, 0) + 1
            seen = self.seen.within.setdefault(name, Seen())
            if type(value) is not str or "text" not in seen.kinds:
                _look(value, seen, (name,), fresh)
        late = self._bytes > BEGINNING_BYTES
        for place, disagrees in fresh:
            free = _free_form(place)
            if free is not None and (late or disagrees or self._nested_table):
                self._text.add(free)
            elif disagrees and place[-1] not in _TEXTS and len(place) > 1:
                self._text.add(place)
            elif late:
                self.held[self._rows] = each
        self._rows += 1
        self._bytes += size

    def plan(self) -> Plan:
        """The plan for the file, once every row was added."""
        lacking = {name for name, rows in self._counts.items() if rows < self._rows}
        if any(name in self._counts for name in _TOGETHER):
            lacking |= set(_TOGETHER)
        columns = {name: self._empty(name) for name in self.columns if name in lacking}
        for place in self._text:
            self.seen.become_text(place)
        return Plan(columns, frozenset(self._text), tuple(self.held))

    def _empty(self, name: str) -> Any:
        """What a row gets that lacks a column."""
        seen = self.seen.within.get(name)
        return _EMPTY.get(name, "" if seen and seen.kinds == {"text"} else None)

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the whole file."""
        together = _TOGETHER if any(name in self._counts for name in _TOGETHER) else ()
        return tuple(dict.fromkeys((*self._counts, *together)))


def _look(value: Any, seen: Seen, place: Place, fresh: list[tuple[Place, bool]]) -> None:
    kind = _kind(value)
    if kind and kind not in seen.kinds:
        seen.kinds.add(kind)
        fresh.append((place, seen.disagrees))
    if isinstance(value, list):
        for item in value:
            _look(item, seen.within.setdefault(ITEMS, Seen()), (*place, ITEMS), fresh)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _look(inner, seen.within.setdefault(name, Seen()), (*place, name), fresh)


def _kind(value: Any) -> str:
    """ "" for null, which goes with every kind."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "whole" if isinstance(value, int) else "number"
    return "list" if isinstance(value, list) else "object" if isinstance(value, dict) else ""


def _free_form(place: Place) -> Place | None:
    """The free-form part in which a place is, or that it is."""
    if place[0] == _FREE_FORM[0]:
        return place[:1]
    return place[: place.index(_FREE_FORM[1]) + 1] if _FREE_FORM[1] in place else None


def _with_text(value: Any, place: Place) -> Any:
    if not place:
        return value if isinstance(value, str) or value is None else json_text(value)
    name, *rest = place
    if isinstance(value, list) and name == ITEMS:
        return [_with_text(item, tuple(rest)) for item in value]
    if isinstance(value, dict) and name in value:
        return value | {name: _with_text(value[name], tuple(rest))}
    return value
