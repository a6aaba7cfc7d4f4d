"""Multiple choice: a question, its choices, and which of them is the answer, in the ways that benchmarks have it.

The choices go into the question, a letter before each, as lm-evaluation-harness writes them; an answer that is a letter
or a number becomes the choice with its letter. Numbers count from 0, but where the choices are numbered themselves.
"""

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from core.formats.cells import CellFaultError
from core.formats.column_names import ANSWER_KEYS, CHOICES, INSTRUCTION, OUTPUT, WEAK_INSTRUCTION, first_of, plain_name
from core.formats.json_fault import is_missing
from core.formats.printed_python import decoded
from core.formats.record import Record

Choices = Mapping[str, str]  # texts by their letters
_NAMED = re.compile(r"(?P<what>(?:option|choice|opt?|ending|sol|solution)?_?)(?P<label>[a-j]|\d{1,2})")
_LABEL = re.compile(r"(?:(?:option|choice)\s+)?\(?(?P<label>[A-Za-z]|\d{1,2})[.):]?\)?", re.IGNORECASE)
_BEFORE = re.compile(r"\s*\(?(?P<label>[A-J])[.):]\)?\s*(?P<text>.+)", re.DOTALL)  # A) Rome
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
    asked = first_of((*INSTRUCTION, *WEAK_INSTRUCTION), names)
    if not asked or not first_of((*OUTPUT, *ANSWER_KEYS), names) or first_of(CHOICES, names):
        return ()
    found: dict[str, dict[str, str]] = {}
    for name in names:
        if match := _NAMED.fullmatch(plain_name(name)):
            found.setdefault(match["what"], {})[match["label"]] = name
    for before, columns in found.items():
        labels = sorted(columns)
        first = string.ascii_lowercase if labels[0].isalpha() else "".join(map(str, range(int(labels[0]), 10)))
        if len(labels) >= (2 if before else 4) and labels == list(first[: len(labels)]) and labels[0] in "a01":
            return tuple(columns[label] for label in labels)
    return ()


def choices_in(cell: Any) -> Choices:
    """The choices in a cell by their letters; none where it holds something else."""
    found = decoded(cell) if isinstance(cell, str) else cell
    if isinstance(found, Mapping) and all(isinstance(found.get(name), list) for name in ("text", "label")):
        same = len(found["label"]) == len(found["text"])
        pairs = list(zip(found["label"], found["text"], strict=True)) if same else []
    elif isinstance(found, Mapping):
        matches = [_NAMED.fullmatch(plain_name(str(name))) for name in found]
        labels = [each["label"].upper() for each in matches if each]
        if any(each and each["what"] and each["label"].isdigit() for each in matches):  # sol1, where 0 may mean it
            labels = list(string.ascii_uppercase[: len(labels)])
        pairs = list(zip(labels, found.values(), strict=True)) if len(labels) == len(found) else []
    elif isinstance(found, list) and found and all(isinstance(each, Mapping) for each in found):
        pairs = [(_member(each, _LABELS), _member(each, _TEXTS)) for each in found]
    elif isinstance(found, list) and len(found) <= len(string.ascii_uppercase):
        pairs = list(zip(string.ascii_uppercase, found, strict=False))
        told = [_BEFORE.fullmatch(each) if isinstance(each, str) else None for each in found]
        if [each and each["label"] for each in told] == [label for label, _ in pairs]:
            pairs = [(each["label"], each["text"]) for each in told if each]
    else:
        return {}
    texts = {str(label): str(text) for label, text in pairs if isinstance(text, str | int | float)}
    return texts if len(texts) == len(pairs) and 1 < len(texts) <= len(string.ascii_uppercase) else {}


def _member(value: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((value[name] for name in names if name in value), None)


def written(choices: Choices) -> str:
    """The choices line by line."""
    return "\n".join(f"{label}. {text}" for label, text in choices.items())


def choices_column(records: Sequence[Record], found: Iterable[str]) -> str:
    """The column of choices in these records; "" where there is none."""
    column = first_of(CHOICES, found)
    cells = [cell for each in records if not is_missing(cell := each.fields.get(column))]
    return column if column and all(map(choices_in, cells)) else ""


def are_told_by_place(records: Sequence[Record], column: str, output: str) -> bool:
    """Whether answers are letters or numbers of the choices in a column, and no number counts from 1."""
    asked = [(each.fields.get(output), choices_in(each.fields.get(column))) for each in records] if column else []
    from_one = any(str(answer).strip() == str(len(of)) and str(len(of)) not in of for answer, of in asked if of)
    return not from_one and any(
        answer not in of.values() and _label_of(answer, of) is not None for answer, of in asked if of
    )


def chosen(answer: Any, choices: Choices) -> str:
    """An answer that tells a choice as that choice with its letter; any other as it is.

    Raises:
        CellFaultError: it is a letter or a number of no choice, or the text of another one, too.
    """
    label, said = _label_of(answer, choices), str(answer).strip()
    is_text = isinstance(answer, str) and said in choices.values()
    if label is not None and not (is_text and choices[label] != said):
        return f"{label}. {choices[label]}"
    if label is not None or (not is_text and (_LABEL.fullmatch(said) or said.lstrip("-").isdigit())):
        which = "the text of one choice and the place of another" if is_text else f"none of the {len(choices)} choices"
        raise CellFaultError(f"The answer “{said[:40]}” is {which}.", "Correct it, or choose no column of choices.")
    return str(answer)


def _label_of(answer: Any, choices: Choices) -> str | None:
    """The letter of the choice that an answer names by letter or number; None where it is something else."""
    if isinstance(answer, float) and answer.is_integer():
        answer = int(answer)
    found = None if isinstance(answer, bool) else _LABEL.fullmatch(str(answer).strip())
    said = found["label"] if found else ""
    if label := next((each for each in (said, said.upper(), said.lower()) if each in choices), None):
        return label
    return list(choices)[int(said)] if said.isdigit() and int(said) < len(choices) else None
