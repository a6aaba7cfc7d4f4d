"""What annotators said, as Label Studio, Prodigy and Argilla export it.

Label Studio: tasks with their annotations, of which each is a row. What was written or chosen becomes a column under
the name of its control; the answer that a comparison prefers is the `winner`. Prodigy: tasks whose `answer` is accept,
reject or ignore, with the ids of chosen options in `accept`, or a text in `user_input`. Argilla before 2.0: texts to
which a model proposed some in `prediction`, best by score, and of which one was written in `annotation`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.formats.column_names import INSTRUCTION, OUTPUT, first_of
from core.formats.labels import as_number

_VALUES = ("text", "choices", "rating", "number", "taxonomy", "datetime")  # of a result, by what it is
_SIDES = ("left", "right")
_PRODIGY, _DECISIONS, _WRITTEN = ("_input_hash", "_task_hash"), ("accept", "reject", "ignore"), "user_input"


def annotated(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each annotation of a task that was not cancelled; a record that is no task as it is."""
    data, done = fields.get("data"), fields.get("annotations")
    if not isinstance(data, Mapping) or not isinstance(done, list) or not all(map(_is_annotation, done)):
        return [fields]
    task = {name: cell for name, cell in fields.items() if name not in ("data", "annotations")}
    kept = [each for each in done if not each.get("was_cancelled")]
    return [{**_beside(data, _results(each["result"])), "task": task, "annotation": each} for each in kept] or [
        {**data, "task": {**task, "annotations": done}}
    ]


def _is_annotation(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("result"), list)


def _results(found: Sequence[Any]) -> dict[str, Any]:
    """What an annotator said, by the names of the controls; several answers in one stay a list."""
    said: dict[str, Any] = {}
    for each in found:
        value = each.get("value") if isinstance(each, Mapping) else None
        if not isinstance(value, Mapping):
            continue
        if value.get("selected") in _SIDES:
            compared = str(each.get("to_name")).split(",")
            said["winner"] = compared[_SIDES.index(value["selected"]) % len(compared)]
        told = next((value[name] for name in _VALUES if name in value), None)
        if told is not None:
            said[str(each.get("from_name"))] = told[0] if isinstance(told, list) and len(told) == 1 else told
    return said


def _beside(data: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, **{f"{name} (2)" if name in data else name: cell for name, cell in said.items()}}


def is_prodigys(names: tuple[str, ...]) -> bool:
    """Whether columns are those of Prodigy's tasks."""
    return "answer" in names and not {*_PRODIGY}.isdisjoint(names)


def decided(fields: dict[str, Any]) -> dict[str, Any]:
    """A task of Prodigy with what was said as its `answer`, of one that was not accepted none; other rows as they are.

    Where the answer stands in a column of its own, whether that was accepted is its KTO label.
    """
    decision = fields["answer"]
    if decision not in _DECISIONS:
        return fields
    task = {name: cell for name, cell in fields.items() if name not in ("answer", _WRITTEN)} | {"decision": decision}
    if first_of(OUTPUT, task):
        return task if decision == "ignore" or "label" in task else {**task, "label": decision == "accept"}
    said = task.get("accept") or fields.get(_WRITTEN)
    said = said[0] if isinstance(said, list) and len(said) == 1 else said
    return {**task, "answer": said if decision == "accept" else None}


def is_argillas(names: tuple[str, ...]) -> bool:
    """Whether columns are those of Argilla's records of texts."""
    return {"text", "prediction", "annotation"} <= set(names) and not first_of((*INSTRUCTION, *OUTPUT), names)


def written_out(fields: dict[str, Any]) -> dict[str, Any]:
    """A record of Argilla with the `response` that was written, else the best that was proposed; others as they are."""
    annotation, proposed = fields["annotation"], fields["prediction"]
    texts = [each for each in proposed if isinstance(each, Mapping)] if isinstance(proposed, list) else []
    if isinstance(annotation, str) and annotation.strip() and not any("label" in each for each in texts):
        return {**fields, "response": annotation}
    told = [(as_number(each.get("score")) or 0.0, each["text"]) for each in texts if isinstance(each.get("text"), str)]
    best = max(told, key=lambda scored: scored[0], default=None)
    return fields if best is None else {**fields, "response": best[1]}
