"""Answers that stand step by step, as process rewards are trained on: TRL's `completions` with `labels`, `steps`.

The steps are one answer, joined by line ends as TRL's trainer joins them; they stay beside the row with what is said of
each.
"""

from typing import Any

from core.formats.column_names import OUTPUT, first_of
from core.formats.labels import label_in

_STEPS, _JOINED = ("completions", "steps"), "completion"


def may_have_steps(names: tuple[str, ...]) -> bool:
    """Whether there is a column of steps, or of several answers."""
    return any(name in names for name in _STEPS)


def joined_steps(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns with the whole answer as `completion`; as they are where there are no steps."""
    labels: Any = fields.get("labels")
    steps = _texts(fields.get("completions")) if _are_labels(labels) else []
    if not steps or len(steps) != len(labels):
        steps = [] if first_of(OUTPUT, fields) else _texts(fields.get("steps"))
    return {**fields, _JOINED: "\n".join(steps)} if steps and _JOINED not in fields else fields


def _texts(cell: Any) -> list[str]:
    return cell if isinstance(cell, list) and all(isinstance(each, str) for each in cell) else []


def _are_labels(cell: Any) -> bool:
    return isinstance(cell, list) and all(label_in(each) is not None for each in cell)
