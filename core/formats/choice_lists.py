"""The choices of a question: in a list, an object, a text, or columns of their own."""

import re
import string
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from core.formats.column_names import (
    ANSWER_KEYS,
    CHOICES,
    INPUT,
    INSTRUCTION,
    OUTPUT,
    TEXTS,
    WEAK_INSTRUCTION,
    first_of,
    plain_name,
)
from core.formats.printed_python import decoded

Choices = Mapping[str, str]  # texts by their letters
_NAMED = re.compile(
    r"(?P<what>(?:option|choice|opt?|ending|sol|solution|alternative|(?:mc_)?answer)?_?)(?P<label>[a-j]|\d{1,2})"
)
_LABEL = re.compile(r"(?:(?:option|choice)[\s_]+(?=[a-z(]))?\(?(?P<label>[a-z]|\d{1,2})[.):]?\)?", re.IGNORECASE)
_BEFORE = re.compile(r"\s*\(?(?P<label>[A-J])[.):]\)?\s*(?P<text>.+)", re.DOTALL)  # A) Rome
_WITHIN = re.compile(r"(?:^|(?<=[\s,;|]))\(?(?P<label>[A-Ja-j]|\d{1,2}) ?[.):]\)?\s+")  # a ) 38 , b ) 27
_LABELS, _TEXTS = ("label", "key", "id", "letter"), ("text", "content", "value", "option", "answer")
GATHERED = CHOICES[0]


def has_choice_columns(names: tuple[str, ...]) -> bool:
    """Whether there are columns of choices."""
    return bool(_columns(names))


def gathered_choices(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns with choices in columns of their own, such as `A` to `D` or `option_1`, as one; else as they are."""
    columns = _columns(tuple(fields))
    if not columns or not all(isinstance(fields[name], str | int | float | None) for name in columns):
        return fields
    choices = {name: fields[name] for name in columns if fields[name] not in (None, "")}
    return {**{name: cell for name, cell in fields.items() if name not in columns}, GATHERED: choices}


@lru_cache(maxsize=1024)
def _columns(names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of choices, in order; none where there is no question, no answer or a column of all choices."""
    key = first_of(ANSWER_KEYS, names)
    asked = first_of((*INSTRUCTION, *WEAK_INSTRUCTION, *INPUT, *TEXTS), names)
    if not asked or not (key or first_of(OUTPUT, names)) or first_of(CHOICES, names):
        return ()
    found: dict[str, dict[str, str]] = {}
    for name in names:
        match = _NAMED.fullmatch(plain_name(name))
        if match and (key or "answer" not in match["what"]):
            found.setdefault(match["what"], {})[match["label"]] = name
    for before, columns in found.items():
        labels = sorted(columns, key=lambda label: (len(label), label))
        start = int(labels[0]) if labels[0].isdigit() else 0
        row = string.ascii_lowercase if labels[0].isalpha() else [str(start + place) for place in range(len(labels))]
        if len(labels) >= (2 if before else 4) and labels == list(row[: len(labels)]) and labels[0] in "a01":
            return tuple(columns[label] for label in labels)
    return ()


def choices_in(cell: Any) -> Choices:
    """The choices in a cell by their letters; none where it holds something else."""
    found = decoded(cell) if isinstance(cell, str) else cell
    if isinstance(cell, str) and found is None:
        pairs: Sequence[tuple[Any, Any]] = _pairs_in_text(cell)
    elif isinstance(found, Mapping):
        pairs = _pairs_in_object(found)
    elif isinstance(found, list) and found and all(isinstance(each, Mapping) for each in found):
        pairs = [(_member(each, _LABELS), _member(each, _TEXTS)) for each in found]
    elif isinstance(found, list) and len(found) <= len(string.ascii_uppercase):
        pairs = _pairs_in_list(found)
    else:
        return {}
    texts = {str(label): str(text) for label, text in pairs if isinstance(text, str | int | float)}
    return texts if len(texts) == len(pairs) and 1 < len(texts) <= len(string.ascii_uppercase) else {}


def label_alone(said: str) -> str:
    """The letter or number that an answer is, as in `(B)` and `Option B`; "" where it says something else."""
    found = _LABEL.fullmatch(said)
    return found["label"] if found else ""


def _pairs_in_object(found: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    if all(isinstance(found.get(name), list) for name in ("text", "label")):
        same = len(found["label"]) == len(found["text"])
        return list(zip(found["label"], found["text"], strict=True)) if same else []
    matches = [_NAMED.fullmatch(plain_name(str(name))) for name in found]
    labels = [each["label"].upper() for each in matches if each]
    if any(each and each["what"] and each["label"].isdigit() for each in matches):  # sol1, where 0 may mean it
        labels = list(string.ascii_uppercase[: len(labels)])
    return list(zip(labels, found.values(), strict=True)) if len(labels) == len(found) else []


def _pairs_in_list(found: Sequence[Any]) -> list[tuple[Any, Any]]:
    pairs = list(zip(string.ascii_uppercase, found, strict=False))
    told = [_BEFORE.fullmatch(each) if isinstance(each, str) else None for each in found]
    if [each and each["label"] for each in told] == [label for label, _ in pairs]:
        return [(each["label"], each["text"]) for each in told if each]
    return pairs


def _pairs_in_text(text: str) -> list[tuple[str, str]]:
    """The choices in one text that begins with the first of their letters, as MathQA has them."""
    text = text.strip()
    rows = (string.ascii_uppercase, string.ascii_lowercase, [str(number) for number in range(1, 27)])
    for row in rows:
        found: list[re.Match[str]] = []
        for each in _WITHIN.finditer(text):
            if len(found) < len(row) and each["label"] == row[len(found)]:
                found.append(each)
        if len(found) > 1 and found[0].start() == 0:
            ends = [*(each.start() for each in found[1:]), len(text)]
            return [(m["label"], text[m.end() : end].strip(" \t\r\n,;|")) for m, end in zip(found, ends, strict=True)]
    return []


def _member(value: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((value[name] for name in names if name in value), None)
