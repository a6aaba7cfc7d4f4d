"""Two answers side by side and which of them is the better one, as comparisons are kept: a preference.

As PKU-SafeRLHF (`response_0`, `better_response_id`), WebGPT (`answer_0`, `score_0`), Chatbot Arena (`conversation_a`,
`winner`) and SHP (`human_ref_A`, `labels`) have it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from core.formats.column_names import INSTRUCTION, first_of, plain_name

CHOSEN, REJECTED = "chosen", "rejected"
_ANSWER = re.compile(r"(response|answer|completion|output|conversation|reply|generation|human_ref)_?([01ab12])")
_SIDES = (("0", "1"), ("1", "2"), ("a", "b"))
_WINNERS = ("better_response_id", "better_answer_id", "winner", "preferred", "preference", "better", "chosen_id")
_SCORES = ("score", "rating", "reward", "rank")
_CALLED = re.compile(r"(?:model|response|answer|assistant|completion|output)?[ _]?([ab012])")
_SHP = "human_ref"


def judged(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns with the better answer as `chosen` and the other as `rejected`; as they are where none is better."""
    found = _answers(tuple(fields))
    if len(found) < 2 or CHOSEN in fields or REJECTED in fields:
        return fields
    for what in dict.fromkeys(kind for kind, _ in found):
        for sides in _SIDES:
            names = [found.get((what, side)) for side in sides]
            better = _better(fields, sides, what) if all(names) else None
            if better is not None:
                return _preference(fields, str(names[better]), str(names[1 - better]), what)
    return fields


@lru_cache(maxsize=1024)
def _answers(names: tuple[str, ...]) -> Mapping[tuple[str, ...], str]:
    """Columns of answers by what they are called and their side."""
    return {match.groups(): name for name in names if (match := _ANSWER.fullmatch(plain_name(name)))}


def _preference(fields: Mapping[str, Any], chosen: str, rejected: str, what: str) -> dict[str, Any]:
    beside = {name: cell for name, cell in fields.items() if name not in (chosen, rejected)}
    if what == _SHP and "history" in beside and not first_of(INSTRUCTION, beside):
        beside = {"prompt": beside.pop("history"), **beside}
    return {**beside, CHOSEN: fields[chosen], REJECTED: fields[rejected]}


def _better(fields: Mapping[str, Any], sides: tuple[str, str], what: str) -> int | None:
    """Which of two is better, 0 or 1; None where that is not said, or where they are equal."""
    if what == _SHP and fields.get("labels") in (0, 1):
        return 1 - int(fields["labels"])
    told = first_of(_WINNERS, fields)
    if told:
        called = _CALLED.fullmatch(str(fields[told]).strip().lower())
        return sides.index(called[1]) if called and called[1] in sides else None
    for name in _SCORES:
        scores = [fields.get(first_of((f"{name}_{side}",), fields)) for side in sides]
        if all(isinstance(each, int | float) for each in scores) and scores[0] != scores[1]:
            first_is_more = scores[0] > scores[1]  # type: ignore[operator]  # both are numbers
            return int(first_is_more) if name == "rank" else int(not first_is_more)
    return None
