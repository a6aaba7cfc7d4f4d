"""One cell as text, or the reason why it can't be."""

import datetime
import decimal
import math
from typing import Any

from core.formats.encoding import first_surrogate, surrogate_error
from core.rows.row import clean_text

MAX_CELL_CHARACTERS = 1_000_000


class Unreadable:
    """Stands for a cell whose content can't be had at all."""

    def __repr__(self) -> str:
        return "an unreadable value"


class CellFaultError(Exception):
    """A cell that can't be used. `told` is reason and mend; becomes a Rejection where the row is known."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason, mend)
        self.told = (reason, mend)


def text_of(cell: Any, column: str) -> str:
    """A cell as clean text: numbers and truth values are written out, null and NaN are empty.

    Raises:
        CellFaultError: an object or list where text should be, over the limit, NUL bytes, invalid Unicode.
    """
    if type(cell) is not str:
        cell = _written(cell, column)
    text = clean_text(cell)
    if text.isascii() and len(text) <= MAX_CELL_CHARACTERS and "\0" not in text:
        return text
    if len(text) > MAX_CELL_CHARACTERS:
        raise CellFaultError(
            f"The column “{column}” has {len(text):,} characters (maximum {MAX_CELL_CHARACTERS:,}).",
            "Shorten the text, or remove the row.",
        )
    if "\0" in text:
        raise CellFaultError(
            f"The column “{column}” has a NUL byte at character {text.index(chr(0)) + 1}.",
            "Remove the NUL bytes; they often come from a damaged copy.",
        )
    if first_surrogate(text) >= 0:
        raise CellFaultError(*surrogate_error(text, column))
    return text


def _written(cell: Any, column: str) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float | decimal.Decimal):
        return str(cell)
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.decode(errors="surrogateescape")
    if isinstance(cell, Unreadable):
        raise CellFaultError(f"The column “{column}” has {cell}.", "Write it as text.")
    kind = "a list" if isinstance(cell, list | tuple) else "an object" if isinstance(cell, dict) else "not text"
    raise CellFaultError(
        f"The column “{column}” has {kind} instead of text.",
        "Write text there, or choose another column.",
    )
