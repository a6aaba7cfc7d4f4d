"""From a record to a row, or to the reason why it can't be one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.formats.cells import MAX_CELL_CHARACTERS, CellFaultError, text_of
from core.formats.columns import ColumnMap, is_conversation_name
from core.formats.extra_columns import as_extra
from core.formats.json_fault import DEEP, is_missing
from core.formats.labelled_text import labelled_turns, without_end
from core.formats.labels import label_in
from core.formats.multiple_choice import choices_in, chosen, written
from core.formats.printed_python import decoded
from core.formats.record import Record
from core.formats.rejection import Rejection, excerpt
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
from core.formats.turn_tags import under_usual_names
from core.formats.turns import calls_in, content_of, is_only_text, json_values, messages_of
from core.rows.row import ASSISTANT, SYSTEM, USER, Message, Row, row_from_messages

_TEXTS = ("instruction", "input", "output")
__all__ = ["MAX_CELL_CHARACTERS", "to_row"]


def to_row(record: Record, columns: ColumnMap, file_name: str) -> Row | Rejection:
    """The row that a record stands for. Columns that do not become part of it are kept in `Row.extra`.

    Args:
        record: as read.
        columns: which column means what.
        file_name: for the rejection.
    """
    try:
        return _Reading(under_usual_names(record.fields, columns), columns).row()
    except CellFaultError as fault:
        told = fault.told
    except RecursionError:
        told = DEEP
    return Rejection(file_name, record.number, *told, _shown(record.fields))


@dataclass
class _Reading:
    """One record on its way to a row; `used` are the columns that have become part of it."""

    fields: Mapping[str, Any]
    columns: ColumnMap
    used: set[str] = field(default_factory=set)

    def row(self) -> Row:
        conversation = self.columns.conversation
        if self.columns.layout != "pair" and not is_missing(self.fields.get(conversation)):
            return self._from_conversation()
        if self.columns.instruction and self.columns.output:
            return self._from_pair()
        raise _missing(self.fields, conversation or self.columns.instruction)

    def _from_conversation(self) -> Row:
        column = self.columns.conversation
        turns = self._turns(column)
        if turns is None:
            raise CellFaultError(
                f"The column “{column}” is not a list of turns.",
                'Write it as [{"role": "user", "content": …}, {"role": "assistant", "content": …}].',
            )
        messages = turns
        if not any(message.role == SYSTEM for message in messages[:1]):
            messages = [*self._system(), *messages]
        answer = self.columns.output
        there = not is_missing(self.fields.get(answer))
        if there and messages and messages[-1] == Message(ASSISTANT, ""):
            messages = messages[:-1]
        if there and messages and messages[-1].role != ASSISTANT and not self._repeats(messages):
            said = self._answer(answer)
            messages = [*messages, *said[shared_turns(said, messages) :]]
        return self._made(messages, column)

    def _repeats(self, messages: Sequence[Message]) -> bool:
        """Whether question and answer beside a conversation are its own, as tables of an export have them."""
        try:
            row = row_from_messages(messages)
        except ValueError:
            return False
        beside = self.fields.get(self.columns.instruction), self.fields.get(self.columns.output)
        return beside == (row.instruction, row.output)

    def _from_pair(self) -> Row:
        columns = self.columns
        for column in (columns.instruction, columns.output):
            if column not in self.fields:
                raise _missing(self.fields, column)
        before = [*self._system(), *self._history()]
        if turns := self._from_lists():
            return self._made([*before, *turns], columns.instruction)
        asked = self._asked()
        answer = self._answer(columns.output)
        if any(turn.role == USER for turn in answer):  # the answer is the whole conversation
            if not is_other_text(self.fields[columns.output], self.fields[columns.instruction]):
                return self._made([*before, *answer], columns.output)
            answer = [Message(ASSISTANT, text_of(self.fields[columns.output], columns.output))]
        if asked is not None:
            if isinstance(self.fields[columns.instruction], str):  # with markers, and so may the answer be
                answer = [replace(turn, content=without_end(turn.content).removeprefix(" ")) for turn in answer]
            return self._made([*before, *asked, *answer], columns.output)
        instruction, given = self._text(columns.instruction), self._given()
        if not instruction and given:
            instruction, given = given, ""
        if not instruction:
            raise _empty("instruction", columns.instruction)
        if not answer[-1].text:
            raise _empty("response", columns.output)
        if len(instruction) + len(given) > MAX_CELL_CHARACTERS:
            raise CellFaultError(
                f"Instruction and input have {len(instruction) + len(given):,} characters together (maximum "
                f"{MAX_CELL_CHARACTERS:,}).",
                "Shorten them, or remove the row.",
            )
        asking = Message(USER, Row(instruction, given, "").prompt)
        tools, rejected, label = self._tools(), self._rejected([*before, asking]), self._label()
        if before or tools or rejected or label is not None or len(answer) > 1 or answer[0].keys:
            return row_from_messages([*before, asking, *answer], self._extra(), tools, rejected, label=label)
        return Row(instruction, given, answer[0].content, extra=self._extra())

    def _made(self, messages: list[Message], column: str) -> Row:
        tools, rejected, label = self._tools(), self._rejected(messages), self._label()
        try:
            row = row_from_messages(messages, None, tools, rejected, label=label)
        except ValueError as error:
            raise CellFaultError(
                f"In the column “{column}” {error}.",
                "Each conversation needs a user turn followed by an assistant turn.",
            ) from error
        if not row.output:
            raise _empty("response (the last assistant turn)", column)
        if not any(turn.text for turn in row.conversation if turn.role == USER):
            raise _empty("question", column)
        # Tables of an export have the texts of a conversation beside it.
        self.used.update(name for name in _TEXTS if self.fields.get(name) == getattr(row, name))
        return replace(row, extra=self._extra())

    def _turns(self, column: str) -> list[Message] | None:
        cell = self.fields.get(column)
        turns = turns_in(cell, strings=is_conversation_name(column))
        if turns is None and isinstance(cell, str):
            turns = labelled_turns(cell)
        if turns is None:
            return None
        self.used.add(column)
        return messages_of(turns, column)

    def _text(self, column: str) -> str:
        cell = self.fields.get(column)
        self.used.update([column] if is_only_text(cell) else [])
        return content_of(cell, column)

    def _given(self) -> str:
        column, choices = self.columns.input, written(self._choices())
        if not column:
            return choices
        text, whole = input_in(self.fields.get(column), column)
        self.used.update([column] if whole else [])
        return "\n\n".join(filter(None, (text, choices)))

    def _choices(self) -> Mapping[str, str]:
        """Those of a question that is a text, and does not have them all in itself."""
        asked = self.fields.get(self.columns.instruction)
        found = choices_in(self.fields.get(self.columns.choices)) if self.columns.choices else {}
        return found if isinstance(asked, str) and not all(text in asked for text in found.values()) else {}

    def _from_lists(self) -> list[Message]:
        """The turns of a list of questions beside a list of answers; none elsewhere."""
        asked, answers = self.fields[self.columns.instruction], self.fields[self.columns.output]
        if not isinstance(asked, list) or not isinstance(answers, list | Mapping):
            return []
        turns = turns_of_lists(asked, answers, self._given())
        whole = isinstance(answers, list) and all(isinstance(each, str) for each in answers)
        self.used.update([self.columns.instruction, *([self.columns.output] if whole else [])] if turns else [])
        return turns

    def _asked(self) -> list[Message] | None:
        """The turns of the question where it is more than a text."""
        column = self.columns.instruction
        turns = question_in(self.fields[column], column)
        self.used.update([column] if turns is not None else [])
        return turns

    def _answer(self, column: str) -> list[Message]:
        """A response as turns; of several the best, or the first."""
        cell = self.fields[column]
        if calls := self._calls(cell):
            self.used.add(column)
            return [Message(ASSISTANT, "", {"tool_calls": calls})]
        if (choices := self._choices()) and isinstance(cell, str | int | float) and not is_missing(cell):
            return [Message(ASSISTANT, text_of(chosen(cell, choices), column))]
        several = several_in(cell, column) if self.columns.layout == "pair" else []
        turns, whole = answer_in(best_first(several, self.fields) if several else cell, column)
        self.used.update([column] if whole else [])
        return turns

    def _calls(self, cell: Any) -> list[dict[str, Any]]:
        """The calls that an answer is, where the row has tools."""
        tools = self.columns.tools
        if not tools or is_missing(self.fields.get(tools)):
            return []
        calls = calls_in(decoded(cell) if isinstance(cell, str) else cell)
        return list(json_values(calls, tools)) if calls else []

    def _system(self) -> list[Message]:
        column = self.columns.system
        text = self._text(column) if column and not is_missing(self.fields.get(column)) else ""
        return [Message(SYSTEM, text)] if text else []

    def _history(self) -> list[Message]:
        column = self.columns.history
        turns = history_in(self.fields.get(column) if column else None, column)
        self.used.update([column] if turns is not None else [])
        return turns or []

    def _tools(self) -> list[Any] | None:
        column = self.columns.tools
        tools = tools_in(self.fields.get(column), column) if column else None
        self.used.update([column] if tools else [])
        return tools

    def _rejected(self, messages: Sequence[Message]) -> list[Message] | None:
        """The turns of the answer that was not chosen, without those before it that both share."""
        column = self.columns.rejected
        cell = self.fields.get(column) if column else None
        if is_missing(cell) or cell == []:
            return None
        turns = self._answer(column)
        shared = shared_turns(turns, messages)
        asked = next((turn.content for turn in messages if turn.role == USER), "")
        if not shared and any(turn.role == USER for turn in turns) and is_other_text(cell, asked):
            turns = [Message(ASSISTANT, text_of(cell, column))]
        left = [turn for turn in turns[shared:] if turn.text]
        return left or None

    def _label(self) -> bool | None:
        column = self.columns.label
        label = label_in(self.fields.get(column)) if column else None
        self.used.update([column] if label is not None else [])
        return label

    def _extra(self) -> str | None:
        """The other columns as JSON with sorted names, without those that are missing or hold bytes."""
        if self.used.issuperset(self.fields):
            return None
        others = {
            name: value
            for name, value in self.fields.items()
            if name not in self.used and not is_missing(value) and not isinstance(value, bytes)
        }
        return as_extra(others)


def _missing(fields: Mapping[str, Any], column: str) -> CellFaultError:
    if column in fields:
        return _empty("conversation", column)
    there = ", ".join(f"“{str(name)[:40]}”" for name in list(fields)[:10]) or "none"
    return CellFaultError(
        f"There is no column “{column}”; the row has: {there}.",
        "Choose other columns, or rename this row's columns.",
    )


def _empty(part: str, column: str) -> CellFaultError:
    return CellFaultError(f"The {part} is empty (column “{column}”).", "Fill it in, or remove the row.")


def _shown(fields: Mapping[str, Any]) -> str:
    """The beginning of a record, without writing out a cell of megabytes."""
    pieces = []
    for name, value in list(fields.items())[:5]:
        try:
            text = value[:200] if isinstance(value, str | bytes) else repr(value)
        except RecursionError:
            text = "…"
        pieces.append(f"{name}: {str(text)[:200]}")
    return excerpt("; ".join(pieces))
