"""The door of a method: what a notebook or a command gives is checked before anything is done."""

import inspect
import numbers
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, make_dataclass
from enum import Enum
from functools import cache, wraps
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from core.errors import ValueRefused, ValueUnknown
from core.values.plain import LARGEST
from core.values.value import Value, read
from core.values.wording import located, meant, shortened

_PLAIN = (str, int, float, bool, type(None), Path)


class CheckedMethods:
    """The public methods of what inherits this check their arguments against their annotations.

    Texts, numbers, paths and lists of them are read as values are; of any other class an argument must be an instance.
    What goes into `**changes` is left to the value that it changes. What is refused is named by the class's `name`, the
    method and the argument: `selections.select.rows`. Behind the door `_call` does what the method is for.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, member in list(vars(cls).items()):
            if name.startswith("_"):
                continue
            called = f"{cls.name}.{name}" if hasattr(cls, "name") else name
            if inspect.isfunction(member):
                setattr(cls, name, _checked(member, called))
            elif isinstance(member, property) and member.fget is not None:
                setattr(cls, name, property(_called(member.fget), doc=member.__doc__))
            elif isinstance(member, classmethod):
                setattr(cls, name, classmethod(_checked(member.__func__, called)))

    def _call(self, method: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """What a public method or property comes to; a kind of object may have it done elsewhere."""
        return method(self, *arguments, **named)


def _called(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A property's function, done by its object's `_call`."""

    @wraps(read)
    def called(self: CheckedMethods) -> Any:
        return self._call(read)

    return called


def _checked(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The method with its arguments checked.

    Args:
        name: of the method in what is refused.
    """

    @wraps(method)
    def checked(*arguments: Any, **named: Any) -> Any:
        signature = inspect.signature(method)
        try:
            bound = signature.bind(*arguments, **named)
        except TypeError as error:
            raise _unbound(signature, name, named, error) from error
        kind, others = _kind(method)
        given = {each: value for each, value in bound.arguments.items() if each in kind.__dataclass_fields__}
        if given:
            values = read(kind, given, name)
            for argument, value in given.items():
                found = getattr(values, argument)
                bound.arguments[argument] = tuple(found) if isinstance(value, tuple) else found
        for argument, annotation in others.items():
            if argument in bound.arguments and not _is(bound.arguments[argument], annotation):
                raise ValueRefused(_wrong(bound.arguments[argument], annotation), where=f"{name}.{argument}")
        owner, *rest = bound.args
        if isinstance(owner, type):  # of a class method
            return method(owner, *rest, **bound.kwargs)
        return owner._call(method, *rest, **bound.kwargs)

    return checked


def _unbound(signature: inspect.Signature, method: str, named: Mapping[str, Any], error: TypeError) -> ValueRefused:
    """Why arguments do not fit a method."""
    known = list(signature.parameters)[1:]
    if unknown := [name for name in named if name not in known]:
        return ValueUnknown(f"there is no such value{meant(unknown[0], known)}", where=located(method, unknown[:1]))
    given = [name for name in known if f"'{name}'" in str(error)]
    if given and "missing" in str(error):
        return ValueRefused("it is missing", where=f"{method}.{given[0]}")
    return ValueRefused(str(error), where=method)


@cache
def _kind(method: Callable[..., Any]) -> tuple[Any, dict[str, Any]]:
    """The kind of value that a method's plain arguments make, and the annotations of the others."""
    plain: list[Any] = []
    others: dict[str, Any] = {}
    for each in list(inspect.signature(method).parameters.values())[1:]:
        annotation = _evaluated(each.annotation, method)
        if each.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        if not _is_plain(annotation):
            others[each.name] = annotation
        elif each.kind is inspect.Parameter.VAR_POSITIONAL:
            plain.append((each.name, types.GenericAlias(tuple, (annotation, ...)), field(default=())))
        else:
            plain.append((each.name, annotation, field(default=None)))
    return make_dataclass("Arguments", plain, bases=(Value,), frozen=True), others


@cache
def paths_among(method: Callable[..., Any]) -> frozenset[str]:
    """Names of the arguments that may be paths."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    return frozenset(each.name for each in parameters if _may_be_path(_evaluated(each.annotation, method)))


def arguments_schema(method: Callable[..., Any]) -> dict[str, Any]:
    """The JSON schema of each argument by its name; {} of those that are of classes, and of `**changes`."""
    from pydantic import TypeAdapter

    kind, _ = _kind(method)
    made = TypeAdapter(kind).json_schema()["properties"] if kind.__dataclass_fields__ else {}
    found = {}
    for each in list(inspect.signature(method).parameters.values())[1:]:
        found[each.name] = {
            key: part for key, part in made.get(each.name, {}).items() if key not in ("title", "default")
        }
        if isinstance(each.default, (str, int, float)):
            found[each.name]["default"] = each.default
    return found


def _may_be_path(annotation: Any) -> bool:
    return annotation is Path or any(map(_may_be_path, get_args(annotation)))


def _evaluated(annotation: Any, method: Callable[..., Any]) -> Any:
    """An annotation; `Any` where its names are there for the type checker alone."""
    alone = types.SimpleNamespace(__annotations__={"it": annotation})  # one unknown name leaves the others known
    try:
        return get_type_hints(alone, inspect.unwrap(method).__globals__)["it"]
    except (AttributeError, NameError):
        return Any


def _is_plain(annotation: Any) -> bool:
    """Whether JSON values make it."""
    if get_origin(annotation) is None:
        return annotation in _PLAIN or (inspect.isclass(annotation) and issubclass(annotation, Enum))
    if get_origin(annotation) is Literal:
        return True
    holds = get_origin(annotation) in (Sequence, Mapping, list, tuple, dict, Union, types.UnionType)
    return holds and all(part is Ellipsis or _is_plain(part) for part in get_args(annotation))


def _is(value: Any, annotation: Any) -> bool:
    """Whether a value is of an annotation, as far as that can be told of an instance."""
    origin, parts = get_origin(annotation) or annotation, get_args(annotation)
    if origin in (Union, types.UnionType):
        return any(_is(value, part) for part in parts)
    if origin in (Iterable, Sequence) and parts:
        listed = isinstance(value, Iterable) and not isinstance(value, (str, Mapping))
        return listed and (isinstance(value, Iterator) or all(_is(each, parts[0]) for each in value))
    if origin is int:  # numpy's, too
        return isinstance(value, numbers.Integral) and -LARGEST <= int(value) <= LARGEST
    told = inspect.isclass(origin) and origin is not Any and not getattr(origin, "_is_protocol", False)
    return not told or isinstance(value, origin)


def _wrong(value: Any, annotation: Any) -> str:
    if isinstance(value, numbers.Integral) and abs(int(value)) > LARGEST:
        return "it is too large a number"
    return f"{shortened(value)} is not {_named(annotation)}"


def _named(annotation: Any) -> str:
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if get_origin(annotation) in (Union, types.UnionType):
        return " or ".join(map(_named, parts))
    if get_origin(annotation) in (Iterable, Sequence):
        return f"a list of {_named(parts[0])}"
    return getattr(get_origin(annotation) or annotation, "__name__", str(annotation))
