"""Why a piece of JSON was refused, in words that name the place and the mend."""

import json
import math
from collections.abc import Iterator
from typing import Any

from core.formats.encoding import first_surrogate, surrogate_error

DEEP = ("The JSON is nested too deeply.", "Write the data as text columns.")
MOST_COMMAS = 1_000  # before closing brackets of one row, that are passed over
_PYTHON_WORDS = ("None", "True", "False", "nan", "'")


def error_text(error: json.JSONDecodeError, row_start: int = 0) -> tuple[str, str]:
    """Reason and mend for the standard library's complaint; places are counted from where the row begins."""
    text, at = error.doc, error.pos
    before, after = text[:at].rstrip()[-1:], text[at : at + 12]
    place = f"at character {at - row_start + 1}"
    if "Unterminated string" in error.msg or not after.strip():
        return "The JSON is truncated.", "Download the file again, or complete the row."
    if before == "," and after[:1] in ("}", "]"):
        return f"There is a comma before a closing bracket {place}.", "Remove the comma."
    if error.msg.startswith("Extra data"):
        if after.startswith(","):
            return f"A comma follows the row {place}.", "Remove the comma: JSONL has none between rows."
        return f"There are more data after the end of the row {place}.", "Put each row on a line of its own."
    if after.startswith(_PYTHON_WORDS):
        return (
            f"This is Python syntax, not JSON ({place}).",
            "Write the rows with json.dumps: double quotes, null, true, false.",
        )
    if "control character" in error.msg:
        name = {"\t": "A tab", "\n": "A line end", "\r": "A line end", "\0": "A NUL byte"}.get(
            text[at : at + 1], f"The control character U+{ord(text[at : at + 1] or ' '):04X}"
        )
        return (
            f"{name} in a string is not escaped {place}.",
            "Escape it (\\t, \\n, \\u0000), or remove it.",
        )
    if "escape" in error.msg:
        return f"There is an invalid escape sequence {place}.", "Write a backslash in a string as \\\\."
    if "',' delimiter" in error.msg:
        return (
            f"A comma or closing bracket is missing {place}.",
            'Perhaps a quote inside a text is not escaped: write it as \\".',
        )
    if "':' delimiter" in error.msg:
        return f"The colon after a column's name is missing {place}.", 'Write each column as "name": "text".'
    if "property name" in error.msg:
        return f"A column's name in double quotes is missing {place}.", 'Write each column as "name": "text".'
    return f"There is no valid JSON value {place}.", "Correct the row, or remove it."


def without_comma(error: json.JSONDecodeError) -> str:
    """The text without the comma before a closing bracket that was complained of; "" where it was something else."""
    text, at = error.doc, error.pos
    before = text[:at].rstrip()
    if text[at : at + 1] not in ("}", "]") or not before.endswith(","):
        return ""
    return f"{before[:-1]} {text[len(before) :]}"


class DuplicateKeyDict:
    """Reads JSON objects as dicts and notices a name that one object has twice."""

    def __init__(self) -> None:
        self.repeated = ""

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs) and not self.repeated:
            seen: set[str] = set()
            self.repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        return made


def duplicate_key_text(name: str) -> tuple[str, str]:
    """Reason and mend for an object that has a name twice."""
    return f"The column “{name}” occurs twice.", "Remove one of the two."


def encoding_error(fields: dict[str, Any], *, written: bool) -> tuple[str, str] | None:
    """Reason and mend for the first text in `fields` that has a lone surrogate; None where all is well."""
    for column, value in fields.items():
        if first_surrogate(column) >= 0:
            return surrogate_error(column, "(name of a column)", written=written)
        for text in _texts(value):
            if first_surrogate(text) >= 0:
                return surrogate_error(text, column, written=written)
    return None


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting.extend(reversed([*item.keys(), *item.values()]))
        elif isinstance(item, list):
            waiting.extend(reversed(item))


def is_missing(value: Any) -> bool:
    """Null, NaN and empty text all mean that nothing is there."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))
