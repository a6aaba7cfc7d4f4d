"""Ranges of scores as people type them: `reward>0.5`, `10<=output_length<=200`, `reward=missing`, `not reward<0`."""

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from core.errors import SelectionError
from core.rows.filters import Filters, Range

_SIGN = r"\s*(<=|>=|<|>)\s*"
_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_ONE = re.compile(rf"\s*(\w+){_SIGN}{_NUMBER}\s*")
_BETWEEN = re.compile(rf"\s*{_NUMBER}{_SIGN}(\w+){_SIGN}{_NUMBER}\s*")
_NOT = re.compile(r"\s*not\s+(?!not\b)(.+)")
_MISSING = re.compile(r"\s*(\w+)\s*={1,2}\s*missing\s*")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def typed_range(text: str, columns: Collection[str]) -> Range:
    """The range that a text means. With `<` and `>` the number itself lies outside; after `not` its rows are left out.

    Args:
        columns: that may be named.

    Raises:
        SelectionError: it means none, or a column that is not there.
    """
    if negated := _NOT.fullmatch(text):
        return replace(typed_range(negated[1], columns), outside=True)
    missing = _MISSING.fullmatch(text)
    if missing:
        column, bounds = missing[1], []
    elif one := _ONE.fullmatch(text):
        column, bounds = one[1], [(one[2], float(one[3]))]
    elif between := _BETWEEN.fullmatch(text):
        column, bounds = between[3], [(_TURNED[between[2]], float(between[1])), (between[4], float(between[5]))]
    else:
        raise SelectionError(
            "This is not a score range.",
            where=text,
            mend='Write "reward>0.5", "10<=output_length<=200", "reward=missing" or one of these after "not".',
        )
    if column not in columns:
        raise SelectionError(f"Unknown score: {column}.", where=text, mend=f"Choose from {', '.join(columns)}.")
    low = max((_inside(sign, value) for sign, value in bounds if sign[0] == ">"), default=None)
    high = min((_inside(sign, value) for sign, value in bounds if sign[0] == "<"), default=None)
    return Range(column, low, high, bool(missing))


def with_typed_ranges(filters: Filters, texts: Iterable[str], columns: Collection[str]) -> Filters:
    """The filters with typed ranges as well, all of which must hold; several of one column narrow each other.

    Raises:
        SelectionError: as `typed_range`, or a column is to be missing and in a range.
    """
    for each in (typed_range(text, columns) for text in texts):
        if each.outside:
            filters = filters.dropping(each)
            continue
        there = [known for known in (filters.range_of(each.column), each) if known is not None]
        if any(known.missing for known in there):
            if not all(known.missing for known in there):
                raise SelectionError(
                    f"A row without {each.column} lies in none of its ranges.", mend="Ask for one of the two."
                )
            filters = filters.with_missing(each.column)
            continue
        low = max((known.low for known in there if known.low is not None), default=None)
        high = min((known.high for known in there if known.high is not None), default=None)
        filters = filters.with_range(each.column, low, high)
    return filters


def _inside(sign: str, value: float) -> float:
    """The outermost number that a sign lets in."""
    return {">": math.nextafter(value, math.inf), "<": math.nextafter(value, -math.inf)}.get(sign, value)
