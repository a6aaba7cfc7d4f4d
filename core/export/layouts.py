"""How a row looks in a file: the layouts that trainers read, and what else goes along."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from core.rows.row import ASSISTANT, SYSTEM, USER, Row
from core.values import Value

OLDER_SHAREGPT_ROLES = {USER: "human", ASSISTANT: "gpt"}
SHAREGPT_ROLES = OLDER_SHAREGPT_ROLES | {"tool": "observation"}
FUNCTION_CALL = "function_call"
TEXT_KEYS = frozenset(("role", "content"))
DATASET_COLUMN, SCORE_PREFIX, OTHER = "source_dataset", "score_", "other"


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
        extra: whether the source's other columns go along, as one JSON text in `other`.
        dataset: whether each row names the dataset that it comes from, as `source_dataset`.
        scores: indicators that go along, each as `score_<indicator>`.
        neutralise_formulas: whether text of a CSV that a spreadsheet would take for a formula gets an apostrophe first.
        hub: whether the rows go into a Parquet file with the layout's nested columns, as folders of the hub have it.
        ending: the file's, where it is not the layout's own; it says how the file is packed.
        uniform: whether each row has the same columns and types as every other, so that readers that look at the
            beginning of a file read all of it; older studios wrote files without.
    """

    layout: Layout = Layout.ALPACA
    extra: bool = False
    dataset: bool = False
    scores: tuple[str, ...] = ()
    neutralise_formulas: bool = False
    hub: bool = False
    ending: Literal["", ".json", ".jsonl.gz", ".jsonl.zst", ".json.gz", ".json.zst", ".csv.gz", ".csv.zst"] = ""
    uniform: bool = True

    @property
    def suffix(self) -> str:
        """The file's ending."""
        return ".parquet" if self.hub else self.ending or self.layout.suffix

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; what has no bearing on the file is false."""
        neutralised = self.neutralise_formulas and self.layout is Layout.CSV and not self.hub
        return super().as_dict() | {"neutralise_formulas": neutralised}

    def refusals(self) -> Iterable[tuple[str, str]]:
        if self.hub and self.layout is Layout.CSV:
            yield "layout", "a dataset folder is made of Parquet; choose another layout than csv"
        if self.ending and (self.ending.startswith(".csv") != (self.layout is Layout.CSV)):
            yield "ending", f"the layout {self.layout} is not written to {self.ending}"


def with_older(values: Any) -> Any:
    """Options of a manifest with what older studios did not write; they made the file without any of it."""
    older = {"neutralise_formulas": False, "hub": False, "ending": "", "uniform": False}
    return older | values if isinstance(values, dict) else values


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
    turns = all_turns(row)
    if len(turns) != len(row.conversation) or any(turn.keys() - TEXT_KEYS for turn in turns):
        return False
    turns = turns[1:] if turns[0]["role"] == SYSTEM else turns
    asked_last = len(turns) > 1 and turns[-2]["content"] != ""
    return asked_last and [turn["role"] for turn in turns] == [USER, ASSISTANT] * (len(turns) // 2)


def fits(row: Row, layout: Layout) -> bool:
    """Whether the layout holds every turn of a row as a turn."""
    if layout is Layout.ALPACA:
        return fits_alpaca(row)
    return layout is not Layout.PROMPT_COMPLETION or len(all_turns(row)) == len(row.conversation)


def record_of(each: ExportRow, options: ExportOptions) -> dict[str, Any]:
    """A row as the layout has it, before it becomes a line."""
    row = each.row
    record = _LAYOUTS[options.layout](row, options.uniform)
    if options.hub and options.layout is Layout.ALPACA:
        record = record | {"system": record.get("system", ""), "history": record.get("history", [])}
    if options.dataset:
        record[DATASET_COLUMN] = each.dataset
    record |= {f"{SCORE_PREFIX}{name}": each.scores.get(name) for name in options.scores}
    if options.extra and options.uniform:
        record[OTHER] = row.extra or ""
    elif options.extra and row.extra:
        record |= {k: v for k, v in json.loads(row.extra).items() if k not in record}
    return record


def all_turns(row: Row) -> list[dict[str, Any]]:
    """Every turn with all its keys, those after the response too."""
    if row.messages is None:
        return [{"role": turn.role, "content": turn.content} for turn in row.conversation]
    turns: list[dict[str, Any]] = json.loads(row.messages)
    return turns


def _alpaca(row: Row, uniform: bool) -> dict[str, Any]:
    if row.messages is None or not fits_alpaca(row):
        return {"instruction": row.instruction, "input": row.input, "output": row.output}
    turns = list(row.conversation)
    system = turns.pop(0).content if turns[0].role == SYSTEM else ""
    pairs = [[turns[i].content, turns[i + 1].content] for i in range(0, len(turns), 2)]
    last = pairs.pop()
    return {"instruction": last[0], "input": "", "output": last[1], "system": system, "history": pairs}


def _messages(row: Row, uniform: bool) -> dict[str, Any]:
    return {"messages": all_turns(row)}


def _sharegpt(row: Row, uniform: bool) -> dict[str, Any]:
    roles = SHAREGPT_ROLES if uniform else OLDER_SHAREGPT_ROLES
    return {"conversations": [_sharegpt_turn(turn, roles) for turn in all_turns(row)]}


def _sharegpt_turn(turn: dict[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
    """A turn under ShareGPT's names; calls are the text of a turn of their own kind, as LLaMA-Factory has it."""
    others = {name: value for name, value in turn.items() if name not in TEXT_KEYS}
    calls = others.get("tool_calls")
    if not calls:
        return {"from": roles.get(turn["role"], turn["role"]), "value": turn["content"], **others}
    del others["tool_calls"]
    if turn["content"]:
        others["content"] = turn["content"]
    return {"from": FUNCTION_CALL, "value": _called(calls), **others}


def _called(calls: Any) -> str:
    """Calls as `{"name": …, "arguments": {…}}`, several as a list of those."""
    found = [_call(each) for each in calls] if isinstance(calls, list) else [_call(calls)]
    return json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False)


def _call(call: Any) -> Any:
    function = call.get("function", call) if isinstance(call, dict) else call
    if not isinstance(function, dict):
        return function
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        with suppress(ValueError):
            arguments = json.loads(arguments)
    return {"name": function.get("name", ""), "arguments": arguments}


def _prompt_completion(row: Row, uniform: bool) -> dict[str, Any]:
    """As TRL has it: all turns before the response, and the response; what comes after it has no place."""
    turns = all_turns(row)[: len(row.conversation)]
    return {"prompt": turns[:-1], "completion": turns[-1:]}


def _columns(row: Row, uniform: bool) -> dict[str, Any]:
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
