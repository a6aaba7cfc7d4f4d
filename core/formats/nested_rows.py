"""Rows that stand within an object of a record, as services and APIs wrap them, or in a list: instances, SQuAD's."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.formats.column_names import (
    CONVERSATION,
    IN_ANSWER,
    INPUT,
    INSTRUCTION,
    OUTPUT,
    WEAK_INSTRUCTION,
    first_of,
    plain_name,
)
from core.formats.several_answers import side_by_side
from core.formats.turn_lists import is_turn, turns_in

_INSTANCES = "instances"
_TAGS, _PATTERNS, _REPLIES = ("tag", "intent"), ("patterns", "text", "utterances", "examples"), "responses"
_SIDES = (("inputs", "outputs"), ("input", "output"), ("input", "expected_output"), ("inputs", "reference_outputs"))
_DEEPEST = 4  # lists in one another


def rows_within(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """The row of a record, taken out of the object that it stands in; or one for each of its instances.

    What stands beside goes along; a name that is there twice gets a number.
    """
    if instances := _instances(fields) or _patterns(fields) or _listed(fields):
        return instances
    objects = [name for name, cell in fields.items() if isinstance(cell, Mapping) and cell and not is_turn(cell)]
    holders = [name for name in objects if _holds_row(fields[name])] if objects else []
    if len(objects) > 1 and (joined := _of_both(fields, objects)):
        return [joined]
    holders = holders or _with_question(fields, objects)
    if len(holders) != 1:
        return [fields]
    inner = fields[holders[0]]
    beside = {name: cell for name, cell in fields.items() if name != holders[0]}
    if _has_row(beside):
        return [fields]
    return [{**inner, **{f"{name} (2)" if name in inner else name: cell for name, cell in beside.items()}}]


def _with_question(fields: Mapping[str, Any], objects: Sequence[str]) -> list[str]:
    """The objects that hold the question whose answer stands beside them, such as an `input` of a trace."""
    answered = first_of(OUTPUT, fields)
    if answered in objects or not _is_answer(fields.get(answered)):
        return []
    asked = (*INSTRUCTION, *WEAK_INSTRUCTION, *INPUT)
    if any(isinstance(fields[name], str) and plain_name(name) in asked for name in fields):
        return []
    if first_of(CONVERSATION, fields):
        return []
    return [each for each in objects if isinstance(fields[each].get(first_of(INSTRUCTION, fields[each])), str)]


def _of_both(fields: Mapping[str, Any], objects: Sequence[str]) -> dict[str, Any] | None:
    """The row whose question stands in an object of inputs and whose answer in one of outputs, as traces have it."""
    for sides in _SIDES:
        asked, answered = (first_of((side,), objects) for side in sides)
        if asked and answered and fields[asked].keys().isdisjoint(fields[answered]):
            question, reply = fields[asked], fields[answered]
            joined = {**question, **(reply if first_of((*OUTPUT, *CONVERSATION), reply) else {answered: reply})}
            beside = {name: cell for name, cell in fields.items() if name not in (asked, answered)}
            numbered = {f"{name} (2)" if name in joined else name: cell for name, cell in beside.items()}
            talks = turns_in(question.get("input")) is not None
            return {**joined, **numbered} if talks or _has_row(joined) else None
    return None


def _has_row(fields: Mapping[str, Any]) -> bool:
    """Whether a conversation or a question with its answer stands among these columns."""
    if any(plain_name(name) in CONVERSATION and turns_in(cell, strings=True) for name, cell in fields.items()):
        return True
    asked, answered = first_of(INSTRUCTION, fields), first_of(OUTPUT, fields)
    question = fields.get(asked)
    is_asked = isinstance(question, str) or (isinstance(question, list) and turns_in(question) is not None)
    return is_asked and _is_answer(fields.get(answered))


def _is_answer(cell: Any) -> bool:
    """Whether a cell is a text, a list of texts, or an object that says more of its text."""
    if isinstance(cell, list):
        return bool(cell) and all(_is_answer(each) and not isinstance(each, list) for each in cell)
    return isinstance(cell, str) or (isinstance(cell, Mapping) and any(name in cell for name in IN_ANSWER))


def _holds_row(cell: Mapping[str, Any]) -> bool:
    """Whether a row stands in an object, and not turns as columns of lists or an answer with what is known of it."""
    return all(isinstance(name, str) for name in cell) and _has_row(cell)


def _listed(fields: Mapping[str, Any], depth: int = 0) -> list[dict[str, Any]]:
    """The rows of the one list in a record that holds some, at any depth, as SQuAD's paragraphs do; else none.

    Questions with their answers alone are a conversation.
    """
    lists = [n for n, cell in fields.items() if type(cell) is list and cell and isinstance(cell[0], Mapping)]
    if len(lists) != 1 or depth > _DEEPEST or _has_row(fields) or is_turn(fields):
        return []
    (name,) = lists
    if not all(isinstance(each, Mapping) for each in fields[name]) or turns_in(fields[name]) is not None:
        return []
    rows = [row for each in fields[name] for row in (_listed(each, depth + 1) or [dict(each)])]
    if not any(map(_has_row, rows)) or not all(first_of(INSTRUCTION, row) for row in rows):
        return []
    beside = {key: cell for key, cell in fields.items() if key != name}
    return [{**beside, **{f"{n} (2)" if n in beside else n: cell for n, cell in row.items()}} for row in rows]


def _patterns(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of a chatbot's intent: each pattern with the responses, the first of which is another for each; else none.

    What else is said of the intent stays in one column, as its `context` is no text.
    """
    tag = first_of(_TAGS, fields)
    name = next((each for each in _PATTERNS if _are_texts(fields.get(each))), "")
    replies: Any = fields.get(_REPLIES)
    if not tag or not name or not _are_texts(replies):
        return []
    about = {"intent": {key: cell for key, cell in fields.items() if key not in (name, _REPLIES)}}
    return [
        {"pattern": asked, _REPLIES: [*replies[at:], *replies[:at]], **about}
        for place, asked in enumerate(fields[name] or [""])
        for at in [place % max(1, len(replies))]
    ]


def _are_texts(cell: Any) -> bool:
    return isinstance(cell, list) and all(isinstance(each, str) for each in cell)


def _instances(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of Self-Instruct: an instruction with a list of inputs and outputs."""
    name, asked = first_of((_INSTANCES,), fields), first_of(INSTRUCTION, fields)
    cell = fields.get(name)
    if isinstance(cell, Mapping):
        cell = side_by_side(cell)
    if not isinstance(cell, list) or not asked or not all(isinstance(each, Mapping) for each in cell):
        return []
    if not all(first_of(OUTPUT, each) for each in cell):
        return []
    beside = {key: each for key, each in fields.items() if key != name}
    return [{**beside, **{f"{n} (2)" if n in beside else n: each for n, each in row.items()}} for row in cell]
