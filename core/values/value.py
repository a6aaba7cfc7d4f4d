"""The door: what a user, a file, a command or a notebook gives becomes a frozen typed value here, or a sentence.

A kind of value is a frozen dataclass that inherits `Value`; its annotations say what is allowed. `read` makes one from
JSON values: names that are not known, wrong types, numbers out of range and settings that would be ignored are refused
by their path. Code that makes a value itself is not checked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from annotated_types import Ge, Le

from core.errors import ValueRefused, ValueUnknown
from core.values.plain import as_json, to_plain
from core.values.wording import located, shortened, shown_path, told

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationInfo
    from pydantic_core import CoreSchema


class Door(Enum):
    """Where values come from, and so what becomes of those that change nothing."""

    USER = "user"  # refused, as are names that are not known
    FILE = "file"  # that a studio wrote: what would be ignored falls away
    STORE = "store"  # of this studio, perhaps an older one: names that are not known any more fall away, too
    CHANGE = "change"  # as USER, but for what would be ignored
    FORM = "form"  # as STORE, but what is ignored now stays: it is in force again when another field changes


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


Positive = Annotated[int, Ge(1)]
NotNegative = Annotated[int, Ge(0)]
Seed = Annotated[int, Ge(0), Le(2**32 - 1)]  # what numpy and torch both take
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
            return _adapter(wanted).validate_json(f"[{as_json(values, at)}]", context={_DOOR: door})[0]
        except ValidationError as error:
            faults = error.errors(include_url=False)
        unknown = [each["loc"][1:] for each in faults if each["type"] == "unexpected_keyword_argument"]
        if not (unknown and door in (Door.STORE, Door.FORM)):
            first = faults[0]
            path = [*first["loc"][1:], *((first["ctx"]["field"],) if first["type"] == "refused" else ())]
            path = shown_path(kind, path)
            refused = ValueUnknown if unknown else ValueRefused
            raise refused(told(first, kind, path), where=located(at, path))
        values = _without(to_plain(values), unknown)


def changed(value: Kind, changes: Mapping[str, Any], at: str = "") -> Kind:
    """The value with other fields, checked as a whole.

    Raises:
        ValueRefused: as `read`; of what would be ignored, only changes are refused.
    """
    made = read(type(value), value.as_dict() | dict(changes), at, Door.CHANGE)
    for name, needed in made.idle():
        if name in changes and getattr(made, name) != _default(made, name):
            raise ValueRefused(_ignored(made, name, needed), where=located(at, [name]))
    return made


def mended(kind: type[Kind], values: object) -> Kind:
    """A setting of the studio's own as it was kept; fields that are damaged or not known any more are at their default.

    Every field of the kind has a default.
    """
    try:
        return read(kind, values, door=Door.FORM)
    except ValueRefused:
        good: dict[str, Any] = {}
    for name, value in values.items() if isinstance(values, Mapping) else ():
        try:
            read(kind, {**good, name: value}, door=Door.FORM)
        except ValueRefused:
            continue
        good[name] = value
    return read(kind, good, door=Door.FORM)


@cache
def _adapter(kind: Any) -> TypeAdapter[tuple[Any]]:
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[kind])


def _sensible(value: Any, info: ValidationInfo) -> Any:
    """The value, if its fields make sense together; called by pydantic for every `Value` that it makes."""
    from pydantic_core import PydanticCustomError

    door = (info.context or {}).get(_DOOR, Door.USER)
    wrong = next(iter(value.refusals()), None)
    idle = [] if door in (Door.CHANGE, Door.FORM) else value.idle()
    idle = [(name, needed) for name, needed in idle if getattr(value, name) != _default(value, name)]
    if idle and door is Door.USER:
        wrong = wrong or (idle[0][0], _ignored(value, *idle[0]))
    if wrong:
        raise PydanticCustomError("refused", "{sentence}", {"field": wrong[0], "sentence": wrong[1]})
    return replace(value, **{name: _default(value, name) for name, _ in idle}) if idle else value


def _ignored(value: Value, name: str, needed: str) -> str:
    return f"{shortened(to_plain(getattr(value, name)))} would be ignored: it needs {needed}"


def _default(value: Any, name: str) -> Any:
    field: Field = value.__dataclass_fields__[name]
    return field.default if field.default_factory is MISSING else field.default_factory()


def _without(values: Any, paths: Iterable[tuple[Any, ...]]) -> Any:
    """Plain values without those at some paths."""
    for path in paths:
        part = values
        for name in path[:-1]:
            part = part[name]
        del part[path[-1]]
    return values
