"""The lists of an object that holds several: {"train": [{…}, …], "test": [{…}, …]}."""

import io
from collections.abc import Iterator

from core.errors import InputError
from core.formats.column_names import plain_name
from core.formats.encoding import CARRIED
from core.formats.json_layout import list_of_rows, place_of_rows
from core.formats.json_window import CutOffError, FaultError, Window
from core.formats.rejection import Rejection
from core.formats.source import Source

_SEARCHED = 64 * 1024**2  # characters of a document in which lists are looked for


def enter(window: Window, place: int) -> str:
    """Take everything up to the first element of the list that stands after `place` members; the list's name."""
    window.next_character()
    window.take()
    for _ in range(place):
        _name(window)
        window.value()
        window.next_character()
        window.take()
    name = _name(window)
    window.take()
    return name


def enter_named(window: Window, wanted: str, file: str) -> None:
    """Take everything up to the first element of the list of this name.

    Raises:
        InputError: there is none.
    """
    names = []
    for name in _lists(window):
        if name == wanted:
            window.take()
            return
        names.append(name)
    there = ", ".join(names)
    raise InputError(
        f"The file has no list “{wanted}”.", where=file, mend=f"Choose from {there}." if there else "Choose no list."
    )


def names_of_lists(source: Source) -> tuple[str, ...]:
    """The lists of rows in an open document, one or more where it is an object that holds them; none elsewhere."""
    if place_of_rows(source.head) is None:
        return ()
    with io.TextIOWrapper(source.stream, encoding="utf-8", errors=CARRIED, newline="") as text:
        return tuple(_lists(Window(text, _SEARCHED)))


def told_of_others(window: Window, file: str, read: str, number: int) -> Iterator[Rejection]:
    """What is said of each further list of rows in the same object.

    Args:
        read: the list that was read.
        number: of its rows.
    """
    for place, name in enumerate(_members(window), number + 1):
        yield Rejection(
            file,
            place,
            f"The rows of the list “{name[:40]}” were not read: only those of the first list, “{read[:40]}”.",
            "Choose this list before loading (--list NAME), or save it as a file of its own.",
        )


def _lists(window: Window) -> Iterator[str]:
    """The lists of rows in the object that begins here; each stands next in the window when its name is given."""
    if window.next_character() == "{":
        window.take()
        yield from _members(window)


def _members(window: Window) -> Iterator[str]:
    try:
        while window.next_character() in ('"', ","):
            if window.next_character() == ",":
                window.take()
                continue
            name = _name(window)
            if list_of_rows(window.text, window.at, plain_name(name)):
                yield name
            _pass_over(window)
    except (CutOffError, FaultError):
        return


def _pass_over(window: Window) -> None:
    """Take the value that begins here; of a list element by element, so that it need not be held."""
    if window.next_character() != "[":
        window.value()
        return
    window.take()
    while (character := window.next_character()) and character != "]":
        if character == ",":
            window.take()
        else:
            window.value()
    window.take()


def _name(window: Window) -> str:
    window.next_character()
    name = str(window.value())
    window.next_character()
    window.take()
    window.next_character()
    return name
