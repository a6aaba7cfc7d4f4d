"""Values as JSON on the way from one process of the studio to another, and back: the same values, and no code.

JSON's own values stand as they are; all else is an object with a `$` that says what it is: tuples, sets, mappings by
other keys than texts, paths, moments, members of enums, bytes, arrays and tables (as Arrow), dataclasses of the studio,
of which the fields travel, and its errors. What a field would read only when it is asked, such as the texts of similar
rows, is read before it travels.
"""

import base64
import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import core.errors
from core.errors import InputError, StudioError
from jobs.wire import tables

KIND = "$"  # of an object: what it stands for
OF = "of"
OWN = ("core", "jobs")  # packages whose dataclasses and enums travel
_PLAIN = {str, int, bool, type(None)}


def to_wire(value: Any) -> Any:
    """A value as JSON values.

    Raises:
        InputError: it is of a kind that can't travel.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return value if _PLAIN.issuperset(map(type, value)) else [to_wire(each) for each in value]
    if kind is float:
        return value if math.isfinite(value) else _tagged("float", repr(value))
    if kind is dict and KIND not in value and all(type(name) is str for name in value):
        return {name: to_wire(each) for name, each in value.items()}
    return _other(value)


def from_wire(sent: Any) -> Any:
    """The value that JSON values stand for.

    Raises:
        InputError: they stand for none.
    """
    if type(sent) is list:
        return sent if _PLAIN.issuperset(map(type, sent)) else [from_wire(each) for each in sent]
    if type(sent) is not dict:
        return sent
    if KIND not in sent:
        return {name: from_wire(each) for name, each in sent.items()}
    kind, of = sent[KIND], sent.get(OF)
    try:
        return _READ[kind](of) if kind in _READ else _of_own(_own_class(kind), of)
    except (TypeError, ValueError, KeyError, AttributeError, ImportError) as error:
        raise InputError(f"This is no value of the studio: {error}.", where=str(kind)) from error


@dataclass(frozen=True)
class Known:
    """In place of a function that would have read something: it has been read."""

    value: Any

    def __call__(self) -> Any:
        return self.value


def _tagged(kind: str, of: Any) -> dict[str, Any]:
    return {KIND: kind, OF: of}


def _other(value: Any) -> Any:
    """Of a value that JSON has not."""
    if isinstance(value, Enum):
        return _tagged(_named(type(value)), value.value)
    if is_dataclass(value) and type(value).__module__.partition(".")[0] in OWN:
        return _tagged(_named(type(value)), {each.name: _field(value, each.name) for each in fields(value)})
    if isinstance(value, StudioError):
        return _tagged("error", [type(value).__name__, value.what, value.where, value.mend])
    if isinstance(value, datetime) and type(value) is datetime:
        return _tagged("datetime", value.isoformat())
    if tables.is_table(value):
        return _tagged("table", tables.to_plain(value, to_wire))
    for name, (kinds, write, _) in _KINDS.items():
        if isinstance(value, kinds):
            return _tagged(name, write(value))
    raise InputError(
        f"{type(value).__name__} is of a kind that does not travel between the app and other processes.",
        mend="Close the app and try again.",
    )


def _field(value: Any, name: str) -> Any:
    found = getattr(value, name)
    if callable(found) and not isinstance(found, (type, Known)) and not is_dataclass(found):
        return _tagged("read", to_wire(found()))
    return to_wire(found)


def _named(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


@cache
def _own_class(name: str) -> type:
    """A dataclass or enum of the studio, by module and name.

    Raises:
        ValueError: it is none.
    """
    module, _, called = name.partition(":")
    found: Any = importlib.import_module(module) if module.partition(".")[0] in OWN else None
    for part in called.split("."):
        found = getattr(found, part)
    if not (isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum))):
        raise ValueError("it is no kind of value")
    return found


def _of_own(kind: Any, of: Any) -> Any:
    """A member of an enum, or a dataclass with these fields: what made it has checked them."""
    if issubclass(kind, Enum):
        return kind(from_wire(of))
    made = object.__new__(kind)
    for each in fields(kind):
        object.__setattr__(made, each.name, from_wire(of[each.name]))
    return made


def _error(of: Any) -> StudioError:
    kind, what, where, mend = of
    found = getattr(core.errors, kind, StudioError)
    family = found if isinstance(found, type) and issubclass(found, StudioError) else StudioError
    return family(what, where=where, mend=mend)


def _listed(value: Any) -> list[Any]:
    return [to_wire(each) for each in value]


def _paired(value: Mapping[Any, Any]) -> list[Any]:
    return [[to_wire(name), to_wire(each)] for name, each in value.items()]


# By name: what is written so, as what, and how it is read.
_KINDS: dict[str, tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tuple": (tuple, _listed, lambda of: tuple(from_wire(of))),
    "set": (set, _listed, lambda of: set(from_wire(of))),
    "frozenset": (frozenset, _listed, lambda of: frozenset(from_wire(of))),
    "list": (list, _listed, from_wire),
    "mapping": (Mapping, _paired, lambda of: {from_wire(name): from_wire(each) for name, each in of}),
    "range": (range, lambda value: [value.start, value.stop, value.step], lambda of: range(*of)),
    "path": (PurePath, str, Path),
    "date": (date, lambda value: value.isoformat(), date.fromisoformat),
    "seconds": (timedelta, lambda value: value.total_seconds(), lambda of: timedelta(seconds=of)),
    "bytes": (
        (bytes, bytearray, memoryview),
        lambda value: base64.b64encode(value).decode("ascii"),
        lambda of: base64.b64decode(of, validate=True),
    ),
    "text": (str, str.__str__, str),
    "number": (int, int.__int__, int),
}
_READ: dict[str, Callable[[Any], Any]] = {
    **{name: read for name, (_, _, read) in _KINDS.items()},
    "float": float,
    "datetime": datetime.fromisoformat,
    "read": lambda of: Known(from_wire(of)),
    "error": _error,
    "table": lambda of: tables.from_plain(of, from_wire),
}
