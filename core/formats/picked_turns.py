"""Several answers to one question within a conversation, of which one was picked to go on with, as PRISM has them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from core.formats.column_names import CONVERSATION, HISTORY, first_of
from core.formats.json_fault import is_missing
from core.formats.labels import as_number, label_in
from core.formats.roles import role_of
from core.formats.turn_lists import Turn, author_of, is_conversation, speaker_in
from core.rows.row import ASSISTANT

CHOSEN, REJECTED = "chosen", "rejected"
_PICKED = ("if_chosen", "is_chosen", "chosen", "is_selected", "selected", "is_preferred", "preferred")
_SCORES = ("score", "rating", "reward")


def may_have_picks(names: tuple[str, ...]) -> bool:
    """Whether there is a column of turns, and no preference yet."""
    return bool(first_of((*CONVERSATION, *HISTORY), names)) and not {CHOSEN, REJECTED} & set(names)


def picked(fields: dict[str, Any]) -> dict[str, Any]:
    """The conversation of the picked answers as `chosen`; its last one with the least good other answer, `rejected`.

    All answers stay beside it in their column, called `all_turns`. A row without answers side by side is as it was.
    """
    for column, turns in fields.items():
        if isinstance(turns, list) and is_conversation(turns) and (groups := _answers_side_by_side(turns)):
            beside = {name: cell for name, cell in fields.items() if name != column}
            return {**beside, **_preference(groups), "all_turns": turns}
    return fields


def _answers_side_by_side(turns: Sequence[Turn]) -> list[list[Turn]]:
    """The turns in order, several answers to one question together; none where none of such is picked."""
    groups: list[list[Turn]] = []
    for answers, found in groupby(turns, key=_is_answer):
        together = list(found)
        groups += [together] if answers else [[turn] for turn in together]
    several = [group for group in groups if len(group) > 1]
    return groups if several and all(sum(map(_is_picked, group)) == 1 for group in several) else []


def _preference(groups: Sequence[Sequence[Turn]]) -> dict[str, Any]:
    kept = [next((turn for turn in group if len(group) > 1 and _is_picked(turn)), group[0]) for group in groups]
    others = [turn for turn in groups[-1] if turn is not kept[-1]]
    return {CHOSEN: kept, **({REJECTED: [*kept[:-1], min(others, key=_goodness)]} if others else {})}


def _is_answer(turn: Mapping[str, Any]) -> bool:
    return role_of(author_of(turn[speaker_in(turn) or ""])) == ASSISTANT


def _is_picked(turn: Mapping[str, Any]) -> bool:
    name = first_of(_PICKED, [each for each in turn if not is_missing(turn[each])])
    return bool(name) and label_in(turn[name]) is True


def _goodness(turn: Mapping[str, Any]) -> float:
    return as_number(turn.get(first_of(_SCORES, turn))) or 0.0
