"""Messages in rows of their own, each with its parent, as OpenAssistant's tables have them: trees again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.formats.record import Record
from core.formats.rejection import Rejection
from core.formats.roles import role_of
from core.humanize import counted

_PARTS = ("message_id", "parent_id", "text", "role")
_TREE = "message_tree_id"
_MOST = 20_000  # messages of a tree
Rows = Iterator[Record | Rejection]


def joined_trees(rows: Rows, file: str) -> Rows:
    """The rows of a file; where each is a message with its parent, one for each tree whose messages stand together."""
    first = next(rows, None)
    if not isinstance(first, Record) or not _is_message(first.fields):
        yield from () if first is None else (first,)
        yield from rows
        return
    held = [first]
    for row in rows:
        if isinstance(row, Rejection):
            yield row
        elif _belongs(row.fields, held[-1].fields) and len(held) < _MOST:
            held.append(row)
        else:
            yield from _trees(held, file)
            held = [row]
    yield from _trees(held, file)


def _is_message(fields: Mapping[str, Any]) -> bool:
    return all(name in fields for name in _PARTS) and role_of(fields["role"]) is not None


def _belongs(fields: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether a message is of the same tree as the one before it."""
    if _TREE in fields:
        return bool(fields[_TREE] == before.get(_TREE))
    return bool(fields.get("parent_id"))


def _trees(held: Sequence[Record], file: str) -> Rows:
    """A tree for each message whose parent is not there; what is the same in all messages stands beside it."""
    nodes = {row.fields.get("message_id"): {**row.fields, "replies": []} for row in held}
    alike = {
        name: cell
        for name, cell in held[0].fields.items()
        if name not in _PARTS and all(name in row.fields and row.fields[name] == cell for row in held)
    }
    roots = []
    for row in held:
        parent = nodes.get(row.fields.get("parent_id"))
        node = nodes[row.fields.get("message_id")]
        if parent is None or parent is node:
            roots.append((row.number, node))
        else:
            parent["replies"].append(node)
    yield from (Record(number, {**alike, "prompt": root}) for number, root in roots)
    reached, waiting = 0, [root for _, root in roots]
    while waiting:
        reached += 1
        waiting += waiting.pop()["replies"]
    if reached != len(held):
        lost = counted(len(held) - reached, "message")
        told = f"{lost} of this tree: an id stands twice, or a message is below itself."
        yield Rejection(file, held[0].number, told, "Give each message an id of its own, and that of its parent.")
