"""Turns in one text with a label before each: `Q:` and `A:`, `Question 2:`, `Customer:`.

Such labels stand in other texts, too: a column counts as turns where most of its rows look so, and nothing else does.
"""

import re
from collections.abc import Sequence
from functools import cache

from core.formats.column_names import INPUT, INSTRUCTION, OUTPUT
from core.formats.roles import role_of
from core.formats.turn_lists import Turn
from core.rows.row import ASSISTANT, SYSTEM, USER

_GIVEN = "given"  # what a question is about
_WORD = r"(?:\*\*)?(?P<who>[^\W\d_]{1,20})[ \t]*\d*[ \t]*[:：](?:\*\*)?[ \t]*"
_LABEL = re.compile(rf"(?:^|(?<=\n))[ \t]*{_WORD}")
_INLINE = re.compile(rf"(?<=\s){_WORD}")  # Question: … Answer: … in one line
_ROUND = re.compile(r"^\[Round \d+\][^\S\n]*\n*", re.MULTILINE)  # as ChatGLM counts turns
_ENOUGH = 0.5  # of the texts of a column, more look so


def are_labelled(cells: Sequence[object]) -> bool:
    """Whether most of these are texts with labels before turns."""
    found = sum(isinstance(cell, str) and labelled_turns(cell) is not None for cell in cells)
    return found > _ENOUGH * len(cells)


def labelled_turns(text: str) -> list[Turn] | None:
    """The turns of a text that begins with a label of a question and has one of an answer; else None."""
    text = _ROUND.sub("", text).strip()
    marks = _marks(_LABEL, text)
    if not marks or marks[0].start() > 0 or kind_of(marks[0]["who"]) == ASSISTANT:
        return None
    if all(kind_of(each["who"]) != ASSISTANT for each in marks):
        marks += [each for each in _marks(_INLINE, text) if kind_of(each["who"]) == ASSISTANT][:1]
    turns = _turns(text, marks)
    return turns if {USER, ASSISTANT} <= {turn["role"] for turn in turns if turn["content"]} else None


def _marks(label: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The labels; of each kind the one that comes first counts in the whole text."""
    names: dict[str, str] = {}
    found = [each for each in label.finditer(text) if kind_of(each["who"])]
    return [
        each for each in found if names.setdefault(kind_of(each["who"]), each["who"].lower()) == each["who"].lower()
    ]


def _turns(text: str, marks: Sequence[re.Match[str]]) -> list[Turn]:
    turns: list[dict[str, str]] = []
    begun = kind_of(marks[0]["who"]) == _GIVEN  # then the labels up to the answer are part of the question
    for place, mark in enumerate(marks):
        kind = kind_of(mark["who"])
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        if begun and kind != ASSISTANT:
            said = text[mark.start() : end]
            turns = [{"role": USER, "content": f"{turns[0]['content'] if turns else ''}{said}"}]
            continue
        begun, said = False, text[mark.end() : end].strip()
        if kind == _GIVEN and turns:
            turns[-1]["content"] += f"\n\n{said}" if said else ""
        else:
            turns.append({"role": kind, "content": said})
    return [{**turn, "content": turn["content"].strip()} for turn in turns]


@cache
def kind_of(who: str) -> str:
    """The role of who is named, or `given`; "" for any other word."""
    name = who.lower()
    if (role := role_of(name)) in (USER, ASSISTANT, SYSTEM):
        return role
    if name == "q" or name in INSTRUCTION:
        return USER
    return ASSISTANT if name == "a" or name in OUTPUT else _GIVEN if name in INPUT else ""
