"""Conversations whose turns stand in columns of their own: `user_1`, `assistant_1`, `user_2` …, or `turn_1_user`."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from core.formats.column_names import CONVERSATION, INSTRUCTION, OUTPUT, first_of, plain_name
from core.formats.json_fault import is_missing
from core.formats.labelled_text import role_named
from core.rows.row import ASSISTANT, USER

_FORMS = (
    re.compile(r"(?P<who>[^\W\d]+?)_?(?P<number>\d{1,3})"),
    re.compile(r"(?:turn_?)?(?P<number>\d{1,3})_(?P<who>[^\W\d]+)"),
)


def has_numbered_turns(names: tuple[str, ...]) -> bool:
    """Whether there are columns of turns."""
    return bool(_turns(names))


def numbered_turns(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns with their conversation as `messages`; as they are where there are no such turns."""
    turns = _turns(tuple(fields))
    if not turns:
        return fields
    said = [{"role": role, "content": fields[name]} for name, role in turns.items() if not is_missing(fields[name])]
    return {"messages": said, **{name: cell for name, cell in fields.items() if name not in turns}}


@lru_cache(maxsize=1024)
def _turns(names: tuple[str, ...]) -> Mapping[str, str]:
    """The columns of turns in their order, with who speaks; none where they are no conversation, or beside another."""
    if first_of(CONVERSATION, names) or (first_of(INSTRUCTION, names) and first_of(OUTPUT, names)):
        return {}
    found: dict[int, dict[str, str]] = {}
    for name in names:
        match = next(filter(None, (form.fullmatch(plain_name(name)) for form in _FORMS)), None)
        role = role_named(match["who"]) if match else ""
        if match and role in (USER, ASSISTANT):
            found.setdefault(int(match["number"]), {}).setdefault(role, name)
    numbers = sorted(found)
    counted = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    if not counted or numbers[0] > 1 or not all(len(found[number]) == 2 for number in numbers[:-1] or numbers):
        return {}
    return {found[number][role]: role for number in numbers for role in (USER, ASSISTANT) if role in found[number]}
