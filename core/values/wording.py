"""What is wrong with a value, in words: the value, and what is allowed."""

from __future__ import annotations

import difflib
import reprlib
import types
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST = 60  # characters of a value that are shown
DEEPEST = 10  # steps of a path that are shown
_KINDS = {str: "text", Path: "text", int: "a whole number", float: "a number", bool: "true or false"}
# By pydantic's name of a fault: the sentence, with the value as {given} and what pydantic knows of the limit.
_SENTENCES = {
    "missing": "it is missing",
    "int_type": "{given} is not a whole number",
    "int_from_float": "{given} is not a whole number",
    "int_parsing": "{given} is not a whole number",
    "int_parsing_size": "{given} is too large a number",
    "float_type": "{given} is not a number",
    "float_parsing": "{given} is not a number",
    "finite_number": "{given} is not a finite number",
    "string_type": "{given} is not text",
    "path_type": "{given} is not a path",
    "string_pattern_mismatch": "{given} is not of the form {pattern}",
    "bool_type": "{given} is neither true nor false",
    "greater_than": "{given} is not above {gt:g}",
    "greater_than_equal": "{given} is less than {ge:g}",
    "less_than": "{given} is not below {lt:g}",
    "less_than_equal": "{given} is greater than {le:g}",
    "tuple_type": "{given} is not a list",
    "list_type": "{given} is not a list",
    "dict_type": "{given} is not an object of names and values",
    "dataclass_type": "{given} is not an object of names and values",
    "dataclass_exact_type": "{given} is not an object of names and values",
    "string_too_short": "it is empty",
    "refused": "{sentence}",
}


def told(fault: ErrorDetails, kind: Any, path: Sequence[Any]) -> str:
    """The sentence for a fault that pydantic found in a value of that kind, at that path."""
    name, given, limits = fault["type"], shortened(fault["input"]), fault.get("ctx", {})
    if name == "unexpected_keyword_argument":
        return f"there is no such value{meant(str(path[-1]), _names_beside(kind, path))}"
    if get_origin(_type_at(kind, path)) in (Union, types.UnionType):
        return f"{given} is {_neither(get_args(_type_at(kind, path)))}"
    if name in ("enum", "literal_error"):
        return f"{given} is none of {_choices(kind, path)}"
    if name in ("too_short", "too_long"):
        return f"it has {limits['actual_length']} values, not {limits.get('min_length', limits.get('max_length'))}"
    return _SENTENCES[name].format(given=given, **limits) if name in _SENTENCES else fault["msg"].lower()


def meant(name: str, known: Sequence[str]) -> str:
    """What is added where a name is not known: the nearest one that is, or all of a few."""
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there are {', '.join(known)}" if known else ""


def shortened(value: object) -> str:
    """A value as it is shown: `'eqal'`, `12`, `true`, and the beginning of a long one."""
    try:
        shown = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    except RecursionError:
        shown = reprlib.repr(value)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def located(at: str, path: Sequence[Any]) -> str:
    """A path in words: `selection.filters.ranges[2].low`; after a file's name, `rule.toml: terms[0].coefficient`."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{shortened_name(step)}" for step in path[:DEEPEST])
    steps += "…" if len(path) > DEEPEST else ""
    if at.endswith(": "):
        return at + steps.removeprefix(".") if steps else at.removesuffix(": ")
    return f"{at}{steps}" if at else steps.removeprefix(".")


def shortened_name(name: object) -> str:
    """A name as it is shown in a path."""
    shown = str(name).encode(errors="backslashreplace").decode()
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _choices(kind: Any, path: Sequence[Any]) -> str:
    """What is allowed at a path, where that is one of some words."""
    allowed = _type_at(kind, path)
    found = get_args(allowed) if get_origin(allowed) is Literal else [each.value for each in allowed]
    return ", ".join(str(each) for each in found if each != "")


def _names_beside(kind: Any, path: Sequence[Any]) -> list[str]:
    """The names that may stand at a path."""
    parent = _type_at(kind, path[:-1])
    return [each.name for each in fields(parent)] if is_dataclass(parent) else []


def shown_path(kind: Any, path: Sequence[Any]) -> list[Any]:
    """A path that pydantic gives, without what it says of the parts of a union."""
    for place in range(len(path)):
        if get_origin(_type_at(kind, path[:place])) in (Union, types.UnionType):
            return list(path[:place])
    return list(path)


def _neither(allowed: Sequence[Any]) -> str:
    words = list(dict.fromkeys(_KINDS.get(each, "") for each in allowed))
    words = [word for word in words if word]
    return f"neither {' nor '.join(words)}" if len(words) > 1 else f"not {''.join(words)}"


def _type_at(kind: Any, path: Sequence[Any]) -> Any:
    """The type of what stands at a path within a value of a kind; a path leads through fields, tuples and mappings."""
    for step in path:
        kind, parts = _bare(kind), get_args(_bare(kind))
        if is_dataclass(kind):
            kind = get_type_hints(kind, include_extras=True).get(str(step), Any)
        elif get_origin(kind) is tuple:
            kind = parts[0] if Ellipsis in parts else parts[step]
        elif get_origin(kind) is Sequence:
            kind = parts[0]
        else:
            kind = parts[-1] if parts else Any
    return _bare(kind)


def _bare(kind: Any) -> Any:
    """A type without what may stand around it: limits, and None beside it."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    parts = [each for each in get_args(kind) if each is not type(None)]
    if get_origin(kind) in (Union, types.UnionType) and len(parts) == 1:
        return _bare(parts[0])
    return kind
