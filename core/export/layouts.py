"""How a row looks in a file: the layouts that trainers read, and what else goes along."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.rows.row import ASSISTANT, SYSTEM, USER, Message, Row
from core.values import Value

SHAREGPT_ROLES = {USER: "human", ASSISTANT: "gpt"}
DATASET_COLUMN, SCORE_PREFIX = "source_dataset", "score_"


class Layout(StrEnum):
    """The file's form; all but the last two are JSON Lines."""

    ALPACA = "alpaca"
    MESSAGES = "messages"
    SHAREGPT = "sharegpt"
    PROMPT_COMPLETION = "prompt_completion"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def suffix(self) -> str:
        return {Layout.CSV: ".csv", Layout.PARQUET: ".parquet"}.get(self, ".jsonl")


@dataclass(frozen=True)
class ExportOptions(Value):
    """What goes into the file.

    Attributes:
        extra: whether the source's other columns go along.
        dataset: whether each row names the dataset that it comes from, as `source_dataset`.
        scores: indicators that go along, each as `score_<indicator>`.
        neutralise_formulas: whether text of a CSV that a spreadsheet would take for a formula gets an apostrophe first.
        hub: whether the rows go into a Parquet file with the layout's nested columns, as folders of the hub have it.
    """

    layout: Layout = Layout.ALPACA
    extra: bool = False
    dataset: bool = False
    scores: tuple[str, ...] = ()
    neutralise_formulas: bool = True
    hub: bool = False

    @property
    def suffix(self) -> str:
        """The file's ending."""
        return ".parquet" if self.hub else self.layout.suffix

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; what has no bearing on the file is false."""
        neutralised = self.neutralise_formulas and self.layout is Layout.CSV and not self.hub
        return super().as_dict() | {"neutralise_formulas": neutralised}

    def refusals(self) -> Iterable[tuple[str, str]]:
        if self.hub and self.layout is Layout.CSV:
            yield "layout", "a dataset folder is made of Parquet; choose another layout than csv"


def with_older(values: Any) -> Any:
    """Options of a manifest with what older studios did not write; they made the file without either."""
    return {"neutralise_formulas": False, "hub": False} | values if isinstance(values, dict) else values


@dataclass(frozen=True)
class ExportRow:
    """A row, the name of its dataset and its scores."""

    row: Row
    dataset: str = ""
    scores: Mapping[str, float | None] = field(default_factory=dict)


def fits_alpaca(row: Row) -> bool:
    """Whether Alpaca's columns with `system` and `history` hold the conversation whole."""
    if row.messages is None:
        return True
    turns = row.conversation
    if len(json.loads(row.messages)) != len(turns):
        return False
    turns = turns[1:] if turns[0].role == SYSTEM else turns
    asked_last = len(turns) > 1 and turns[-2].content != ""
    return asked_last and [turn.role for turn in turns] == [USER, ASSISTANT] * (len(turns) // 2)


def fits(row: Row, layout: Layout) -> bool:
    """Whether the layout holds every turn of a row as a turn."""
    if layout is Layout.ALPACA:
        return fits_alpaca(row)
    return layout is not Layout.PROMPT_COMPLETION or len(_all_turns(row)) == len(row.conversation)


def record_of(each: ExportRow, options: ExportOptions) -> dict[str, Any]:
    """A row as the layout has it, before it becomes a line."""
    row = each.row
    record = _LAYOUTS[options.layout](row)
    if options.hub and options.layout is Layout.ALPACA:
        record = record | {"system": record.get("system", ""), "history": record.get("history", [])}
    if options.dataset:
        record[DATASET_COLUMN] = each.dataset
    record |= {f"{SCORE_PREFIX}{name}": each.scores.get(name) for name in options.scores}
    if options.extra and row.extra:
        record |= {k: v for k, v in json.loads(row.extra).items() if k not in record}
    return record


def _alpaca(row: Row) -> dict[str, Any]:
    if row.messages is None or not fits_alpaca(row):
        return {"instruction": row.instruction, "input": row.input, "output": row.output}
    turns = list(row.conversation)
    system = turns.pop(0).content if turns[0].role == SYSTEM else ""
    pairs = [[turns[i].content, turns[i + 1].content] for i in range(0, len(turns), 2)]
    last = pairs.pop()
    return {"instruction": last[0], "input": "", "output": last[1], "system": system, "history": pairs}


def _all_turns(row: Row) -> list[Message]:
    if row.messages is None:
        return list(row.conversation)
    return [Message(turn["role"], turn["content"]) for turn in json.loads(row.messages)]


def _messages(row: Row) -> dict[str, Any]:
    return {"messages": [{"role": turn.role, "content": turn.content} for turn in _all_turns(row)]}


def _sharegpt(row: Row) -> dict[str, Any]:
    turns = [{"from": SHAREGPT_ROLES.get(turn.role, turn.role), "value": turn.content} for turn in _all_turns(row)]
    return {"conversations": turns}


def _prompt_completion(row: Row) -> dict[str, Any]:
    """As TRL has it: all turns before the response, and the response; what comes after it has no place."""
    turns = [{"role": turn.role, "content": turn.content} for turn in row.conversation]
    return {"prompt": turns[:-1], "completion": turns[-1:]}


def _columns(row: Row) -> dict[str, Any]:
    """Tables have the same columns in every row: a conversation is kept as JSON beside its text."""
    pair = {"instruction": row.instruction, "input": row.input, "output": row.output}
    return pair | {"messages": row.messages or ""}


_LAYOUTS = {
    Layout.ALPACA: _alpaca,
    Layout.MESSAGES: _messages,
    Layout.SHAREGPT: _sharegpt,
    Layout.PROMPT_COMPLETION: _prompt_completion,
    Layout.CSV: _columns,
    Layout.PARQUET: _columns,
}
