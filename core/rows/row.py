"""One row, an instruction-response pair or a conversation, and the key under which all that is known of it is kept."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

USER, ASSISTANT, SYSTEM, TOOL = "user", "assistant", "system", "tool"
CALLS = ("tool_calls", "function_call")
OTHER = "other"  # the column into which exports pack `Row.extra`
_BLANK_LINES = re.compile(r"(?:[^\S\r\n]*(?:\r\n|\r|\n))+")


@dataclass(frozen=True)
class Message:
    """One turn of a conversation; `role` is user, assistant, system or tool.

    Attributes:
        keys: what else stands in the turn: its tool calls, weight, reasoning, name, parts; JSON values.
    """

    role: str
    content: str
    keys: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """What indicators and people read of the turn: its content, and its tool calls as JSON."""
        calls = [json.dumps(self.keys[name], ensure_ascii=False, sort_keys=True) for name in CALLS if name in self.keys]
        return "\n".join(part for part in (self.content, *calls) if part)

    def as_dict(self) -> dict[str, Any]:
        """Role, content and the other keys by name."""
        return {"role": self.role, "content": self.content, **dict(sorted(self.keys.items()))}


@dataclass(frozen=True)
class Row:
    """An instruction-response pair.

    Attributes:
        instruction: what is asked; of several turns, all that stand before the response, as labelled text.
        input: the text to be worked on, empty when there is none.
        output: the response; of a conversation its last assistant turn, or another that was chosen.
        messages: the conversation as canonical JSON, where it is more than a question and an answer; else None. A list
            of turns, or an object of `turns` with the `tools` that it may call, the `rejected` answer's turns, the
            `label` of KTO, or the place of the `response` where it is not the last assistant turn.
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
    def _told(self) -> dict[str, Any]:
        told = json.loads(self.messages) if self.messages is not None else []
        return told if isinstance(told, dict) else {"turns": told}

    @property
    def turns(self) -> list[dict[str, Any]]:
        """All turns, those after the response included, each with role, content and its other keys."""
        if self.messages is None:
            return [{"role": USER, "content": self.prompt}, {"role": ASSISTANT, "content": self.output}]
        return [dict(turn) for turn in self._told["turns"]]

    @property
    def tools(self) -> list[Any] | None:
        """The tools that the conversation may call, where there are any."""
        return self._told.get("tools")

    @property
    def rejected(self) -> list[dict[str, Any]] | None:
        """The turns of the answer that was not chosen, where the row is a preference."""
        return self._told.get("rejected")

    @property
    def label(self) -> bool | None:
        """Whether the response is a desirable one, where that is said, as training by KTO needs it."""
        return self._told.get("label")

    @cached_property
    def conversation(self) -> tuple[Message, ...]:
        """All turns up to and with the response."""
        turns = [message_of(turn) for turn in self.turns]
        last = max(i for i, turn in enumerate(turns) if turn.role == ASSISTANT)
        return tuple(turns[: self._told.get("response", last) + 1])

    @property
    def key(self) -> str:
        """32 hex digits of BLAKE2b over the conversation, its tools, rejected answer and label, as they are kept.

        The same question and answer has the same key in whatever format it came, so that no score is computed twice.
        """
        canonical = self.messages or canonical_messages((Message(USER, self.prompt), Message(ASSISTANT, self.output)))
        return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


def message_of(turn: Mapping[str, Any]) -> Message:
    """A turn of `Row.turns` as a message."""
    return Message(turn["role"], turn["content"], {k: v for k, v in turn.items() if k not in ("role", "content")})


def clean_text(text: str) -> str:
    """Without blank lines before and white space after; line ends and the indentation of the first line stay."""
    text = text.rstrip()
    found = _BLANK_LINES.match(text) if text[:1].isspace() else None
    return text[found.end() :] if found else text


def canonical_messages(
    messages: Sequence[Message],
    tools: Sequence[Any] | None = None,
    rejected: Sequence[Message] | None = None,
    response: int | None = None,
    label: bool | None = None,
) -> str:
    """The turns as JSON that is the same for the same turns: no spaces, no escapes, keys in order."""
    told: Any = [each.as_dict() for each in messages]
    if tools or rejected or response is not None or label is not None:
        told = {"turns": told}
        told |= {"tools": tools} if tools else {}
        told |= {"rejected": [each.as_dict() for each in rejected]} if rejected else {}
        told |= {"response": response} if response is not None else {}
        told |= {"label": label} if label is not None else {}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def row_from_messages(
    messages: Sequence[Message],
    extra: str | None = None,
    tools: Sequence[Any] | None = None,
    rejected: Sequence[Message] | None = None,
    response: int | None = None,
    label: bool | None = None,
) -> Row:
    """A row whose response is the last assistant turn and whose instruction is everything before it.

    Args:
        response: the place of another assistant turn that is the response.
        label: whether the response is a desirable one.

    Raises:
        ValueError: there is no assistant turn, or nothing before it.
    """
    answers = [i for i, m in enumerate(messages) if m.role == ASSISTANT]
    if not answers:
        raise ValueError("the conversation has no assistant turn")
    response = response if response != answers[-1] else None
    last = answers[-1] if response is None else response
    before = messages[:last]
    if not any(m.role == USER for m in before):
        raise ValueError("there is no user turn before the last assistant turn")
    output = messages[last].text
    plain = not tools and not rejected and label is None and not any(m.keys for m in messages)
    if plain and last == 1 and len(messages) == 2:
        return Row(messages[0].content, "", output, extra=extra)
    labelled = "\n\n".join(f"{m.role}: {m.text}" for m in before) if len(before) > 1 else before[0].text
    return Row(labelled, "", output, canonical_messages(messages, tools, rejected, response, label), extra)
