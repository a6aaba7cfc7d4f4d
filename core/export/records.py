"""A row as each layout has it, before it becomes a line."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from core.export.json_text import json_text
from core.export.layouts import DATASET_COLUMN, MARK_COLUMNS, SCORE_PREFIX, ExportOptions, ExportRow, Layout
from core.rows.row import ASSISTANT, CALLS, OTHER, SYSTEM, TOOL, USER, Row

TEXT_KEYS = frozenset(("role", "content"))
FUNCTION_CALL, LABEL = "function_call", "label"
_OLDER_ROLES = {USER: "human", ASSISTANT: "gpt"}
_ROLES = _OLDER_ROLES | {TOOL: "observation"}
_SHAREGPT_KEYS = ("from", "value")
_RANKED = (Layout.ALPACA, Layout.SHAREGPT, Layout.PROMPT_COMPLETION)
Turn = dict[str, Any]


def record_of(each: ExportRow, options: ExportOptions, ranking: bool = False) -> dict[str, Any]:
    """A row as the layout has it.

    Args:
        ranking: whether the file is for preference training, as `is_rankable` allows.
    """
    row = each.row
    record = _LAYOUTS[options.layout](row, options.uniform, ranking)
    if options.hub and options.layout is Layout.ALPACA:
        record = record | {"system": record.get("system", ""), "history": record.get("history", [])}
    if options.dataset:
        record[DATASET_COLUMN] = each.dataset
    record |= {f"{SCORE_PREFIX}{name}": each.scores.get(name) for name in options.scores}
    if options.marks:
        hand = each.by_hand
        said = (str(hand.mark), hand.note, ", ".join(hand.tags)) if hand else ("", "", "")
        record |= dict(zip(MARK_COLUMNS, said, strict=True))
    if options.extra and options.uniform:
        record[OTHER] = row.extra or ""
    elif options.extra and row.extra:
        record |= {k: v for k, v in json.loads(row.extra).items() if k not in record}
    return record


def fits_alpaca(row: Row) -> bool:
    """Whether Alpaca's columns with `system` and `history` hold the texts of all turns; calls are no texts."""
    if row.messages is None:
        return True
    turns = row.turns
    if len(turns) != len(row.conversation) or any(name in turn for turn in turns for name in CALLS):
        return False
    turns = turns[1:] if turns[0]["role"] == SYSTEM else turns
    asked_last = len(turns) > 1 and turns[-2]["content"] != ""
    return asked_last and [turn["role"] for turn in turns] == [USER, ASSISTANT] * (len(turns) // 2)


def fits(row: Row, layout: Layout) -> bool:
    """Whether the layout holds every turn of a row as a turn."""
    if layout is Layout.ALPACA:
        return fits_alpaca(row)
    return layout is not Layout.PROMPT_COMPLETION or row.messages is None or len(row.turns) == len(row.conversation)


def is_rankable(row: Row, layout: Layout) -> bool:
    """Whether the row has a rejected answer in the form that preference training from this layout takes.

    TRL takes turns; LLaMA-Factory takes one turn after the same conversation, text only in the form of Alpaca.
    """
    if layout not in _RANKED or row.rejected is None:
        return False
    if layout is Layout.PROMPT_COMPLETION:
        return True
    plain = [turn["role"] for turn in row.rejected] == [ASSISTANT] and row.turns[-1]["role"] == ASSISTANT
    return plain and (layout is Layout.SHAREGPT or (fits_alpaca(row) and row.rejected[0].keys() == TEXT_KEYS))


def _alpaca(row: Row, uniform: bool, ranking: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"instruction": row.instruction, "input": row.input, "output": row.output}
    if row.messages is None:
        return record
    if fits_alpaca(row):
        turns = row.turns
        system = turns.pop(0)["content"] if turns[0]["role"] == SYSTEM else ""
        pairs = [[turns[i]["content"], turns[i + 1]["content"]] for i in range(0, len(turns), 2)]
        last = pairs.pop()
        record = {"instruction": last[0], "input": "", "output": last[1]}
        if system or pairs or not uniform:
            record |= {"system": system, "history": pairs}
    if row.tools:
        record["tools"] = json_text(row.tools)
    if ranking and row.rejected:
        record["rejected"] = row.rejected[0]["content"]
    return record | _label(row)


def _messages(row: Row, uniform: bool, ranking: bool) -> dict[str, Any]:
    return {"messages": row.turns} | _beside(row)


def _beside(row: Row) -> dict[str, Any]:
    """What a row has beside its turns, where it has it."""
    beside: dict[str, Any] = {"tools": row.tools} if row.tools else {}
    return beside | ({"rejected": row.rejected} if row.rejected else {}) | _label(row)


def _label(row: Row) -> dict[str, Any]:
    return {} if row.label is None else {LABEL: row.label}


def _sharegpt(row: Row, uniform: bool, ranking: bool) -> dict[str, Any]:
    turns = [sharegpt_turn(turn, _ROLES if uniform else _OLDER_ROLES) for turn in row.turns]
    tools = {"tools": json_text(row.tools)} if row.tools else {}
    if ranking and row.rejected:
        rejected = sharegpt_turn(row.rejected[0], _ROLES)
        return {"conversations": turns[:-1], "chosen": turns[-1], "rejected": rejected} | tools | _label(row)
    return {"conversations": turns} | tools | _label(row)


def sharegpt_turn(turn: Turn, roles: Mapping[str, str]) -> Turn:
    """A turn under ShareGPT's names; calls are the text of a turn of their own kind, as LLaMA-Factory has it."""
    others = {name: value for name, value in turn.items() if name not in (*TEXT_KEYS, *_SHAREGPT_KEYS)}
    calls = others.get("tool_calls")
    if not calls:
        return {"from": roles.get(turn["role"], turn["role"]), "value": turn["content"], **others}
    del others["tool_calls"]
    beside = {"said": turn["content"]} if turn["content"] else {}
    return {"from": FUNCTION_CALL, "value": _called(calls), **beside, **others}


def _called(calls: Any) -> str:
    """Calls as `{"name": …, "arguments": {…}}`, several as a list of those."""
    found = [_call(each) for each in calls] if isinstance(calls, list) else [_call(calls)]
    return json_text(found[0] if len(found) == 1 else found)


def _call(call: Any) -> Any:
    function = call.get("function", call) if isinstance(call, dict) else call
    if not isinstance(function, dict):
        return function
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        with suppress(ValueError):
            arguments = json.loads(arguments)
    return {"name": function.get("name", ""), "arguments": arguments}


def _prompt_completion(row: Row, uniform: bool, ranking: bool) -> dict[str, Any]:
    """As TRL has it: all turns before the response, and the response; what comes after it has no place."""
    turns = row.turns[: len(row.conversation)]
    beside = ({"tools": row.tools} if row.tools else {}) | _label(row)
    if ranking:
        return {"prompt": turns[:-1], "chosen": turns[-1:], "rejected": row.rejected} | beside
    return {"prompt": turns[:-1], "completion": turns[-1:]} | beside


def _columns(row: Row, uniform: bool, ranking: bool) -> dict[str, Any]:
    """Tables have the same columns in every row: a conversation is kept as JSON beside its text."""
    pair = {"instruction": row.instruction, "input": row.input, "output": row.output}
    if row.messages is None:
        return pair | {"messages": ""}
    beside = {name: _compact(value) for name, value in _beside(row).items() if name != LABEL}
    return pair | {"messages": _compact(row.turns)} | beside | _label(row)


def _compact(turns: Sequence[Any]) -> str:
    return json.dumps(turns, ensure_ascii=False, separators=(",", ":"))


_LAYOUTS = {
    Layout.ALPACA: _alpaca,
    Layout.MESSAGES: _messages,
    Layout.SHAREGPT: _sharegpt,
    Layout.PROMPT_COMPLETION: _prompt_completion,
    Layout.CSV: _columns,
    Layout.PARQUET: _columns,
}
