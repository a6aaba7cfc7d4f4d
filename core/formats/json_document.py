"""JSON that is not one row a line: an array, an object that holds one, or objects one after the other.

The standard library's decoder is run over a window of the text, an element at a time. Unlike an event parser it tells
of names that stand twice, and after a broken element reading goes on where the layout shows the next one to begin.
"""

import io
import itertools
import json
import re
from collections.abc import Generator, Iterator
from typing import Any

from core.formats.column_names import OUTPUT, plain_name
from core.formats.encoding import CARRIED
from core.formats.json_fault import DEEP, Noticing, told_bad_text, told_fault, told_repetition
from core.formats.record import MAX_ROW_BYTES, Record
from core.formats.rejection import Rejection, excerpt
from core.formats.turns import is_turn

_PIECE = 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_START = 256  # of what was taken, so much is kept, to see how the present line is indented
_NEAR_END = 12  # a fault this near to the end of the window may only mean that the window ends here


class _CutOffError(Exception):
    """The text ends inside a value."""


class _FaultError(Exception):
    """A value can't be read; has reason, mend and the place in the window."""

    def __init__(self, told: tuple[str, str], at: int) -> None:
        super().__init__(*told)
        self.told, self.at = told, at


class _Window:
    """A stretch of the text that moves on as values are taken out of it."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self.text = ""
        self.at = 0
        self.noticing = Noticing()
        self._decoder = json.JSONDecoder(object_pairs_hook=self.noticing)

    def widen(self) -> bool:
        """Take in at least as much again as is left; False at the end."""
        kept = min(self.at, _LINE_START)
        left = self.text[self.at - kept :]
        piece = self._stream.read(max(_PIECE, len(left)))
        self.text, self.at = left + piece, kept
        return bool(piece)

    def next_character(self) -> str:
        """The next character that is not white space, not taken; "" at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.widen():
                return ""

    def take(self) -> None:
        self.at += 1

    def value(self) -> Any:
        """The value that begins here.

        Raises:
            _CutOffError: the text ends within it.
            _FaultError: it is no JSON.
        """
        self.noticing.repeated = ""
        while True:
            try:
                value, end = self._decoder.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if not self._may_go_on(error):
                    raise _FaultError(told_fault(error, self.at), error.pos) from error
                if len(self.text) - self.at > MAX_ROW_BYTES:
                    raise _FaultError(_too_long(), self.at) from error
                if not self.widen():
                    raise _CutOffError from error
            except RecursionError as error:
                raise _FaultError(DEEP, self.at) from error
            except ValueError as error:
                raise _FaultError(("A number has too many digits.", "Write it as text."), self.at) from error
            else:
                if end == len(self.text) and isinstance(value, int | float) and self.widen():
                    continue
                self.at = end
                return value

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        return "Unterminated string" in error.msg or error.pos >= len(self.text) - _NEAR_END

    def skip_to_line(self, indent: str) -> bool:
        """Move to the next line that begins an object at this indentation; False where there is none."""
        start = f"\n{indent}{{"
        while True:
            found = self.text.find(start, self.at)
            if found >= 0:
                self.at = found + len(start) - 1
                return True
            self.at = max(self.at, len(self.text) - len(start))
            if not self.widen():
                return False

    def indent(self) -> str | None:
        """The white space before the value here, if nothing else stands on its line before it."""
        line = self.text.rfind("\n", 0, self.at)
        before = self.text[line + 1 : self.at]
        return before if line >= 0 and not before.strip(" \t") else None


def read_document(stream: io.BufferedReader, file: str, head: bytes) -> Iterator[Record | Rejection]:
    """The elements of the document as records; a fault becomes one rejection, and what is good around it is kept.

    Args:
        stream: the whole document.
        file: its name for rejections.
        head: its first bytes, which show whether rows stand in a list inside an object.
    """
    with io.TextIOWrapper(stream, encoding="utf-8", errors=CARRIED, newline="") as text:
        window = _Window(text)
        if window.next_character() == "[":
            yield from _all_elements(window, file)
            return
        place = place_of_rows(head)
        if place is not None:
            _enter(window, place)
        yield from _elements(window, file, in_array=place is not None)


