"""The door: what a user, a file, a command or a notebook gives becomes a frozen typed value here, or a sentence.

A kind of value is a frozen dataclass that inherits `Value`; its annotations say what is allowed. `read` makes one from
JSON values: names that are not known, wrong types, numbers out of range and settings that would be ignored are refused
by their path. Code that makes a value itself is not checked again.
"""

from __future__ import annotations

import json
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from core.errors import ValueRefused
from core.value_wording import located, shortened, told

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationInfo
    from pydantic_core import CoreSchema

DEEPEST = 100  # of lists and objects in one another; no value of ours has ten
_WHOLE = 2**63  # whole numbers beyond it are nothing that the store or an array holds
_SUSPECT = re.compile(r"\d{19}|\\u0000")  # in JSON: numbers that may be too large, and NUL


class Door(Enum):
    """Where values come from, and so what becomes of those that change nothing."""

    USER = "user"  # refused, as are names that are not known
    FILE = "file"  # that a studio wrote: what would be ignored falls away
    STORE = "store"  # of this studio, perhaps an older one: names that are not known any more fall away, too


class Value:
    """What every kind of value inherits: strict types, no unknown names, finite numbers."""

    # pydantic reads these; written plainly, so that a command that reads no value need not load it.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}

    def refusals(self) -> Iterable[tuple[str, str]]:
        """Fields whose values make no sense together, each with what is wrong."""
        return ()

    def idle(self) -> Iterable[tuple[str, str]]:
        """Fields that would be ignored where they are not at their defaults, each with what they need."""
        return ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {each.name: to_plain(getattr(self, each.name)) for each in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.with_info_after_validator_function(_sensible, handler(source))


class _Undefined:
    """Allows a number to be NaN."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.float_schema(strict=True, allow_inf_nan=True)


MaybeUndefined = Annotated[float, _Undefined()]  # a measured figure; NaN where it could not be measured
Kind = TypeVar("Kind", bound=Value)
_DOOR = "door"


def read(kind: type[Kind], values: object, at: str = "", door: Door = Door.USER) -> Kind:
    """The value of that kind.

    Args:
        values: JSON values by name, or a value of that kind, which is checked again.
        at: what is read, the first part of the path in what is refused: `selection`.
        door: see `Door`.

    Raises:
        ValueRefused: the first thing that is wrong, by its path.
    """
    from pydantic import ValidationError

    wanted: Any = kind  # mypy does not take a type variable's class for hashable
    while True:
        try:
            # Read as JSON: there a list is a tuple and a text an enum's member, and still no text is a number.
            return _adapter(wanted).validate_json(f"[{_as_json(values, at)}]", context={_DOOR: door})[0]
        except ValidationError as error:
            faults = error.errors(include_url=False)
        unknown = [each["loc"][1:] for each in faults if each["type"] == "unexpected_keyword_argument"]
        if not (door is Door.STORE and unknown):
            first = faults[0]
            path = (*first["loc"][1:], *((first["ctx"]["field"],) if first["type"] == "refused" else ()))
            raise ValueRefused(told(first, kind, path), where=located(at, path))
        values = _without(to_plain(values), unknown)


def changed(value: Kind, changes: Mapping[str, Any], at: str = "") -> Kind:
    """The value with other fields, checked as a whole.

    Raises:
        ValueRefused: as `read`.
    """
    return read(type(value), value.as_dict() | dict(changes), at)


def mended(kind: type[Kind], values: object) -> Kind:
    """A setting of the studio's own as it was kept; fields that are damaged or not known any more are at their default.

    Every field of the kind has a default.
    """
    try:
        return read(kind, values, door=Door.STORE)
    except ValueRefused:
        good: dict[str, Any] = {}
    for name, value in values.items() if isinstance(values, Mapping) else ():
        try:
            read(kind, {**good, name: value}, door=Door.STORE)
        except ValueRefused:
            continue
        good[name] = value
    return read(kind, good, door=Door.STORE)


def to_plain(value: Any) -> Any:
    """The JSON values of a value: what `read` makes it from."""
    if isinstance(value, Value):
        return value.as_dict()
    if isinstance(value, Mapping):
        return {name.value if isinstance(name, Enum) else name: to_plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return value
    return int(value) if isinstance(value, numbers.Integral) else float(value)  # numpy's, too


@cache
def _adapter(kind: Any) -> TypeAdapter[tuple[Any]]:
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[kind])


def _sensible(value: Any, info: ValidationInfo) -> Any:
    """The value, if its fields make sense together; called by pydantic for every `Value` that it makes."""
    from pydantic_core import PydanticCustomError

    wrong = next(iter(value.refusals()), None)
    idle = [(name, needed) for name, needed in value.idle() if getattr(value, name) != _default(value, name)]
    if idle and not wrong and (info.context or {}).get(_DOOR, Door.USER) is not Door.USER:
        return replace(value, **{name: _default(value, name) for name, _ in idle})
    for name, needed in idle:
        given = shortened(to_plain(getattr(value, name)))
        wrong = wrong or (name, f"{given} would be ignored: it needs {needed}")
    if wrong:
        raise PydanticCustomError("refused", "{sentence}", {"field": wrong[0], "sentence": wrong[1]})
    return value


def _default(value: Any, name: str) -> Any:
    field: Field = value.__dataclass_fields__[name]
    return field.default if field.default_factory is MISSING else field.default_factory()


def _as_json(values: object, at: str) -> str:
    """JSON text of values that are given.

    Raises:
        ValueRefused: something in it can't stand in JSON, or is too deep or too large.
    """
    try:
        text = json.dumps(values, default=_written, ensure_ascii=False)
        text.encode()
        if not _SUSPECT.search(text):
            return text
    except (OverflowError, RecursionError, TypeError, ValueError):
        text = ""
    for path, each, depth in _parts(values):
        if wrong := _unwritable(each, depth):
            raise ValueRefused(wrong, where=located(at, path))
    if not text:
        raise ValueRefused("it can't be written as JSON", where=at)
    return text


def _written(value: object) -> Any:
    """What stands in JSON for something that JSON has not."""
    if isinstance(value, Value):
        return {each.name: getattr(value, each.name) for each in fields(value)}  # type: ignore[arg-type]
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    plain = to_plain(value)
    if plain is value:
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return plain


def _parts(values: object) -> Iterator[tuple[tuple[Any, ...], object, int]]:
    """Every part of some values with its path and depth."""
    left: list[tuple[tuple[Any, ...], object, int]] = [((), values, 0)]
    while left:
        path, each, depth = left.pop()
        yield path, each, depth
        if isinstance(each, Value):
            each = _written(each)
        if isinstance(each, Mapping):
            left += [((*path, name), part, depth + 1) for name, part in each.items()]
            left += [(path, name, depth + 1) for name in each]
        elif isinstance(each, (list, tuple, set, frozenset)):
            left += [((*path, number), part, depth + 1) for number, part in enumerate(each)]


def _unwritable(value: object, depth: int) -> str:
    """What keeps a part of some values from being written as JSON, else ""."""
    if depth > DEEPEST:
        return f"it is nested more than {DEEPEST} levels deep"
    if isinstance(value, str):
        return f"{shortened(value)} holds a character that is no text" if _half_a_character(value) else ""
    if value is None or isinstance(value, (bool, Mapping, list, tuple, set, frozenset, Value, Enum, Path)):
        return ""
    if isinstance(value, numbers.Integral):
        return "" if -_WHOLE <= int(value) < _WHOLE else "it is too large a number"
    return "" if isinstance(value, numbers.Real) else f"{type(value).__name__} is no kind of value that can be given"


def _half_a_character(text: str) -> bool:
    """Whether a text holds a lone surrogate or NUL, which no file or table keeps."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\0" in text


def _without(values: Any, paths: Iterable[tuple[Any, ...]]) -> Any:
    """Plain values without those at some paths."""
    for path in paths:
        part = values
        for name in path[:-1]:
            part = part[name]
        del part[path[-1]]
    return values
