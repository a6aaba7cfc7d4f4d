"""Which column holds a conversation, and which earlier turns, by their names and by what stands in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.formats import column_names as names
from core.formats.columns import Layout, is_conversation_name
from core.formats.labelled_text import are_labelled
from core.formats.pair_columns import filled, is_empty
from core.formats.record import Record
from core.formats.turn_lists import SHAREGPT, turns_in
from core.rows.row import USER


def conversation_column(records: Sequence[Record], found: Mapping[str, None], complete: bool) -> tuple[str, Layout]:
    """The first column with turns in it: one with a usual name if there is any.

    Args:
        complete: whether instruction and response are there, so that turns under an unusual name are something else.
    """
    usual = [name for name in names.CONVERSATION if name in {names.plain_name(field) for field in found}]
    by_name = sorted(found, key=lambda field: _place(names.plain_name(field), usual))
    skipped = {"prompt", *names.REJECTED, *names.SYSTEM, *names.TOOLS}
    if "prompt" in {names.plain_name(field) for field in found}:  # TRL's turns in two columns are no whole conversation
        skipped.add("completion")
    questions = "turns" if names.first_of(("question_id",), found) else ""  # of MT-Bench, without their answers
    for field in by_name:
        name = names.plain_name(field)
        if name in skipped or (complete and name not in usual):
            continue
        for record in records:
            turns = turns_in(record.fields.get(field), strings=is_conversation_name(field) and name != questions)
            if turns and (name not in names.CHOSEN or _asks(turns)):
                return field, "sharegpt" if SHAREGPT[0] in turns[0] else "messages"
    for field in by_name:
        name = names.plain_name(field)
        if name in {*usual} - {*names.CHOSEN} and is_empty(field, records):
            return field, "messages"
        if not complete and name not in {*skipped, *names.CHOSEN} and are_labelled(filled(field, records)):
            return field, "messages"
    return "", "pair"


def _asks(turns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a user speaks in these turns, so that they are a conversation and no answer only."""
    return any(str(value).lower() in (USER, "human", "prompter") for turn in turns for value in turn.values())


def _place(name: str, usual: Sequence[str]) -> int:
    return usual.index(name) if name in usual else len(usual)


def history_column(records: Sequence[Record], found: Mapping[str, None]) -> str:
    """The column of earlier turns: one of a usual name that has turns, or that of the first where it is no text."""
    for field in sorted(found, key=lambda each: _place(names.plain_name(each), names.HISTORY)):
        name = names.plain_name(field)
        by_turns = "history" in name or "shot" in name  # then texts alone are questions and answers by turns
        if name in names.HISTORY and any(turns_in(each.fields.get(field), by_turns) for each in records):
            return field
    first = names.first_of(names.HISTORY[:1], found) or names.HISTORY[0]
    texts = filled(first, records)
    is_text = texts and all(isinstance(cell, str) and cell.lstrip()[:1] not in ("[", "{") for cell in texts)
    return "" if is_text else first
