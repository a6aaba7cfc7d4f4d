"""Under which names instruction, input and response are found in the data that people have."""

from collections.abc import Iterable, Sequence

INSTRUCTION = (
    "instruction", "instructions", "prompt", "question", "query", "problem", "request", "task", "user", "human",
    "user_prompt", "input_text", "inputs", "goal", "title",
)  # fmt: skip
INPUT = ("input", "context", "passage", "document", "inputs", "input_text", "background")
OUTPUT = (
    "output", "outputs", "response", "responses", "completion", "answer", "answers", "target", "targets", "solution",
    "reply", "assistant", "gpt", "output_text", "target_text", "response_text", "chosen", "best_answer",
)  # fmt: skip
CONVERSATION = ("messages", "conversations", "conversation", "turns", "dialogue", "dialog", "chat", "chosen")
SYSTEM = ("system", "system_prompt", "system_message")
HISTORY = ("history",)

_KNOWN = frozenset((*INSTRUCTION, *INPUT, *OUTPUT, *CONVERSATION))


def plain_name(name: str) -> str:
    """A column's name in one spelling: `Input Text`, `input-text` and `_input_text` are `input_text`."""
    return name.strip().lower().replace(" ", "_").replace("-", "_").strip("_")


def first_of(wanted: Sequence[str], fields: Iterable[str], taken: Iterable[str] = ()) -> str:
    """The field whose name stands first in `wanted` and is not taken; "" where there is none."""
    plain: dict[str, str] = {}
    for field in fields:
        if field not in taken:
            plain.setdefault(plain_name(field), field)
    return next((plain[name] for name in wanted if name in plain), "")


def unique_names(fields: Sequence[str]) -> list[str]:
    """The names of columns, a number added to those that stand there again; one without a name is `column 3`."""
    made: dict[str, None] = {}
    for place, field in enumerate(fields, 1):
        wish = free = field or f"column {place}"
        again = 2
        while free in made:
            free, again = f"{wish} ({again})", again + 1
        made[free] = None
    return list(made)


def count_known(fields: Iterable[str]) -> int:
    """How many of the fields have a name that means something here."""
    return sum(plain_name(field) in _KNOWN for field in fields)
