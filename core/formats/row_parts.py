"""What the columns of one record hold of each part of a row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from core.formats.cells import text_of
from core.formats.choice_lists import Choices, choices_in
from core.formats.columns import ColumnMap, is_conversation_name
from core.formats.extra_columns import as_extra
from core.formats.json_fault import is_missing
from core.formats.labelled_text import labelled_turns
from core.formats.labels import label_in
from core.formats.multiple_choice import are_lettered, chosen, written
from core.formats.printed_python import decoded
from core.formats.row_cells import (
    answer_in,
    history_in,
    input_in,
    is_other_text,
    question_in,
    shared_turns,
    tools_in,
    turns_of_lists,
)
from core.formats.several_answers import best_first, several_in
from core.formats.turn_lists import turns_in
from core.formats.turns import calls_in, content_of, is_only_text, json_values, messages_of
from core.rows.row import ASSISTANT, SYSTEM, USER, Message

_LABEL = re.compile(r"\A\s*(?:SYSTEM|System): +")  # as Glaive has it in a column of system prompts


@dataclass
class RowParts:
    """The parts of a row in one record; `used` are the columns that have become part of it.

    Each part raises CellFaultError where its column holds something else.
    """

    fields: Mapping[str, Any]
    columns: ColumnMap
    used: set[str] = field(default_factory=set)

    def turns(self, column: str) -> list[Message] | None:
        cell = self.fields.get(column)
        turns = turns_in(cell, strings=is_conversation_name(column))
        if turns is None and isinstance(cell, str):
            turns = labelled_turns(cell)
        if turns is None:
            return None
        self.used.add(column)
        return messages_of(turns, column)

    def text(self, column: str) -> str:
        cell = self.fields.get(column)
        cell = cell[0] if _is_one_text(cell) else cell
        self.used.update([column] if is_only_text(cell) else [])
        return content_of(cell, column)

    def given(self) -> str:
        column, choices = self.columns.input, written(self._choices())
        if not column:
            return choices
        text, whole = input_in(self.fields.get(column), column)
        self.used.update([column] if whole else [])
        return "\n\n".join(filter(None, (text, choices)))

    def _choices(self, also_asked: bool = False) -> Choices:
        """Those of a question that is a text.

        Args:
            also_asked: also where the question has them all in itself.
        """
        asked = self.fields.get(self.columns.instruction)
        found = choices_in(self.fields.get(self.columns.choices)) if self.columns.choices else {}
        here = isinstance(asked, str) and (also_asked or not all(text in asked for text in found.values()))
        return found if here else {}

    def from_lists(self) -> list[Message]:
        """The turns of a list of questions beside a list of answers; none elsewhere."""
        asked, answers = self.fields[self.columns.instruction], self.fields[self.columns.output]
        if _is_one_text(asked):
            return []
        if not isinstance(asked, list) or not isinstance(answers, list | Mapping):
            return []
        turns = turns_of_lists(asked, answers, self.given())
        whole = isinstance(answers, list) and all(isinstance(each, str) for each in answers)
        self.used.update([self.columns.instruction, *([self.columns.output] if whole else [])] if turns else [])
        return turns

    def asked(self) -> list[Message] | None:
        """The turns of the question where it is more than a text."""
        column = self.columns.instruction
        if _is_one_text(self.fields[column]):
            return None
        turns = question_in(self.fields[column], column)
        self.used.update([column] if turns is not None else [])
        return turns

    def answer(self, column: str) -> list[Message]:
        """A response as turns; of several the best, or the first."""
        cell = self.fields[column]
        if calls := self._calls(cell):
            self.used.add(column)
            return [Message(ASSISTANT, "", {"tool_calls": calls})]
        choices = self._choices(also_asked=isinstance(cell, int | list) or str(cell).strip().isdecimal())
        if choices and not is_missing(cell):
            lettered = bool(self._choices()) or are_lettered(choices, self.fields[self.columns.instruction])
            said = chosen(cell, choices, self.columns.first_choice, lettered)
            if said is not None:
                return [Message(ASSISTANT, text_of(said, column))]
        several = several_in(cell, column) if self.columns.layout == "pair" else []
        turns, whole = answer_in(best_first(several, self.fields) if several else cell, column)
        self.used.update([column] if whole else [])
        return turns or [Message(ASSISTANT, "")]

    def _calls(self, cell: Any) -> list[dict[str, Any]]:
        """The calls that an answer is, where the row has tools."""
        tools = self.columns.tools
        if not tools or is_missing(self.fields.get(tools)):
            return []
        calls = calls_in(decoded(cell) if isinstance(cell, str) else cell)
        return list(json_values(calls, tools)) if calls else []

    def system(self) -> list[Message]:
        column = self.columns.system
        text = self.text(column) if column and not is_missing(self.fields.get(column)) else ""
        text = _LABEL.sub("", text)
        return [Message(SYSTEM, text)] if text else []

    def history(self) -> list[Message]:
        column = self.columns.history
        turns = history_in(self.fields.get(column) if column else None, column)
        self.used.update([column] if turns is not None else [])
        return turns or []

    def tools(self) -> list[Any] | None:
        column = self.columns.tools
        tools = tools_in(self.fields.get(column), column) if column else None
        self.used.update([column] if tools else [])
        return tools

    def rejected(self, messages: Sequence[Message]) -> list[Message] | None:
        """The turns of the answer that was not chosen, without those before it that both share."""
        column = self.columns.rejected
        cell = self.fields.get(column) if column else None
        if is_missing(cell) or cell == []:
            return None
        turns = self.answer(column)
        shared = shared_turns(turns, messages)
        asked = next((turn.content for turn in messages if turn.role == USER), "")
        if not shared and any(turn.role == USER for turn in turns) and is_other_text(cell, asked):
            turns = [Message(ASSISTANT, text_of(cell, column))]
        left = [turn for turn in turns[shared:] if turn.text]
        return left or None

    def label(self) -> bool | None:
        column = self.columns.label
        label = label_in(self.fields.get(column)) if column else None
        self.used.update([column] if label is not None else [])
        return label

    def extra(self) -> str | None:
        """The other columns as JSON with sorted names, without those that are missing or hold bytes."""
        if self.used.issuperset(self.fields):
            return None
        others = {
            name: value
            for name, value in self.fields.items()
            if name not in self.used and not is_missing(value) and not isinstance(value, bytes)
        }
        return as_extra(others)


def _is_one_text(cell: Any) -> TypeGuard[list[str]]:
    return isinstance(cell, list) and len(cell) == 1 and isinstance(cell[0], str)
