"""How rows are looked at: which, in what order, with which columns and colours. It fits into an address."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.rows.filters import Filters
from core.values import Value, mended

FILE_ORDER = "position"
LONGEST = 6_000  # characters of an address, which servers and browsers take
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class View(Value):
    """A look at the rows.

    Attributes:
        sort: a column of the table; `position` is the order of the files.
        columns: of the table, in this order; all where empty.
        colour: by what the map is coloured; "" where none was chosen.
    """

    filters: Filters = field(default_factory=Filters)
    sort: str = FILE_ORDER
    descending: bool = False
    columns: tuple[str, ...] = ()
    colour: str = ""


def encoded(view: View) -> str:
    """A view as letters, digits, `-` and `_`; "" where that is longer than an address may be."""
    told = _less(view.as_dict(), View().as_dict())
    packed = zlib.compress(json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")
    return text if len(text) <= LONGEST else ""


def decoded(text: str) -> View | None:
    """The view that `encoded` made this of; None where it is none."""
    try:
        unpacking = zlib.decompressobj()
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        told = json.loads(unpacking.decompress(packed, _MOST_BYTES))
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        return None
    return mended(View, told) if isinstance(told, dict) else None


def _less(told: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is as usual."""
    found = {}
    for name, value in told.items():
        if value != usual[name]:
            found[name] = _less(value, usual[name]) if isinstance(usual[name], Mapping) else value
    return found
