"""Values with something wrong in them: names, types, numbers, characters and depth, as hypothesis draws them."""

import copy
import math
from typing import Any

from hypothesis import strategies as st

ODD_NUMBERS = [0, -1, 1, 2**31, 2**63, -(2**64), 10**30, 10**400, 0.5, -0.0, 1e308, -1e308, 1e-320]
ODD_NUMBERS += [math.nan, math.inf, -math.inf]
ODD_TEXTS = [
    "",
    " ",
    "10",
    "true",
    "null",
    "eqal",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff.json",
    "é\u202e",
    "../../x",
    "𝕏" * 40,
    "x" * 5000,
]
ODD = [*ODD_NUMBERS, *ODD_TEXTS, True, False, None, [], {}, [[]], [None], {"": {}}, {"kind": 1}]


def deep(levels: int, lists: bool) -> Any:
    """So many lists or objects in one another."""
    value: Any = 1
    for _ in range(levels):
        value = [value] if lists else {"a": value}
    return value


@st.composite
def mutated(draw: st.DrawFn, example: Any) -> Any:
    """An example with one to three things changed; JSON values as Python's parser gives them."""
    value = copy.deepcopy(example)
    for _ in range(draw(st.integers(1, 3))):
        value = _changed(draw, value)
    return value


def _changed(draw: st.DrawFn, value: Any) -> Any:
    """One part of a value changed, which is as likely to be deep inside as at the top."""
    inner = value if isinstance(value, (dict, list)) else None
    if not inner or draw(st.integers(0, 3)) == 0:
        return _replaced(draw, value)
    if isinstance(inner, dict):
        name = draw(st.sampled_from(sorted(inner)))
        way = draw(st.sampled_from(["inside", "inside", "inside", "remove", "rename", "add"]))
        if way == "inside":
            inner[name] = _changed(draw, inner[name])
        elif way == "add":
            inner[draw(st.sampled_from([*ODD_TEXTS, "rows", "kind", f"{name}s"]))] = _odd(draw)
        else:
            kept = inner.pop(name)
            if way == "rename":
                inner[draw(st.sampled_from([name[:-1], name.upper(), f"{name} ", f"x_{name}", "\ud800"]))] = kept
        return inner
    place = draw(st.integers(0, len(inner) - 1))
    way = draw(st.sampled_from(["inside", "inside", "remove", "twice"]))
    if way == "inside":
        inner[place] = _changed(draw, inner[place])
    elif way == "remove":
        del inner[place]
    else:
        inner.append(inner[place])
    return inner


def _replaced(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, (int, float)) and draw(st.booleans()):
        return draw(st.sampled_from([str(value), [value], -value, bool(value)]))
    return _odd(draw)


def _odd(draw: st.DrawFn) -> Any:
    way = draw(st.integers(0, 9))
    if way == 0:
        return deep(draw(st.sampled_from([5, 99, 150, 5000])), draw(st.booleans()))
    return (
        draw(st.text(max_size=4) | st.integers() | st.floats())
        if way == 1
        else copy.deepcopy(draw(st.sampled_from(ODD)))
    )
