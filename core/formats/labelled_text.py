"""Turns in one text with a label before each: `Q:` and `A:`, `**Customer:**`, the `<|im_start|>user` of a template.

How labels look is a dialect; where turns begin and end is found in one way.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from core.formats.column_names import INPUT, INSTRUCTION, OUTPUT
from core.formats.roles import role_of
from core.rows.row import ASSISTANT, SYSTEM, TOOL, USER, clean_text

_GIVEN = "given"  # what a question is about
_NUMBER = "0123456789 _"  # behind a name
_PARTNERS = {"q": "a", "question": "answer"}
_ENDS = (
    "</s>", "<eos>", "<|im_end|>", "<|eot_id|>", "<|eot|>", "<|end|>", "<end_of_turn>", "<|end_of_turn|>", "<|EOT|>",
    "<|eom_id|>", "[/SYSTEM_PROMPT]",
    "<|endoftext|>", "<|end_of_text|>", "<|return|>", "[|endofturn|]", "</user>", "</human>", "</assistant>", "</bot>",
    "</system>", "<｜end▁of▁sentence｜>", "<|END_OF_TURN_TOKEN|>", "<eoh>", "<eoa>", "<eom>",
)  # fmt: skip
Turns = list[Mapping[str, str]]


class Label(NamedTuple):
    """A label in a text: the role of who speaks then, or `given`; the name; where the label begins and ends."""

    role: str
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Dialect:
    """How turns are labelled.

    Attributes:
        label: its group `who` is who speaks next, or what stands next.
        names: of speakers that have a role here only.
        are_words: whether labels may be words of what is said, too. Then of each role the one that comes first counts,
            a system prompt only where it begins the text, and what is given only beside an instruction.
    """

    label: re.Pattern[str]
    names: Mapping[str, str] = field(default_factory=dict)
    are_words: bool = False


_BOLD = r"(?:\*\*|__)"
SPOKEN = Dialect(  # User: …, **User:** …, [User]: …, 🧑 User 2: …, or a heading that is a name alone
    re.compile(
        rf"(?:^|(?<=\n))[ \t>]*(?P<opened>\#{{1,6}}[ \t]*{_BOLD}?|{_BOLD})?(?:[^\w\s*_#\[\]:：>|<-]{{1,4}}[ \t]*)?"
        rf"\[?(?P<who>[^\W\d_](?:[\w ]{{0,18}}\w)?)\]?{_BOLD}?"
        rf"(?:[ \t]*[:：]{_BOLD}?|(?(opened)(?=[ \t]*(?:\n|$))|(?!)))[ \t]*"
    ),
    {"you": USER, "you said": USER, "me": USER, "chatgpt said": ASSISTANT},  # as chats are copied from pages
    are_words=True,
)
_INLINE = Dialect(re.compile(r"(?<=\s)(?P<who>[^\W\d_]{1,20})[ \t]*\d*[ \t]*[:：][ \t]*"), are_words=True)
_ROUND = re.compile(r"^\[Round \d+\][^\S\n]*\n*", re.MULTILINE)  # as ChatGLM counts turns
_ENOUGH = 0.5  # of the texts of a column, more look so


def are_labelled(cells: Sequence[object]) -> bool:
    """Whether most of these are texts with labels before turns: such labels stand in other texts, too."""
    found = sum(isinstance(cell, str) and labelled_turns(cell) is not None for cell in cells)
    return found > _ENOUGH * len(cells)


def labelled_turns(text: str) -> Turns | None:
    """The turns of a text that begins with a label of a question and has one of an answer; else None."""
    text = _ROUND.sub("", text).strip()
    labels = labels_in(text, SPOKEN)
    if not labels or labels[0].start > 0 or labels[0].role == ASSISTANT:
        return None
    if all(each.role != ASSISTANT for each in labels):  # Question: … Answer: … in one line
        labels += [each for each in labels_in(text, _INLINE) if each.role == ASSISTANT][:1]
    turns = turns_between(labels, text)
    return turns if both_speak(turns) else None


def labels_in(text: str, dialect: Dialect) -> list[Label]:
    """The labels before turns, in their order."""
    found = []
    for each in dialect.label.finditer(text):
        name = each["who"].lower()
        if role := dialect.names.get(name) or role_named(name):
            found.append(Label(role, name.rstrip(_NUMBER), *each.span()))
    return _counted(found) if dialect.are_words else found


def _counted(found: Sequence[Label]) -> list[Label]:
    """Those of labels in words that are no words of what is said."""
    names: dict[str, str] = {}
    for each in found:
        names.setdefault(each.role, each.name)
    partner = _PARTNERS.get(names.get(USER, ""), "")
    if any(each[:2] == (ASSISTANT, partner) for each in found):
        names[ASSISTANT] = partner
    counted: list[Label] = []
    for each in found:
        before = counted[-1] if counted else None
        if each.role == TOOL or names[each.role] != each.name:
            continue
        if each.role == SYSTEM and counted and counted[0].role != SYSTEM:
            continue
        if each.role == _GIVEN and before and (before.role != USER or before.name in _PARTNERS or role_of(before.name)):
            continue
        counted.append(each)
    return counted


def turns_between(labels: Sequence[Label], text: str) -> Turns:
    """What is said after each label; what is given is a part of the question that it stands beside."""
    turns: list[dict[str, str]] = []
    begins_with_given = bool(labels) and labels[0].role == _GIVEN  # then all up to the answer is the question
    for place, label in enumerate(labels):
        end = labels[place + 1].start if place + 1 < len(labels) else len(text)
        if begins_with_given and label.role != ASSISTANT:
            turns = [{"role": USER, "content": _said(text[labels[0].start : end])}]
            continue
        begins_with_given, said = False, _said(text[label.end : end])
        if label.role == _GIVEN and turns and turns[-1]["role"] == USER:
            turns[-1]["content"] += f"\n\n{said}" if said else ""
        else:
            turns.append({"role": USER if label.role == _GIVEN else label.role, "content": said})
    return list(turns)


def both_speak(turns: Sequence[Mapping[str, str]]) -> bool:
    """Whether a user and the assistant speak; a last turn in which nothing is said does not count."""
    return {USER, ASSISTANT} <= {turn["role"] for turn in turns if turn["content"] or turn is not turns[-1]}


def without_end(text: str) -> str:
    """A turn without the markers that end it."""
    while True:
        text = text.rstrip()
        end = next((each for each in _ENDS if text.endswith(each)), "")
        if not end:
            return text
        text = text.removesuffix(end)


def _said(text: str) -> str:
    return clean_text(without_end(text))


@lru_cache(maxsize=4096)
def role_named(who: str) -> str:
    """The role of who is named, or `given`; "" for any other word."""
    name = who.rstrip(_NUMBER)
    if role := role_of(name):
        return role
    if name == "q" or name in INSTRUCTION:
        return USER
    return ASSISTANT if name == "a" or name in OUTPUT else _GIVEN if name in INPUT else ""
