"""Two answers side by side and which of them is the better one, as comparisons are kept: a preference.

As PKU-SafeRLHF (`response_0`, `better_response_id`), WebGPT (`answer_0`, `score_0`), Chatbot Arena (`conversation_a`,
`winner`; texts by turns and `winner_model_a`), HelpSteer3 (`response1`, `overall_preference`) and SHP (`human_ref_A`,
`labels`) have it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from core.formats.column_names import INSTRUCTION, first_of, plain_name
from core.formats.labels import label_in
from core.formats.printed_python import decoded
from core.rows.row import ASSISTANT, USER

CHOSEN, REJECTED = "chosen", "rejected"
_ANSWER = re.compile(r"(response|answer|completion|output|conversation|reply|generation|human_ref)_?([01ab12])")
_SIDES = (("0", "1"), ("1", "2"), ("a", "b"))
_WINNERS = ("better_response_id", "better_answer_id", "winner", "preferred", "preference", "better", "chosen_id")
_LEANINGS = ("overall_preference",)  # below 0 to the first answer, above it to the second
_SCORES = ("score", "rating", "reward", "rank")
_CALLED = re.compile(r"(?:model|response|answer|assistant|completion|output)?[ _]?([ab012])")
_SHP = "human_ref"


def may_be_judged(names: tuple[str, ...]) -> bool:
    """Whether there are columns of two answers."""
    return len(_answers(names)) > 1


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
    asked = beside.get(first_of(INSTRUCTION, beside))
    talks = [_talk(asked, fields[chosen]), _talk(asked, fields[rejected])]
    better, worse = talks if all(talks) else (fields[chosen], fields[rejected])
    return {**beside, CHOSEN: better, REJECTED: worse}


def _talk(asked: Any, answers: Any) -> list[dict[str, Any]]:
    """The turns of questions and their answers that are lists of texts of one length; none of anything else."""
    lists = [decoded(each) if isinstance(each, str) else each for each in (asked, answers)]
    if not all(isinstance(each, list) and each for each in lists) or len(lists[0]) != len(lists[1]):
        return []
    texts = [text or "" for pair in zip(*lists, strict=True) for text in pair]
    if not all(isinstance(each, str) for each in texts):
        return []
    return [{"role": ASSISTANT if place % 2 else USER, "content": text} for place, text in enumerate(texts)]


def _better(fields: Mapping[str, Any], sides: tuple[str, str], what: str) -> int | None:
    """Which of two is better, 0 or 1; None where that is not said, or where they are equal."""
    if what == _SHP and fields.get("labels") in (0, 1):
        return 1 - int(fields["labels"])
    flags = [label_in(fields.get(first_of((f"winner_model_{side}",), fields))) for side in sides]
    if sorted(map(str, flags)) == ["False", "True"]:
        return flags.index(True)
    leaning = fields.get(first_of(_LEANINGS, fields))
    if isinstance(leaning, int | float) and leaning:
        return int(leaning > 0)
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
