"""Which column is which part of a row, and how that is changed by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, Self

from core.errors import InputError
from core.formats import column_names as names
from core.values import Value, changed

Layout = Literal["pair", "sharegpt", "messages"]
TAGS = ("role_key", "content_key", "user_role", "assistant_role", "system_role", "tool_role", "call_role")
NO_COLUMNS = frozenset((*TAGS, "first_choice"))  # what a map says beside columns
_STRINGS = frozenset((*names.CONVERSATION, "data"))  # where a list of texts is questions and answers by turns


@dataclass(frozen=True)
class ColumnMap(Value):
    """Names of the columns, "" for one that is not there.

    Attributes:
        layout: `pair` (instruction and response side by side, as in Alpaca), or a conversation in one column as
            `sharegpt` (from, value) or `messages` (role, content).
        instruction, input, output: of a pair; in the other layouts they stand in for an empty conversation, and the
            output for an answer that a conversation lacks.
        conversation: the column of turns.
        system: text put before the conversation, as LLaMA-Factory has it.
        history: earlier turns of a pair, as pairs of question and answer or as turns.
        tools: those that the conversation may call, a list of objects or the same as JSON text.
        choices: of a question with several, which go into its input; an answer that is a letter or a number becomes
            the choice that it means.
        first_choice: "1" where such a number counts from 1; else it counts from 0.
        rejected: the answer that was not chosen, as text or turns.
        label: whether the response is a desirable one, true or false, as training by KTO needs it.
        role_key, content_key: under which keys a turn says who speaks and what, where they are none of the usual.
        user_role, assistant_role, system_role, tool_role, call_role: what these are called in turns, where it is none
            of the usual; `call_role` says which tool is called.
    """

    layout: Layout
    instruction: str = ""
    input: str = ""
    output: str = ""
    conversation: str = ""
    system: str = ""
    history: str = ""
    tools: str = ""
    choices: str = ""
    first_choice: str = ""
    rejected: str = ""
    label: str = ""
    role_key: str = ""
    content_key: str = ""
    user_role: str = ""
    assistant_role: str = ""
    system_role: str = ""
    tool_role: str = ""
    call_role: str = ""

    @property
    def read(self) -> frozenset[str]:
        """The columns of texts and turns."""
        pair = (self.instruction, self.input, self.output, self.choices)
        return frozenset((*(pair if self.layout == "pair" else (self.conversation,)), self.rejected)) - {""}

    @property
    def tags(self) -> dict[str, str]:
        """What is said of keys and speakers of turns; these are no columns."""
        return {name: value for name in TAGS if (value := getattr(self, name))}

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


def is_conversation_name(field: str) -> bool:
    """Whether a list of texts in a column of this name is questions and answers by turns."""
    return names.plain_name(field) in _STRINGS
