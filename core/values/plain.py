"""Typed values as JSON values and JSON text, and why something can't be one."""

import json
import numbers
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from core.errors import ValueRefused
from core.values.wording import located, shortened

DEEPEST = 100  # of lists and objects in one another; no value of ours has ten
LARGEST = 2**63 - 1  # whole numbers beyond it are nothing that the store or an array holds
_SUSPECT = re.compile(r"\d{19}|\\u0000")  # in JSON: numbers that may be too large, and NUL


def is_value(value: object) -> bool:
    """Whether it is a dataclass, whose fields stand in JSON."""
    return is_dataclass(value) and not isinstance(value, type)


def to_plain(value: Any) -> Any:
    """The JSON values of a value: what `read` makes it from."""
    if is_value(value):
        return value.as_dict() if hasattr(value, "as_dict") else {n: to_plain(v) for n, v in _written(value).items()}
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


def as_json(values: object, at: str) -> str:
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
        raise ValueRefused("it cannot be written as JSON", where=at)
    return text


def _written(value: Any) -> Any:
    """What stands in JSON for something that JSON has not."""
    if is_value(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    plain = value.tolist() if hasattr(value, "tolist") else to_plain(value)  # arrays, columns of tables
    if plain is value:
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return plain


def _parts(values: object) -> Iterator[tuple[tuple[Any, ...], object, int]]:
    """Every part of some values with its path and depth."""
    left: list[tuple[tuple[Any, ...], object, int]] = [((), values, 0)]
    while left:
        path, each, depth = left.pop()
        yield path, each, depth
        if is_value(each):
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
        return f"{shortened(value)} holds a character that is not text" if _half_a_character(value) else ""
    if value is None or is_value(value) or isinstance(value, (bool, Mapping, list, tuple, set, frozenset, Enum, Path)):
        return ""
    if isinstance(value, numbers.Integral):
        return "" if -LARGEST <= int(value) <= LARGEST else "it is too large a number"
    return "" if isinstance(value, numbers.Real) else f"{type(value).__name__} is not a kind of value that can be given"


def _half_a_character(text: str) -> bool:
    """Whether a text holds a lone surrogate or NUL, which no file or table keeps."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\0" in text
