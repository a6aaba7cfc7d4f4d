"""From a record to a row, or to the reason why it can't be one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.formats.cells import MAX_CELL_CHARACTERS, CellFaultError, text_of
from core.formats.columns import ColumnMap
from core.formats.json_fault import DEEP, is_missing
from core.formats.judged_pairs import CHOSEN, undecided
from core.formats.labelled_text import without_end
from core.formats.record import Record
from core.formats.rejection import Rejection, excerpt
from core.formats.row_cells import (
    is_other_text,
    shared_turns,
)
from core.formats.row_parts import RowParts
from core.formats.turn_tags import under_usual_names
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
        is_preference = columns.output == CHOSEN and CHOSEN not in record.fields
        told = (undecided(record.fields) if is_preference else None) or fault.told
    except RecursionError:
        told = DEEP
    return Rejection(file_name, record.number, *told, _shown(record.fields))


class _Reading:
    """One record on its way to a row."""

    def __init__(self, fields: Mapping[str, Any], columns: ColumnMap) -> None:
        self.fields, self.columns = fields, columns
        self._parts = RowParts(fields, columns)

    def row(self) -> Row:
        conversation = self.columns.conversation
        if self.columns.layout != "pair" and not is_missing(self.fields.get(conversation)):
            return self._from_conversation()
        if self.columns.instruction and self.columns.output:
            return self._from_pair()
        raise _missing(self.fields, conversation or self.columns.instruction)

    def _from_conversation(self) -> Row:
        column = self.columns.conversation
        turns = self._parts.turns(column)
        if turns is None:
            few = isinstance(cell := self.fields[column], list) and len(cell) < 2 and all(type(t) is str for t in cell)
            is_what = "has no answer" if few and cell else "is an empty list" if few else "is not a list of turns"
            raise CellFaultError(
                f"The column “{column}” {is_what}.",
                'Write it as [{"role": "user", "content": …}, {"role": "assistant", "content": …}].',
            )
        messages = turns
        if not any(message.role == SYSTEM for message in messages[:1]):
            messages = [*self._parts.system(), *messages]
        answer = self.columns.output
        there = not is_missing(self.fields.get(answer))
        if there and messages and messages[-1] == Message(ASSISTANT, ""):
            messages = messages[:-1]
        if there and messages and messages[-1].role != ASSISTANT and not self._repeats(messages):
            said = self._parts.answer(answer)
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
        before = [*self._parts.system(), *self._parts.history()]
        if turns := self._parts.from_lists():
            return self._made([*before, *turns], columns.instruction)
        asked = self._parts.asked()
        answer = self._parts.answer(columns.output)
        if any(turn.role == USER for turn in answer):  # the answer is the whole conversation
            if not is_other_text(self.fields[columns.output], self.fields[columns.instruction]):
                return self._made([*before, *answer], columns.output)
            answer = [Message(ASSISTANT, text_of(self.fields[columns.output], columns.output))]
        if asked is not None:
            if isinstance(self.fields[columns.instruction], str):  # with markers, and so may the answer be
                answer = [replace(turn, content=without_end(turn.content).removeprefix(" ")) for turn in answer]
            return self._made([*before, *asked, *answer], columns.output)
        instruction, given = self._parts.text(columns.instruction), self._parts.given()
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
        tools, rejected, label = self._parts.tools(), self._parts.rejected([*before, asking]), self._parts.label()
        if before or tools or rejected or label is not None or len(answer) > 1 or answer[0].keys:
            row = _row_of([*before, asking, *answer], columns.output, tools, rejected, label)
            return replace(row, extra=self._parts.extra())
        return Row(instruction, given, answer[0].content, extra=self._parts.extra())

    def _made(self, messages: list[Message], column: str) -> Row:
        tools, rejected, label = self._parts.tools(), self._parts.rejected(messages), self._parts.label()
        row = _row_of(messages, column, tools, rejected, label)
        if not row.output:
            raise _empty("response (the last assistant turn)", column)
        if not any(turn.text for turn in row.conversation if turn.role == USER):
            raise _empty("question", column)
        # Tables of an export have the texts of a conversation beside it.
        self._parts.used.update(name for name in _TEXTS if self.fields.get(name) == getattr(row, name))
        return replace(row, extra=self._parts.extra())


def _row_of(
    messages: Sequence[Message],
    column: str,
    tools: list[Any] | None,
    rejected: list[Message] | None,
    label: bool | None,
) -> Row:
    """The row of a conversation.

    Raises:
        CellFaultError: nobody asks, or nobody answers.
    """
    try:
        return row_from_messages(messages, None, tools, rejected, label=label)
    except ValueError as error:
        raise CellFaultError(
            f"In the column “{column}” {error}.",
            "Each conversation needs a user turn followed by an assistant turn.",
        ) from error


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
