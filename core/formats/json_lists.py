"""The lists of rows in an object: {"train": [{…}, …], "test": [{…}, …]}, also below its top: {"data": {"train": […]}}.

A list is named by the names on the way to it: `data.train`.
"""

import io
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from core.formats.column_names import CONVERSATION, INSTRUCTION, PARTS, plain_name
from core.formats.encoding import CARRIED
from core.formats.guess import guess_columns
from core.formats.json_window import CutOffError, FaultError, Window
from core.formats.nested_rows import rows_within
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.source import Source
from core.formats.turn_lists import is_conversation, is_spoken, turns_in

_SEARCHED = 64 * 1024**2  # characters of a document in which lists are looked for
_DEEPEST = 6  # objects in one another
_OPENING = re.compile(r"\[[ \t\r\n]*(?=[{\[])")


@dataclass(frozen=True)
class JsonMember:
    """A member of an object, on the way through a document.

    Attributes:
        path: the names on the way to it, with points between them.
        name: its own, in one spelling.
        opens: the first character of its value.
        has_rows: whether it is a list of rows.
        is_known: whether the columns of its first row are known, where it is.
    """

    path: str
    name: str
    opens: str
    has_rows: bool = False
    is_known: bool = False

    @property
    def within(self) -> str:
        """The path of the object that it is a member of, with a point at its end; "" for the document itself."""
        return self.path[: -len(self.path.rpartition(".")[2])] if "." in self.path else ""


class ListWalk:
    """Goes through the lists of rows of the object that begins in a window.

    Attributes:
        passed: the lists before the one that was entered.
        beside: the paths of what is no list of rows.
    """

    def __init__(self, window: Window) -> None:
        self._members = _walk(window, "", 0)
        self._window = window
        self._inside = False
        self.passed: list[JsonMember] = []
        self.beside: list[str] = []

    def enter(self, wanted: str, file: str) -> None:
        """Take everything up to the first element of the list of this path.

        Raises:
            InputError: there is none.
        """
        for member in self._lists():
            if member.path == wanted:
                self._window.take()
                self._inside = True
                return
            self.passed.append(member)
        there = ", ".join(each.path for each in self.passed)
        mend = f"Choose from {there}." if there else "Choose no list."
        raise InputError(f"The file has no list “{wanted}”.", where=file, mend=mend)

    def rest(self) -> list[JsonMember]:
        """The lists after the one that was entered, which has been read to its end."""
        return list(self._lists())

    def _lists(self) -> Iterator[JsonMember]:
        try:
            member = self._members.send(True) if self._inside else next(self._members)
            while True:
                if member.has_rows:
                    yield member
                else:
                    self.beside.append(member.path)
                member = next(self._members)
        except (StopIteration, CutOffError, FaultError):
            return


def first_list(head: bytes) -> str | None:
    """The path of the list whose rows are read where none is chosen: the first one with known columns, or the first.

    None where the document that begins with `head` is no object with such lists: what has a response or a conversation
    among its members is a row itself, and so are its lists of tools and turns.
    """
    found = _found(Window(io.StringIO(head.decode(errors="replace"), newline="")))
    return found[0].path if found else None


def names_of_lists(source: Source) -> tuple[str, ...]:
    """The lists of rows in an open document, the one first that is read where none is chosen; none elsewhere."""
    default = first_list(source.head)
    if default is None:
        return ()
    with io.TextIOWrapper(source.stream, encoding="utf-8", errors=CARRIED, newline="") as text:
        names = [each.path for each in _found(Window(text, _SEARCHED))]
    return tuple(dict.fromkeys((default, *names)))


def told_of_others(
    others: list[JsonMember], file: str, read: str, number: int, notes: list[str]
) -> Iterator[Rejection]:
    """What is said of each other list in the same object: of one that has no rows as the one that was read, a note.

    Args:
        read: the list that was read.
        number: of its rows.
        notes: is added to.
    """
    rows = [each for each in others if each.is_known]
    notes += [f"The list “{each.path[:40]}” was not read." for each in others if not each.is_known]
    for place, each in enumerate(rows, number + 1):
        yield Rejection(
            file,
            place,
            f"The rows of the list “{each.path[:40]}” were not read: only those of the list “{read[:40]}”.",
            "Choose this list before loading (--list NAME), or save it as a file of its own.",
        )


def _found(window: Window) -> list[JsonMember]:
    """The lists of rows in the object that begins here, in the order of `first_list`; none where it is a row."""
    if window.next_character() != "{":
        return []
    found: list[JsonMember] = []
    rows: set[str] = set()  # objects that are rows
    instructed: set[str] = set()
    texts = False
    last = None
    try:
        for last in _walk(window, "", 0):
            if last.has_rows and not (last.name == "instances" and last.within in instructed):
                found.append(last)
            elif last.has_rows or last.name in PARTS:
                rows.add(last.within)
            instructed.update([last.within] if last.name in INSTRUCTION and last.opens in '"[' else [])
            texts = texts or (not last.within and last.opens not in "[{")
    except FaultError:
        pass
    except CutOffError:
        if last is not None and last.opens == '"' and not last.within:  # a long text, as rows have
            return []
    if "" in rows:
        return []
    found = [each for each in found if not any(each.path.startswith(row) for row in rows)]
    found = [each for each in found if not each.within or each.is_known or not texts]
    return sorted(found, key=lambda each: (not each.is_known, bool(each.within) and not each.is_known))


def _walk(window: Window, within: str, depth: int) -> Generator[JsonMember, bool | None, None]:
    """All members of the object that begins here and of objects in it; the value stands next in the window.

    Whoever takes the elements of a list sends true afterwards.
    """
    if window.next_character() != "{":
        return
    window.take()
    while window.next_character() in ('"', ","):
        if window.next_character() == ",":
            window.take()
            continue
        name = _name(window)
        path, plain, opens = f"{within}{name}", plain_name(name), window.next_character()
        if opens == "{" and depth < _DEEPEST and plain not in PARTS:
            yield from _walk(window, f"{path}.", depth + 1)
        elif not (yield _member(window, path, plain, opens)):
            _pass_over(window)
    window.take()


def _member(window: Window, path: str, name: str, opens: str) -> JsonMember:
    """What the window shows of a member: whether rows stand in it, and no turns, tools or parts of a row."""
    opening = _OPENING.match(window.text, window.at)
    if not opening:
        return JsonMember(path, name, opens)
    try:
        first, _ = json.JSONDecoder().raw_decode(window.text, opening.end())
    except (ValueError, RecursionError):
        longer = name not in PARTS and window.text[opening.end()] == "{"  # than the head: a row with much in it
        return JsonMember(path, name, opens, longer, longer)
    if isinstance(first, list):
        talks = is_conversation(first) or (name not in PARTS and turns_in(first) is not None)
        return JsonMember(path, name, opens, talks, talks)
    holds_talk = any(plain_name(each) in CONVERSATION for each in first)
    if is_spoken(first) or not (holds_talk or name not in PARTS):
        return JsonMember(path, name, opens)
    known = any(guess_columns([Record(1, row)]) is not None for row in rows_within(first))
    return JsonMember(path, name, opens, True, known)


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
    name: Any = window.value()
    window.next_character()
    window.take()
    window.next_character()
    return str(name)