def place_of_rows(head: bytes) -> int | None:
    """How many members stand before the list of rows in an object such as {"version": 1, "data": [{…}, …]}.

    None where the document that begins with `head` is no such object. A list of turns is a conversation, so a row; and
    an object that has a response before its list is a row itself.
    """
    window = _Window(io.StringIO(head.decode(errors="replace"), newline=""))
    if window.next_character() != "{":
        return None
    window.take()
    for place in itertools.count():
        try:
            if window.next_character() != '"' or plain_name(window.value()) in OUTPUT:
                return None
            if window.next_character() != ":":
                return None
            window.take()
            window.next_character()
            if _list_of_rows(window.text, window.at):
                return place
            window.value()
        except (_CutOffError, _FaultError):
            return None
        if window.next_character() != ",":
            return None
        window.take()
    return None


def _list_of_rows(text: str, at: int) -> bool:
    opening = re.compile(r"\[[ \t\r\n]*(?=\{)").match(text, at)
    if not opening:
        return False
    try:
        first, _ = json.JSONDecoder().raw_decode(text, opening.end())
    except (ValueError, RecursionError):
        return True  # longer than the head: no turn, but a row with much in it
    return not is_turn(first)


def _enter(window: _Window, place: int) -> None:
    """Take everything up to the first element of the list that stands after `place` members."""
    window.next_character()
    window.take()
    for _ in range(place):
        _name(window)
        window.value()
        window.next_character()
        window.take()
    _name(window)
    window.take()


def _name(window: _Window) -> None:
    window.next_character()
    window.value()
    window.next_character()
    window.take()
    window.next_character()


def _all_elements(window: _Window, file: str) -> Iterator[Record | Rejection]:
    """The elements of the array that begins here and of what follows it: files put together are read whole."""
    number: int | None = 0
    while number is not None and window.next_character() == "[":
        window.take()
        number = yield from _elements(window, file, in_array=True, before=number)
    if number is not None:
        yield from _elements(window, file, in_array=False, before=number)


def _elements(
    window: _Window, file: str, *, in_array: bool, before: int = 0
) -> Generator[Record | Rejection, None, int | None]:
    """The values that follow one another here. A comma too many or too few between them changes nothing in them.

    `before` is the number of rows read already. Returns the number with these where the array is closed, else None.
    """
    number = before
    while character := window.next_character():
        if in_array and character in ",]":
            window.take()
            if character == "]":
                return number
            continue
        number += 1
        indent = window.indent()
        try:
            value = window.value()
        except _CutOffError:
            yield _cut_off(file, number)
            return None
        except _FaultError as fault:
            yield Rejection(file, number, *fault.told, excerpt(window.text, fault.at))
            if indent is None or not window.skip_to_line(indent):
                yield _rest_unread(file, number)
                return None
            continue
        yield _as_record(value, window.noticing.repeated, file, number)
    if in_array:
        yield _cut_off(file, number + 1)
    return None


def _as_record(value: Any, repeated: str, file: str, number: int) -> Record | Rejection:
    if not isinstance(value, dict):
        return Rejection(
            file,
            number,
            "The element is not an object with columns.",
            'Write each row as {"instruction": …, "output": …}.',
            excerpt(_written(value)),
        )
    if repeated:
        return Rejection(file, number, *told_repetition(repeated), excerpt(_written(value)))
    fault = told_bad_text(value, written=False)
    return Rejection(file, number, *fault, excerpt(_written(value))) if fault else Record(number, value)


def _written(value: Any) -> str:
    try:
        return str(value)
    except (RecursionError, ValueError):  # deep nesting, a number of thousands of digits
        return "…"


def _cut_off(file: str, number: int) -> Rejection:
    after = f"after row {number - 1:,}" if number > 1 else "in its first row"
    return Rejection(
        file,
        number,
        f"The file is truncated {after}.",
        "Download the file again. The rows before this point were loaded.",
    )


def _rest_unread(file: str, number: int) -> Rejection:
    return Rejection(
        file,
        number + 1,
        f"Everything after row {number:,} was skipped: the start of the next row cannot be found.",
        "Fix that row, or write one row per line (JSONL).",
    )


def _too_long() -> tuple[str, str]:
    size = MAX_ROW_BYTES // 2**20
    return f"The row is longer than {size} MiB.", "Check for an unclosed quote or bracket, or split the row."
