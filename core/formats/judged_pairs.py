"""Two answers side by side and which of them is the better one, as comparisons are kept: a preference.

As PKU-SafeRLHF (`response_0`, `better_response_id`), WebGPT (`answer_0`, `score_0`), Chatbot Arena (`conversation_a`,
`winner`; texts by turns and `winner_model_a`), HelpSteer3 (`response1`, `overall_preference`) and SHP (`human_ref_A`,
`labels`) have it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from core.formats.column_names import CLASSES, INSTRUCTION, first_of, plain_name
from core.formats.json_fault import is_missing
from core.formats.labels import as_number, label_in
from core.formats.printed_python import decoded
from core.rows.row import ASSISTANT, USER

CHOSEN, REJECTED = "chosen", "rejected"
_ANSWER = re.compile(
    r"(response|answer|completion|output|conversation|reply|generation|summary|human_ref)_?([a-j]|\d{1,2})"
)
_SIDES = (("0", "1"), ("1", "2"), ("a", "b"))
_WINNERS = ("better_response_id", "better_answer_id", "winner", "preferred", "preference", "overall_pref", "better",
            "chosen_id", "label")  # fmt: skip
_LEANINGS = ("overall_preference", "preference_strength")  # below 0 to the first answer, above it to the second
_SCORES = ("score", "rating", "reward", "rank")
_CALLED = re.compile(r"(?:model|response|answer|assistant|completion|output)?[ _]?([ab012])(?:[ _-]is[ _-].*)?")
_SHP = "human_ref"
Verdict = tuple[str, int | None]  # the column that says which of two is better, and which: 0 or 1, None for neither


def may_be_judged(names: tuple[str, ...]) -> bool:
    """Whether there are columns of two answers."""
    return len(_answers(names)) > 1


def judged(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns with the better answer as `chosen` and the other as `rejected`; as they are where none is better."""
    for what, sides, names in _pairs(fields):
        verdict = _verdict(fields, sides, what)
        if verdict and verdict[1] is not None:
            return _preference(fields, names[verdict[1]], names[1 - verdict[1]], what)
    return fields


def undecided(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """Reason and mend for two answers of which neither is said to be better; None for any other row."""
    if not may_be_judged(tuple(fields)):
        return None
    for what, sides, names in _pairs(fields):
        if (verdict := _verdict(fields, sides, what)) and verdict[1] is None:
            said = f"“{verdict[0]}” is {str(fields[verdict[0]])[:40]}"
            return (
                f"Neither of “{names[0]}” and “{names[1]}” is said to be the better answer ({said}).",
                "Remove the row, or name there the better one.",
            )
    return None


def _pairs(fields: Mapping[str, Any]) -> list[tuple[str, tuple[str, str], tuple[str, str]]]:
    """What two answers are called, their sides, and their columns; none where the row is a preference already."""
    found = {} if CHOSEN in fields or REJECTED in fields else _answers(tuple(fields))
    return [
        (what, sides, (found[what, sides[0]], found[what, sides[1]]))
        for what in dict.fromkeys(kind for kind, _ in found)
        for sides in _SIDES
        if {side for kind, side in found if kind == what} == set(sides)
    ]


@lru_cache(maxsize=1024)
def _answers(names: tuple[str, ...]) -> Mapping[tuple[str, str], str]:
    """Columns of answers by what they are called and their side."""
    found = [(match, name) for name in names if (match := _ANSWER.fullmatch(plain_name(name)))]
    return {(match[1], match[2]): name for match, name in found}


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


def _verdict(fields: Mapping[str, Any], sides: tuple[str, str], what: str) -> Verdict | None:
    """Which of two answers is better; None where nothing says so."""
    if what == _SHP and (of_first := label_in(fields.get("labels"))) is not None:
        return "labels", int(not of_first)
    flagged = [first_of((f"winner_model_{side}",), fields) for side in sides]
    flags = [label_in(fields.get(name)) for name in flagged]
    if None not in flags:
        return flagged[0], flags.index(True) if sum(map(bool, flags)) == 1 else None
    leaning = first_of(_LEANINGS, fields)
    if (towards := as_number(fields.get(leaning))) is not None:
        return leaning, int(towards > 0) if towards else None
    told = first_of(_WINNERS, fields)
    is_class = plain_name(told) in CLASSES and as_number(fields[told]) is None
    if told and not is_missing(fields[told]) and not isinstance(fields[told], bool) and not is_class:
        return told, _side(fields[told], fields, sides)
    return _by_score(fields, sides)


def _side(told: Any, fields: Mapping[str, Any], sides: tuple[str, str]) -> int | None:
    """Which side is named: by itself, by its number or one nearer to that, or by its model."""
    number = as_number(told)
    if number is not None and sides[0].isdigit():
        towards = number - (int(sides[0]) + int(sides[1])) / 2
        return int(towards > 0) if 0 < abs(towards) <= 0.5 else None
    models = [fields.get(first_of((f"model_{side}",), fields)) for side in sides]
    if models.count(told) == 1:
        return models.index(told)
    called = _CALLED.fullmatch(str(told).strip().lower())
    return sides.index(called[1]) if called and called[1] in sides else None


def _by_score(fields: Mapping[str, Any], sides: tuple[str, str]) -> Verdict | None:
    for name in _SCORES:
        columns = [first_of((f"{name}_{side}",), fields) for side in sides]
        first, second = (as_number(fields.get(column)) for column in columns)
        if first is not None and second is not None:
            return columns[0], None if first == second else int((second > first) != (name == "rank"))
    return None
