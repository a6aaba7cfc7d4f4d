"""Several answers in numbered columns, as samples are kept: `r1_solution_1`, `r1_solution_2` …, `response_a` …"""

import re
import string
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from core.formats.column_names import ANSWER_ENDINGS, all_endings_of, plain_name
from core.formats.json_fault import is_missing
from core.formats.judged_pairs import undecided
from core.formats.several_answers import NUMBERS

_NUMBERED = re.compile(r"(?P<what>.*[^\W\d_])_?(?P<label>\d{1,2})|(?P<named>.*[^\W\d_])_(?P<letter>[a-j])")


def has_numbered_answers(names: tuple[str, ...]) -> bool:
    """Whether there are columns of several answers."""
    return bool(_answers(names))


def gathered_answers(fields: dict[str, Any]) -> dict[str, Any]:
    """The answers as one column under their name without a number, and so what is said of each by a number."""
    families = _answers(tuple(fields))
    answers = next(iter(families.values()), ())
    if not answers or not all(isinstance(fields[name], str | None) for name in answers) or undecided(fields):
        return fields
    there = [place for place, name in enumerate(answers) if not is_missing(fields[name])]
    gathered = {what: [fields[names[place]] for place in there] for what, names in families.items()}
    used = {name for names in families.values() for name in names}
    return {**{name: cell for name, cell in fields.items() if name not in used}, **gathered}


@lru_cache(maxsize=1024)
def _answers(names: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The numbered columns by their name without a number, answers first; none where there are no such answers."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        if match := _NUMBERED.fullmatch(plain_name(name)):
            found.setdefault(match["what"] or match["named"], {})[match["label"] or match["letter"]] = name
    rows = {what: by_label for what, by_label in found.items() if what not in map(plain_name, names)}
    answers = [what for what, by_label in rows.items() if _is_answer(what) and _are_in_row(list(by_label))]
    if len(answers) != 1:
        return {}
    (answer,) = answers
    beside = [what for what in rows if what in NUMBERS and rows[what].keys() == rows[answer].keys()]
    return {what: tuple(rows[what][label] for label in rows[answer]) for what in (answer, *beside)}


def _is_answer(what: str) -> bool:
    return what in ANSWER_ENDINGS or bool(all_endings_of(ANSWER_ENDINGS, [what]))


def _are_in_row(labels: list[str]) -> bool:
    """Whether labels count from 0, 1 or a, and there are several."""
    rows = ([str(start + place) for place in range(len(labels))] for start in (0, 1))
    return len(labels) > 1 and (labels in rows or labels == list(string.ascii_lowercase[: len(labels)]))
