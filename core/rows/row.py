"""One instruction-response pair, and the key under which everything that is known of it is kept."""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

USER, ASSISTANT, SYSTEM = "user", "assistant", "system"


@dataclass(frozen=True)
class Message:
    """One turn of a conversation; `role` is user, assistant, system or tool."""

    role: str
    content: str


@dataclass(frozen=True)
class Row:
    """An instruction-response pair.

    Attributes:
        instruction: what is asked; of several turns, all that stand before the response, as labelled text.
        input: the text to be worked on, empty when there is none.
        output: the response; of a conversation, its last assistant turn.
        messages: the whole conversation as canonical JSON, where it is more than a question and an answer; else None.
        extra: the source's other columns as a JSON object, kept for the export; no part of the key.
    """

    instruction: str
    input: str
    output: str
    messages: str | None = None
    extra: str | None = None

    @property
    def prompt(self) -> str:
        """Instruction and input as one text: what every indicator sees as the question."""
        return f"{self.instruction}\n\n{self.input}" if self.input else self.instruction

    @cached_property
    def conversation(self) -> tuple[Message, ...]:
        """All turns up to and with the response."""
        if self.messages is None:
            return (Message(USER, self.prompt), Message(ASSISTANT, self.output))
        turns = [Message(turn["role"], turn["content"]) for turn in json.loads(self.messages)]
        last = max(i for i, turn in enumerate(turns) if turn.role == ASSISTANT)
        return tuple(turns[: last + 1])

    @property
    def key(self) -> str:
        """32 hex digits of BLAKE2b over the conversation in Unicode form NFC.

        The same question and answer has the same key in whatever format it came, so that no score is computed twice.
        """
        canonical = self.messages or canonical_messages((Message(USER, self.prompt), Message(ASSISTANT, self.output)))
        return hashlib.blake2b(unicodedata.normalize("NFC", canonical).encode(), digest_size=16).hexdigest()


def clean_text(text: str) -> str:
    """Line ends as LF, no white space around: the form in which text is stored, keyed and scored."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def canonical_messages(messages: Sequence[Message]) -> str:
    """The turns as JSON that is the same for the same turns: role and content only, no spaces, no escapes."""
    return json.dumps(
        [{"role": m.role, "content": m.content} for m in messages], ensure_ascii=False, separators=(",", ":")
    )


def row_from_messages(messages: Sequence[Message], extra: str | None = None) -> Row:
    """A row whose response is the last assistant turn and whose instruction is everything before it.

    Raises:
        ValueError: there is no assistant turn, or nothing before it.
    """
    answers = [i for i, m in enumerate(messages) if m.role == ASSISTANT]
    if not answers:
        raise ValueError("the conversation has no assistant turn")
    last = answers[-1]
    before = messages[:last]
    if not any(m.role == USER for m in before):
        raise ValueError("there is no user turn before the last assistant turn")
    if last == 1 and len(messages) == 2:
        return Row(messages[0].content, "", messages[1].content, extra=extra)
    labelled = "\n\n".join(f"{m.role}: {m.content}" for m in before) if len(before) > 1 else before[0].content
    return Row(labelled, "", messages[last].content, canonical_messages(messages), extra)
