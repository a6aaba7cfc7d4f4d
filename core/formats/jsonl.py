"""JSON Lines: one object a line, read with a fast parser; what it refuses is asked of the standard library for why."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from core.formats.encoding import CARRIED
from core.formats.format import Format
from core.formats.json_fault import (
    DEEP,
    MOST_COMMAS,
    DuplicateKeyDict,
    duplicate_key_text,
    encoding_error,
    error_text,
    without_comma,
)
from core.formats.json_layout import HEADER, ListRows, expanded, is_lines
from core.formats.loose_json import plain_json
from core.formats.record import MAX_ROW_BYTES, Record
from core.formats.rejection import Rejection, excerpt
from core.formats.source import Source

_LONG = 2.0**63  # whole numbers of more than 64 bits are floats to the fast parser
_MAY_HOLD_NUMBERS = frozenset((float, list, dict))
# The end of a name, its quote and colon. An escaped quote in a text is none; one after two backslashes may be.
_BETWEEN = re.compile(r"[ \t\r,]*")
_NAME = re.compile(rb'"(?<!(?<!\\)\\")[ \t\r]*:')


def read_lines(stream: io.BufferedReader, file: str) -> Iterator[Record | Rejection]:
    """Every line as a record or the reason why it is none; blank lines are passed over."""
    yield from expanded(_lines(stream, file))


def _lines(stream: io.BufferedReader, file: str) -> Iterator[Record | Rejection]:
    number, listed = 0, ListRows(stream.peek(1)[:1] == b"[")
    while line := stream.readline(MAX_ROW_BYTES + 1):
        number += 1
        if len(line) > MAX_ROW_BYTES and not line.endswith(b"\n"):
            yield _too_long(line, stream, file, number)
            continue
        if line.isspace() or line.strip() == b",":
            continue
        try:
            fields = orjson.loads(line)
        except orjson.JSONDecodeError:
            yield from _ask_again(line, file, number)
            continue
        fields = listed.as_object(fields)
        if fields is HEADER:
            continue
        if type(fields) is not dict:
            yield _no_object(fields, line, file, number)
        elif _may_have_lost(line, fields):
            yield from _ask_again(line, file, number)
        else:
            yield Record(number, fields)


def _ask_again(line: bytes, file: str, number: int) -> list[Record | Rejection]:
    """Slowly and forgivingly: NaN is missing, a line may have several objects, what is refused gets its reason."""
    try:
        text, written = line.decode(), True
    except UnicodeDecodeError:
        text, written = line.decode(errors=CARRIED), False
    text = text.strip(" \t\r\n\ufeff\x1e").rstrip(",")  # files put together keep the byte order mark of each
    pieces = _objects_in(text) or [text]
    return [_asked(piece, line, file, number, written) for piece in pieces]


def _objects_in(text: str) -> list[str]:
    """The objects of a line, one after the other, as text; none where something else stands in it."""
    decoder, found, at = json.JSONDecoder(), [], 0
    try:
        while at < len(text):
            _, end = decoder.raw_decode(text, at)
            found.append(text[at:end])
            at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing, too
            if text[at : at + 1] not in ("", "{"):
                return []
    except (ValueError, RecursionError):
        return []
    return found


def _asked(text: str, line: bytes, file: str, number: int, written: bool) -> Record | Rejection:
    """One object of a line."""
    noticing = DuplicateKeyDict()
    try:
        fields = _forgiving(text, noticing)
    except json.JSONDecodeError as error:
        try:
            plain = plain_json(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")
            fields = json.loads(plain, object_pairs_hook=noticing)
        except (ValueError, RecursionError):
            return Rejection(file, number, *error_text(error), excerpt(text, error.pos))
    except RecursionError:
        return Rejection(file, number, *DEEP, excerpt(text))
    except ValueError:
        return Rejection(file, number, "A number has too many digits.", "Write it as text.", excerpt(text))
    if not isinstance(fields, dict):
        return _no_object(fields, line, file, number)
    if noticing.repeated:
        return Rejection(file, number, *duplicate_key_text(noticing.repeated), excerpt(text))
    fault = encoding_error(fields, written=written)
    return Rejection(file, number, *fault, excerpt(text)) if fault else Record(number, fields)


def _forgiving(text: str, noticing: DuplicateKeyDict) -> Any:
    """The value of a line, commas before closing brackets passed over."""
    for _ in range(MOST_COMMAS):
        try:
            return json.loads(text, object_pairs_hook=noticing)
        except json.JSONDecodeError as error:
            mended = without_comma(error)
            if not mended:
                raise
            text = mended
    return json.loads(text, object_pairs_hook=noticing)


def _no_object(value: Any, line: bytes, file: str, number: int) -> Rejection:
    kind = {list: "a list", str: "a text", type(None): "null", bool: "true or false"}.get(type(value), "a number")
    return Rejection(
        file,
        number,
        f"The line is {kind}, not an object with columns.",
        'Write each row as {"instruction": …, "output": …}.',
        excerpt(line.decode(errors="replace")),
    )


def _too_long(start: bytes, stream: io.BufferedReader, file: str, number: int) -> Rejection:
    size = len(start)
    while piece := stream.readline(MAX_ROW_BYTES):
        size += len(piece)
        if piece.endswith(b"\n"):
            break
    return Rejection(
        file,
        number,
        f"The line is {size / 2**20:,.0f} MiB long (maximum {MAX_ROW_BYTES // 2**20} MiB).",
        "If it is a JSON array in one line, name the file .json, or write one row per line.",
        excerpt(start[:1000].decode(errors="replace")),
    )


def _may_have_lost(line: bytes, fields: dict[str, Any]) -> bool:
    """Whether the fast parser may have kept less than stands there: a name given twice, digits of a long number."""
    names = len(_NAME.findall(line))
    if names == len(fields) and _MAY_HOLD_NUMBERS.isdisjoint(map(type, fields.values())):
        return False
    count, long_numbers = _contents(fields)
    return names > count or long_numbers


def _contents(value: Any) -> tuple[int, bool]:
    """How many names a value has in all its objects, and whether a number in it is too long for the fast parser."""
    count, long_numbers = 0, False
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            count += len(item)
            waiting.extend(item.values())
        elif type(item) is list:
            waiting.extend(item)
        elif type(item) is float and abs(item) >= _LONG:
            long_numbers = True
    return count, long_numbers


def _read(source: Source) -> Iterator[Record | Rejection]:
    return read_lines(source.stream, source.shown)


FORMAT = Format("jsonl", ("JSONL",), 30, is_lines, _read)
