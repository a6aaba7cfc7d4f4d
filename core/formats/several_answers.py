"""Which of several answers in one cell is the response: the best where a number says so, else the first."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.formats.column_names import IN_ANSWER, first_of, plain_name
from core.formats.labels import as_number
from core.formats.printed_python import decoded

# Where a text may be a list of them.
SEVERAL = ("outputs", "responses", "answers", "targets", "completions", "solutions")
_MORE_IS_BETTER = ("score", "overall_score", "rating", "reward", "votes", "upvotes", "likes", "pm_score", "correctness")
_LESS_IS_BETTER = ("rank",)
_PICKED = ("chosen", "chosen_index", "chosen_idx", "best", "best_index", "best_idx", "selected", "preferred", "winner")
NUMBERS = (*_MORE_IS_BETTER, *_LESS_IS_BETTER)
_BESIDE = (*(name if name.endswith("s") else f"{name}s" for name in NUMBERS), *NUMBERS)


def several_in(cell: Any, column: str) -> list[Any]:
    """The answers in a cell that has more than one; else none."""
    if isinstance(cell, str) and plain_name(column) not in SEVERAL:
        return []
    found = decoded(cell) if isinstance(cell, str) else cell
    if isinstance(found, Mapping):
        found = side_by_side(found)
    if not isinstance(found, list) or len(found) < 2:
        return []
    if all(isinstance(each, str) for each in found):
        return found
    objects = not isinstance(cell, str) and all(isinstance(each, Mapping) for each in found)
    return found if objects and any(name in found[0] for name in IN_ANSWER) else []


def side_by_side(cell: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Objects whose members stand in lists of one length, as SQuAD, ELI5 and tables have them; none elsewhere."""
    texts = next((each for name in IN_ANSWER if isinstance(each := cell.get(name), list)), [])
    lists = {name: each for name, each in cell.items() if isinstance(each, list) and len(each) == len(texts)}
    return [dict(zip(lists, each, strict=True)) for each in zip(*lists.values(), strict=True)] if texts else []


def ranked_by(answers: Sequence[Any], fields: Mapping[str, Any]) -> str:
    """The name under which a number says how good each answer is, in it or in a list beside; "" where there is none."""
    if answers and isinstance(answers[0], Mapping):
        return next((name for name in NUMBERS if _are_numbers([each.get(name) for each in answers])), "")
    if picked := _picked(answers, fields):
        return picked
    name = first_of(_BESIDE, fields)
    return name if len(_numbers(fields.get(name))) == len(answers) else ""


def _picked(answers: Sequence[Any], fields: Mapping[str, Any]) -> str:
    """The column that says by its place which of some texts is the best; "" where there is none."""
    name = first_of(_PICKED, fields)
    place = as_number(fields.get(name))
    return name if place is not None and place.is_integer() and 0 <= place < len(answers) else ""


def _numbers(cell: Any) -> list[float]:
    """The numbers in a list, which may be written as text; none where something else is there."""
    found = decoded(cell) if isinstance(cell, str) else cell
    numbers = [as_number(each) for each in found] if isinstance(found, list) else []
    return [] if None in numbers else [each for each in numbers if each is not None]


def best_first(answers: Sequence[Any], fields: Mapping[str, Any]) -> list[Any]:
    """The answers, the best first; in their order where none is said to be better."""
    name = ranked_by(answers, fields)
    if not name:
        return list(answers)
    if name == _picked(answers, fields):
        best = int(as_number(fields[name]) or 0)
        return [answers[best], *answers[:best], *answers[best + 1 :]]
    in_each = isinstance(answers[0], Mapping)
    numbers = [each[name] for each in answers] if in_each else _numbers(fields[name])
    sign = 1 if plain_name(name) in ("rank", "ranks") else -1
    return [answers[place] for place in sorted(range(len(answers)), key=lambda place: sign * numbers[place])]


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and value == value for value in values)
