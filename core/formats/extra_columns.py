"""The columns that are no part of a row, as the JSON that is kept beside it."""

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

import orjson

from core.formats.cells import text_of
from core.rows.row import OTHER

_MAX_DEPTH = 250


def as_extra(columns: Mapping[str, Any]) -> str | None:
    """The columns as JSON with sorted names; None where there are none. What an export packed into one is unpacked.

    Raises:
        CellFaultError: a text in them can't be kept.
        RecursionError: nested deeper than every later reader can follow.
    """
    packed = _packed(columns.get(OTHER))
    if packed.keys().isdisjoint(columns.keys() - {OTHER}) and packed:
        columns = {name: value for name, value in columns.items() if name != OTHER} | packed
    return _written(columns) if columns else None


def _packed(cell: Any) -> dict[str, Any]:
    """The columns that an export wrote as the one JSON text in this cell; none where it is another's."""
    if not isinstance(cell, str) or not cell.startswith("{"):
        return {}
    try:
        found = json.loads(cell)
        return found if _written(found) == cell else {}
    except (ValueError, RecursionError):
        return {}


def _written(columns: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(columns, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=_plain).decode()
    except (orjson.JSONEncodeError, UnicodeError):
        return _slow_json(columns)


def _slow_json(columns: Mapping[str, Any]) -> str:
    """For what the fast writer refuses: whole numbers over 64 bits, lone surrogates."""
    if _deeper_than(columns, _MAX_DEPTH):
        raise RecursionError
    text = json.dumps(_readable(columns), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text_of(text, ", ".join(columns))


def _readable(value: Any) -> Any:
    """A value without the numbers that readers of JSON refuse: no number is null, one past all floats its digits."""
    if isinstance(value, Mapping):
        return {str(name): _readable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if type(value) is int and value.bit_length() > sys.float_info.max_exp - 1 else value


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        values = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [inner for each in values for inner in each]
    return bool(level)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return str(value)
