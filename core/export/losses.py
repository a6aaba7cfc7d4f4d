"""What does not go along: parts of a row that a layout has no place for, and rows that a trainer leaves out.

Source of the second: `SharegptDatasetConverter` of LLaMA-Factory 0.9.5. After a system turn, the user or a tool and the
assistant must take turns, the assistant last; it drops every other conversation.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from core.export.layouts import TEXT_KEYS, Layout, all_turns
from core.rows.row import ASSISTANT, SYSTEM, Row

TOOL = "tool"
TWO_RESULTS = "two tool results in a row"
STARTS = "the assistant speaks first"
ENDS = "the last turn is not the assistant's"
SYSTEM_LATER = "a system turn after the first turn"
TWICE = "the same side speaks twice in a row"
_CONVERSATIONS = (Layout.MESSAGES, Layout.SHAREGPT)


def left_out_because(row: Row, layout: Layout) -> Iterator[str]:
    """Why LLaMA-Factory leaves a row of this layout out, if it does."""
    if layout in _CONVERSATIONS and row.messages is not None:
        reason = _broken([turn["role"] for turn in all_turns(row)])
        if reason:
            yield reason


def _broken(roles: Sequence[str]) -> str:
    """What is wrong with the order of the roles; "" for nothing."""
    roles = roles[1:] if roles[:1] == [SYSTEM] else roles
    if SYSTEM in roles:
        return SYSTEM_LATER
    if not roles or roles[0] == ASSISTANT:
        return STARTS
    for before, after in pairwise(roles):
        if (before == ASSISTANT) == (after == ASSISTANT):
            return TWO_RESULTS if before == after == TOOL else TWICE
    return "" if roles[-1] == ASSISTANT else ENDS


def lost_parts(row: Row, layout: Layout) -> Iterator[str]:
    """What of a row has no place in the layout, or stands where trainers don't look."""
    if row.messages is None:
        return
    turns = all_turns(row)
    if layout is Layout.ALPACA:
        yield from sorted({name for turn in turns for name in turn if name not in TEXT_KEYS})
    if layout is Layout.SHAREGPT and any(turn.get("tool_calls") and turn["content"] for turn in turns):
        yield "text beside tool_calls"
