"""JSON that is not one row a line: an array, an object that holds one, or objects one after the other.

The standard library's decoder is run over a window of the text, an element at a time. Unlike an event parser it tells
of names that stand twice, and after a broken element reading goes on where the layout shows the next one to begin.
"""

import io
from collections.abc import Generator, Iterator
from typing import Any

from core.formats.encoding import CARRIED
from core.formats.format import Format
from core.formats.json_fault import duplicate_key_text, encoding_error
from core.formats.json_layout import HEADER, ListRows, expanded, is_document, joined_turns
from core.formats.json_lists import ListWalk, first_list, names_of_lists, told_of_others
from core.formats.json_window import CutOffError, FaultError, Window
from core.formats.record import Record
from core.formats.rejection import Rejection, excerpt
from core.formats.source import Source
from core.humanize import listed

MOST_NAMED = 12  # values beside a list, in a sentence


def read_document(
    stream: io.BufferedReader, file: str, head: bytes, list_name: str = "", notes: list[str] | None = None
) -> Iterator[Record | Rejection]:
    """The elements of the document as records; a fault becomes one rejection, and what is good around it is kept.

    Args:
        stream: the whole document.
        file: its name for rejections.
        head: its first bytes, which show whether rows stand in a list inside an object.
        list_name: of that list; "" for the one that is read where none is chosen.
        notes: gets what is to be said of lists that were not read.

    Raises:
        InputError: there is no such list.
    """
    with io.TextIOWrapper(stream, encoding="utf-8", errors=CARRIED, newline="") as text:
        window = Window(text)
        if list_name:
            ListWalk(window).enter(list_name, file)
            yield from _elements(window, file, in_array=True)
            return
        if window.next_character() == "[":
            yield from _all_elements(window, file)
            return
        name = first_list(head)
        if name is None:
            yield from expanded(_elements(window, file, in_array=False))
            return
        walk = ListWalk(window)
        walk.enter(name, file)
        number = yield from _elements(window, file, in_array=True)
        if number is not None:
            told = [] if notes is None else notes
            yield from told_of_others([*walk.passed, *walk.rest()], file, name, number, told)
            if walk.beside:
                told.append(f"Not read beside the list “{name[:40]}”: {listed(walk.beside, MOST_NAMED)}.")


def _all_elements(window: Window, file: str) -> Iterator[Record | Rejection]:
    """The elements of the array that begins here and of what follows it: files put together are read whole."""
    number: int | None = 0
    while number is not None and window.next_character() == "[":
        window.take()
        lists = window.next_character() == "["
        number = yield from joined_turns(_elements(window, file, in_array=True, before=number, lists=lists))
    if number is not None:
        yield from _elements(window, file, in_array=False, before=number)


def _elements(
    window: Window, file: str, *, in_array: bool, before: int = 0, lists: bool = False
) -> Generator[Record | Rejection, None, int | None]:
    """The values that follow one another here. A comma too many or too few between them changes nothing in them.

    `before` is the number of rows read already; rows may be `lists`. Returns the number with these where the array is
    closed, else None.
    """
    number, listed = before, ListRows(lists)
    while character := window.next_character():
        if character == "," or (in_array and character == "]"):
            window.take()
            if character == "]":
                return number
            continue
        number += 1
        indent = window.indent()
        try:
            value = window.value()
        except CutOffError:
            yield _cut_off(file, number)
            return None
        except FaultError as fault:
            yield Rejection(file, number, *fault.told, excerpt(window.text, fault.at))
            if indent is None or not window.skip_to_line(indent):
                yield _rest_unread(file, number)
                return None
            continue
        row = listed.as_object(value)
        if row is HEADER:
            continue
        yield _as_record(row, window.noticing.repeated, file, number)
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
        return Rejection(file, number, *duplicate_key_text(repeated), excerpt(_written(value)))
    fault = encoding_error(value, written=False)
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


def _read(source: Source) -> Iterator[Record | Rejection]:
    if source.list_name:
        source.notes.append(f"Only the list “{source.list_name[:40]}” was read.")
    return read_document(source.stream, source.shown, source.head, source.list_name, source.notes)


FORMAT = Format("json", ("JSON",), 20, is_document, _read, lists=names_of_lists)
