"""Tables with a turn in each row and a column that names its conversation: the rows of one conversation are one row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.formats.column_names import first_of, plain_name
from core.formats.guess import guess_columns
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.roles import role_of
from core.formats.turn_lists import SAID, SPEAKER
from core.humanize import counted

_THREAD = ("conversation_id", "dialogue_id", "dialog_id", "thread_id", "session_id", "chat_id", "conv_id")
_PLACE = ("turn", "turn_id", "turn_number", "turn_index", "turn_idx", "message_index", "message_number", "position")
_MOST_TURNS = 2_000
Rows = Iterator[Record | Rejection]


def joined_threads(rows: Rows, notes: list[str]) -> Rows:
    """The rows of a file; where each is a turn of a conversation that it names, one for each conversation.

    Args:
        notes: gets what is to be said of conversations whose rows do not stand together.
    """
    first = next(rows, None)
    thread = _thread_of(first.fields) if isinstance(first, Record) else ""
    if first is None or not thread or not isinstance(first, Record):
        yield from () if first is None else (first,)
        yield from rows
        return
    held, again = [first], 0
    ended: set[str] = set()
    for row in rows:
        if isinstance(row, Rejection):
            yield row
            continue
        if row.fields.get(thread) == held[0].fields.get(thread) and len(held) < _MOST_TURNS:
            held.append(row)
            continue
        again += _ends(held, thread, ended)
        yield _conversation(held, thread)
        held = [row]
    again += _ends(held, thread, ended)
    yield _conversation(held, thread)
    if again:
        notes.append(
            f"{counted(again, 'conversation')} of the same {thread[:40]} as an earlier one: sort the file by it, so "
            "that all turns of one stand together."
        )


def _thread_of(fields: Mapping[str, Any]) -> str:
    """The column that names the conversation of a turn; "" where the row is none, or has a place in a tree."""
    speaker, said, thread = (first_of(names, fields) for names in (SPEAKER, SAID, _THREAD))
    in_tree = any(plain_name(name).startswith("parent") for name in fields)
    if not thread or not said or in_tree or not role_of(fields.get(speaker)):
        return ""
    return thread if guess_columns([Record(1, dict(fields))]) is None else ""


def _ends(held: Sequence[Record], thread: str, ended: set[str]) -> bool:
    """Whether a conversation of this name ended before."""
    name = str(held[0].fields.get(thread))
    before = name in ended
    ended.add(name)
    return before


def _conversation(held: list[Record], thread: str) -> Record:
    """One row; what is the same in all turns stands beside them."""
    place = first_of(_PLACE, held[0].fields)
    numbers = [_number(each.fields.get(place)) for each in held]
    known = [number for number in numbers if number is not None]
    if len(known) == len(held):
        held = [held[at] for at in sorted(range(len(held)), key=known.__getitem__)]
    counts = sorted(known) == [known[0] + step for step in range(len(held))] if known else False
    rows = [each.fields for each in held]
    speaker, said = first_of(SPEAKER, rows[0]), first_of(SAID, rows[0])
    alike = {
        name: cell
        for name, cell in rows[0].items()
        if name not in (speaker, said) and all(name in row and row[name] == cell for row in rows)
    }
    turns = [
        {"role": row.get(speaker), "content": row.get(said)}
        | {
            name: cell
            for name, cell in row.items()
            if name not in (speaker, said, *([place] if counts else []), *alike)
        }
        for row in rows
    ]
    return Record(min(each.number for each in held), {**alike, "messages": turns})


def _number(cell: Any) -> float | None:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None
