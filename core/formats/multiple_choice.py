"""Multiple choice: a question, its choices, and which of them is the answer, in the ways that benchmarks have it.

The choices go into the question, a letter before each, as lm-evaluation-harness writes them; an answer that is a letter
or a number becomes the choice with its letter. Numbers count from 0, or from 1 where that of the last choice
is there so and no 0 is; where the choices have numbers themselves, these are meant.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.formats.cells import CellFaultError
from core.formats.choice_lists import Choices, choices_in, label_alone
from core.formats.column_names import ANSWER_KEYS, CHOICES, SAID_AS_CHOICES, first_of
from core.formats.json_fault import is_missing
from core.formats.record import Record

FROM_ONE = "1"
_MARKS = ".):"


def written(choices: Choices) -> str:
    """The choices line by line."""
    return "\n".join(f"{label}. {text}" for label, text in choices.items())


def choices_column(records: Sequence[Record], found: Iterable[str]) -> str:
    """The column of choices in these records; "" where there is none.

    One with a name of answers is it where another one says by place which of them is right, as in ReClor and QuAIL.
    """
    found = list(found)
    if (column := first_of(CHOICES, found)) and _are_choices(records, column):
        return column
    answers, key = first_of(SAID_AS_CHOICES, found), first_of(ANSWER_KEYS, found)
    lists = any(isinstance(each.fields.get(answers), list) for each in records)
    return answers if lists and _are_choices(records, answers) and are_told_by_place(records, answers, key) else ""


def _are_choices(records: Sequence[Record], column: str) -> bool:
    """Whether most cells of a column are choices."""
    found = [bool(choices_in(cell)) for each in records if not is_missing(cell := each.fields.get(column))]
    return 2 * sum(found) > len(found) or not found


def are_told_by_place(records: Sequence[Record], column: str, output: str) -> bool:
    """Whether answers are letters or numbers of the choices in a column."""
    first = next(iter(first_choices(records, column, output)), "")
    return any(
        answer not in of.values() and _label_of(answer, of, first) is not None
        for answer, of in _answered(records, column, output)
    )


def first_choices(records: Sequence[Record], column: str, output: str) -> list[str]:
    """From what the numbers of choices may count, the more likely first: "1", or "" for 0; none without numbers."""
    answers = [(_told(answer), of) for answer, of in _answered(records, column, output)]
    unlabelled = [(said, len(of)) for said, of in answers if not {said, str(len(of))} & of.keys()]
    counted = [(number, count) for said, count in unlabelled if (number := _number(said)) is not None]
    from_one = [0 < number <= count for number, count in counted]
    if any(number == count for number, count in counted) and all(from_one):
        return [FROM_ONE]
    return ["", *([FROM_ONE] if all(from_one) else [])] if counted else []


def _answered(records: Sequence[Record], column: str, output: str) -> list[tuple[Any, Choices]]:
    """Each answer, also of several in a list, with the choices of its question."""
    found = [(each.fields.get(output), choices_in(each.fields.get(column))) for each in records] if column else []
    lists = [(cell if isinstance(cell, list) else [cell], of) for cell, of in found if of]
    return [(answer, of) for cell, of in lists for answer in cell]


def are_lettered(choices: Choices, asked: str) -> bool:
    """Whether a question has the letters of its choices in it."""
    return all(any(f"{label}{mark}" in asked for mark in _MARKS) for label in choices)


def chosen(answer: Any, choices: Choices, first: str, lettered: bool = True) -> str | None:
    """An answer that tells a choice, or a list of such, as that choice with its letter; any other text as it is.

    Args:
        first: the number of the first choice, as `first_choices` has it.
        lettered: whether the question shows the letters; without them a choice is its text alone.

    Raises:
        CellFaultError: it is a letter or a number of no choice, or the text of another one, too.
    """
    if isinstance(answer, list):
        labels = [_label_of(each, choices, first) for each in answer]
        told = [_choice(label, choices, lettered) for label in labels if label is not None]
        return "\n".join(told) if answer and len(told) == len(answer) else None
    if not isinstance(answer, str | int | float):
        return None
    label, said = _label_of(answer, choices, first), _told(answer)
    is_text = isinstance(answer, str) and said in choices.values()
    if label is not None and not (is_text and choices[label] != said):
        return _choice(label, choices, lettered)
    if label is not None or (not is_text and (label_alone(said) or said.lstrip("-").isdigit())):
        which = "the text of one choice and the place of another" if is_text else f"none of the {len(choices)} choices"
        count = (
            " let numbers count from 1 (--columns first_choice=1)," if said == str(len(choices)) and not first else ""
        )
        mend = f"Correct it,{count} or choose no column of choices."
        raise CellFaultError(f"The answer “{said[:40]}” is {which}.", mend)
    return str(answer)


def _choice(label: str, choices: Choices, lettered: bool) -> str:
    return f"{label}. {choices[label]}" if lettered else choices[label]


def _told(answer: Any) -> str:
    """An answer as text: `2.0` is 2."""
    return str(int(answer) if isinstance(answer, float) and answer.is_integer() else answer).strip()


def _label_of(answer: Any, choices: Mapping[str, str], first: str) -> str | None:
    """The letter of the choice that an answer names by letter or number; None where it is something else."""
    said = "" if isinstance(answer, bool) else label_alone(_told(answer))
    if label := next((each for each in (said, said.upper(), said.lower()) if each in choices), None):
        return label
    number = _number(said)
    place = -1 if number is None else number - int(first or 0)
    return list(choices)[place] if 0 <= place < len(choices) else None


def _number(said: str) -> int | None:
    """The number of a choice; None where it is none, or too long for one."""
    return int(said) if said.isdecimal() and len(said) < 4 else None
