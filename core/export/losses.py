"""What does not go along: parts of a row that a layout has no place for, and rows that a trainer leaves out.

Source of the second: `SharegptDatasetConverter` of LLaMA-Factory 0.9.5. After a system turn, the user or a tool and the
assistant must take turns, the assistant last; it drops every other conversation.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from core.export.layouts import ExportOptions, Layout
from core.export.records import TEXT_KEYS, fits
from core.export.sinks import is_formula
from core.humanize import counted
from core.rows.row import ASSISTANT, SYSTEM, TOOL, Row

REJECTED, TOOL_CALLS = "the rejected answer", "tool_calls"
TWO_RESULTS = "two tool results in a row"
STARTS = "the assistant speaks first"
ENDS = "the last turn is not the assistant's"
SYSTEM_LATER = "a system turn after the first turn"
TWICE = "the same side speaks twice in a row"
_CONVERSATIONS = (Layout.MESSAGES, Layout.SHAREGPT)


@dataclass
class Counts:
    """In how many rows of an export something does not go along as it was.

    Attributes:
        rows: all.
        flattened: have turns that the layout can't hold as turns.
        conversations: of an Alpaca file: have a system prompt or earlier turns.
        with_tools: have tools or calls of them.
        lost: have a part that has no place, by its name.
        left_out: are left out by LLaMA-Factory, by the reason.
        labelled: say whether their response is desirable.
        undesirable: of these, say that it is not.
        unscored: go on after the answer that is their response, in a layout that holds what follows.
        escaped: cells that get an apostrophe against spreadsheets.
    """

    rows: int = 0
    flattened: int = 0
    conversations: int = 0
    with_tools: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    labelled: int = 0
    undesirable: int = 0
    unscored: int = 0
    escaped: int = 0

    @property
    def told_of_answers(self) -> tuple[str, ...]:
        """A sentence where the answer that was scored is not the last one, which the rows of a file don't say."""
        if not self.unscored:
            return ()
        return (
            f"{counted(self.unscored, 'conversation')} of {self.rows:,} go on after the answer that is scored; "
            "trainers learn the later answers, too. Load the file with “first answer” (--answers first) to get "
            "the same rows.",
        )

    def add(self, row: Row, record: Mapping[str, Any], options: ExportOptions, ranking: bool) -> None:
        """Count a row.

        Args:
            record: as the layout has it.
            ranking: whether the file is for preference training.
        """
        self.rows += 1
        if options.neutralise_formulas and options.layout is Layout.CSV:
            self.escaped += sum(map(is_formula, record.values()))
        if row.messages is None:
            return
        self.labelled += row.label is not None
        self.undesirable += row.label is False
        turns = row.turns
        self.flattened += not fits(row, options.layout)
        answers_later = any(turn["role"] == ASSISTANT for turn in turns[len(row.conversation) :])
        self.unscored += answers_later and options.layout is not Layout.PROMPT_COMPLETION and fits(row, options.layout)
        self.conversations += bool(record.get("history") or record.get("system"))
        self.with_tools += bool(row.tools) or any(TOOL_CALLS in turn for turn in turns)
        self.lost.update(_lost(row, turns, options.layout, ranking))
        if options.layout in _CONVERSATIONS:
            self.left_out.update(filter(None, [_broken([turn["role"] for turn in turns])]))


def _lost(row: Row, turns: Sequence[Mapping[str, Any]], layout: Layout, ranking: bool) -> Iterator[str]:
    """What of a row has no place in the layout, or stands where trainers don't look."""
    if layout is Layout.ALPACA:
        yield from {name for turn in turns for name in turn if name not in TEXT_KEYS}
    if layout is Layout.SHAREGPT:
        called = [turn for turn in turns if turn.get(TOOL_CALLS)]
        if any(turn["content"] for turn in called):
            yield "text beside tool_calls"
        if not all(_is_plain(call) for turn in called for call in turn[TOOL_CALLS]):
            yield "ids and spelling of tool_calls"
    if row.rejected and not ranking and layout in (Layout.ALPACA, Layout.SHAREGPT, Layout.PROMPT_COMPLETION):
        yield REJECTED


def _is_plain(call: Any) -> bool:
    """Whether a call is no more than a function's name and its arguments as an object."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or call.keys() != {"type", "function"} or call["type"] != "function":
        return False
    return function.keys() == {"name", "arguments"} and isinstance(function["arguments"], dict)


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
