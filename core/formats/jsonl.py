"""JSON Lines: one object a line, read with a fast parser; what it refuses is asked of the standard library for why."""

import io
import json
from collections.abc import Iterator
from typing import Any

import orjson

from core.formats.json_fault import DEEP, Noticing, told_bad_text, told_fault, told_repetition
from core.formats.record import MAX_ROW_BYTES, Record
from core.formats.rejection import Rejection, excerpt


def read_lines(stream: io.BufferedReader, file: str) -> Iterator[Record | Rejection]:
    """Every line as a record or the reason why it is none; blank lines are passed over."""
    number = 0
    while line := stream.readline(MAX_ROW_BYTES + 1):
        number += 1
        if len(line) > MAX_ROW_BYTES and not line.endswith(b"\n"):
            yield _too_long(line, stream, file, number)
            continue
        if line.isspace():
            continue
        try:
            fields = orjson.loads(line)
        except orjson.JSONDecodeError:
            yield _ask_again(line, file, number)
            continue
        if type(fields) is not dict:
            yield _no_object(fields, line, file, number)
        elif _names_in_text(line) > len(fields) and _names_in_text(line) > _count_names(fields):
            yield _ask_again(line, file, number)
        else:
            yield Record(number, fields)


def _ask_again(line: bytes, file: str, number: int) -> Record | Rejection:
    """Slowly and forgivingly: NaN is a missing value; anything else that is refused gets its reason."""
    try:
        text, written = line.decode(), True
    except UnicodeDecodeError:
        text, written = line.decode(errors="surrogateescape"), False
    text = text.strip(" \t\r\n")
    noticing = Noticing()
    try:
        fields = json.loads(text, object_pairs_hook=noticing)
    except json.JSONDecodeError as error:
        return Rejection(file, number, *told_fault(error), excerpt(text, error.pos))
    except RecursionError:
        return Rejection(file, number, *DEEP, excerpt(text))
    except ValueError:
        return Rejection(file, number, "A number has thousands of digits.", "Write it as text.", excerpt(text))
    if not isinstance(fields, dict):
        return _no_object(fields, line, file, number)
    if noticing.repeated:
        return Rejection(file, number, *told_repetition(noticing.repeated), excerpt(text))
    fault = told_bad_text(fields, written=written)
    return Rejection(file, number, *fault, excerpt(text)) if fault else Record(number, fields)


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
        f"The line is {size / 2**20:,.0f} MiB long; at most {MAX_ROW_BYTES // 2**20} MiB are read.",
        "Is it a JSON array in one line? Name it .json, or write one row a line.",
        excerpt(start[:1000].decode(errors="replace")),
    )


def _names_in_text(line: bytes) -> int:
    """How many names stand before a colon: the quote of a text in a value is escaped, so it is not counted."""
    return line.count(b'":') - line.count(b'\\":')


def _count_names(value: Any) -> int:
    count = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            count += len(item)
            waiting.extend(item.values())
        elif type(item) is list:
            waiting.extend(item)
    return count
