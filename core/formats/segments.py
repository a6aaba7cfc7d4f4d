"""axolotl's `input_output`: text in segments, of which `label` says whether they are trained on.

Segments that are trained on are answers, the others what is asked; where the whole text has the markers of a template,
its turns are taken. The mask is each turn's `train`, as axolotl's chat templates have it. The column stays beside the
row, as it alone says where spaces and markers stand.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from core.formats.column_names import CONVERSATION, SEGMENTS, plain_name
from core.formats.printed_python import decoded
from core.formats.roles import role_of
from core.formats.turn_lists import turns_in
from core.rows.row import ASSISTANT, USER

TRAIN = "train"
_WHOLE = r"(?:(?<=[>\]:\s])|^){}(?=[\s<\[]|\Z)"  # not a part of a word, as “a” of “assistant” in a marker


def has_segments(names: tuple[str, ...]) -> bool:
    """Whether there is a column of segments."""
    return SEGMENTS in names


def segmented(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns with the conversation of segments as `messages`; as they are where there are no segments."""
    cell = fields.get(SEGMENTS)
    found = decoded(cell) if isinstance(cell, str) else cell
    if not isinstance(found, list) or not found or not all(map(_is_segment, found)):
        return fields
    if any(plain_name(name) in CONVERSATION for name in fields):
        return fields
    return {"messages": _turns(found), **fields}


def _is_segment(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return False
    return isinstance(value.get("label"), bool | int) and value["label"] in (0, 1)


def _turns(segments: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns of the whole text where no segment ends within one, else each run of segments as one."""
    text = "".join(each["text"] for each in segments)
    masks = [bool(each["label"]) for each in segments for _ in each["text"]]
    made: list[dict[str, Any]] = []
    at = 0
    for turn in turns_in(text) or ():
        found = re.compile(_WHOLE.format(re.escape(turn["content"]))).search(text, at)
        trained = set(masks[found.start() : found.end()]) if found and role_of(turn["content"]) is None else set()
        if not found or len(trained) != 1:
            made = []
            break
        at = found.end()
        made.append({**turn, TRAIN: trained.pop()})
    runs = groupby(segments, lambda each: bool(each["label"]))
    parts = [(label, "".join(each["text"] for each in run)) for label, run in runs]
    return made or [{"role": ASSISTANT if label else USER, "content": text, TRAIN: label} for label, text in parts]
