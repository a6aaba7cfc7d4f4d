"""Which column is what: guessed from names and content, shown to the user, changed where the guess is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Literal, Self

from core.errors import InputError
from core.formats import column_names as names
from core.formats.json_fault import is_missing
from core.formats.record import Record
from core.formats.turns import SHAREGPT, turns_in
from core.values import Value, changed

Layout = Literal["pair", "sharegpt", "messages"]


@dataclass(frozen=True)
class ColumnMap(Value):
    """Names of the columns, "" for one that is not there.

    Attributes:
        layout: `pair` (instruction and response side by side, as in Alpaca), or a conversation in one column as
            `sharegpt` (from, value) or `messages` (role, content).
        instruction, input, output: of a pair; in the other layouts they stand in for an empty conversation.
        conversation: the column of turns.
        system: text put before the conversation, as LLaMA-Factory has it.
        history: earlier turns of a pair as [question, answer] lists, as LLaMA-Factory has it.
    """

    layout: Layout
    instruction: str = ""
    input: str = ""
    output: str = ""
    conversation: str = ""
    system: str = ""
    history: str = ""

    @cached_property
    def used(self) -> frozenset[str]:
        """The columns that become part of the row; all others are kept beside it."""
        conversation = "" if self.layout == "pair" else self.conversation
        parts = (self.instruction, self.input, self.output, conversation, self.system, self.history)
        return frozenset(part for part in parts if part)

    def named(self, by_hand: Mapping[str, str], shown: str = "") -> Self:
        """The map with columns that are named by hand: a conversation, or one with any part of a pair.

        Args:
            shown: the file, for what is said of it.

        Raises:
            InputError: a name is none of a part of a row, or instruction and response are not both known.
        """
        parts = [each.name for each in fields(self) if each.name != "layout"]
        if unknown := [part for part in by_hand if part not in parts]:
            raise InputError(
                f"Unknown part of a row: {', '.join(unknown)}.", where=shown, mend=f"Choose from {', '.join(parts)}."
            )
        layout: Layout = "pair" if by_hand.keys() & {"instruction", "input", "output"} else self.layout
        if by_hand.get("conversation"):
            layout = "messages" if self.layout == "pair" else self.layout
        named = changed(self, {**by_hand, "layout": layout}, "columns")
        if layout == "pair" and not (named.instruction and named.output):
            raise InputError(
                "The columns of instruction and response are not known.", where=shown, mend="Give both columns."
            )
        return named


def guess_columns(records: Sequence[Record]) -> ColumnMap | None:
    """What the columns of these records probably mean; None where no instruction and response can be found.

    Records that come later may have what these have not: `system` and `history` are named also where none of these has
    them, and so is a column with the name of a conversation that is empty in all of them.
    """
    found = dict.fromkeys(name for record in records for name in record.fields)
    conversation, layout = _conversation(records, found)
    instruction, given, output = _pair(found, conversation)
    if not conversation and not (instruction and output):
        return None
    complete = bool(instruction and output)
    return ColumnMap(
        layout=layout,
        instruction=instruction if complete else "",
        input=given if complete else "",
        output=output if complete else "",
        conversation=conversation,
        system=names.first_of(names.SYSTEM, found) or names.SYSTEM[0],
        history=(names.first_of(names.HISTORY, found) or names.HISTORY[0]) if complete else "",
    )


def _conversation(records: Sequence[Record], found: Mapping[str, None]) -> tuple[str, Layout]:
    """The first column with turns in it: one with a usual name if there is any."""
    usual = [name for name in names.CONVERSATION if name in {names.plain_name(field) for field in found}]
    by_name = sorted(found, key=lambda field: _place(names.plain_name(field), usual))
    skipped = {"prompt", "rejected"}
    if "prompt" in {names.plain_name(field) for field in found}:  # TRL's turns in two columns are no whole conversation
        skipped.add("completion")
    for field in by_name:
        if names.plain_name(field) in skipped:
            continue
        for record in records:
            turns = turns_in(record.fields.get(field))
            if turns:
                return field, "sharegpt" if SHAREGPT[0] in turns[0] else "messages"
    for field in by_name:
        if names.plain_name(field) in {*usual} - {"chosen"} and _is_empty(field, records):
            return field, "messages"
    return "", "pair"


def _is_empty(field: str, records: Sequence[Record]) -> bool:
    cells = [record.fields.get(field) for record in records]
    return all(is_missing(cell) or cell == [] for cell in cells)


def _place(name: str, usual: Sequence[str]) -> int:
    return usual.index(name) if name in usual else len(usual)


def _pair(found: Mapping[str, None], conversation: str) -> tuple[str, str, str]:
    taken = [conversation] if conversation else []
    output = names.first_of(names.OUTPUT, found, taken)
    instruction = names.first_of(names.INSTRUCTION, found, [*taken, output])
    given = names.first_of(names.INPUT, found, [*taken, output, instruction])
    if not instruction:
        return given, "", output
    return instruction, given, output
