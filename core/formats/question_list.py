"""Text in which lines that begin with `Q:` ask and lines that begin with `A:` answer.

Both may go on over further lines, and a question may have several answers. The labels may be words of any language that
columns are known by, with a number: `Question 3:`, `Antwort:`, `问题：`. Those that come first count in the whole file.
"""

import re
from collections.abc import Iterator
from io import BytesIO

from core.formats.cells import MAX_CELL_CHARACTERS
from core.formats.column_names import INSTRUCTION, OUTPUT
from core.formats.format import Format
from core.formats.record import MAX_ROW_BYTES, Record
from core.formats.rejection import Rejection, excerpt
from core.formats.source import Source

QUESTION, ANSWER = "question", "answer"
_LABEL = re.compile(r"\s*(?:\*\*)?(?P<name>[^\W\d_]+)[ \t]*\d*[ \t]*[:：](?:\*\*)?[ \t]*(?P<text>.*)", re.DOTALL)
_TURNS = {"human", "assistant", "gpt"}  # a conversation, whose questions hang together
_KINDS = {
    "q": QUESTION, "a": ANSWER, **{n: QUESTION for n in INSTRUCTION if n not in _TURNS},
    **{n: ANSWER for n in OUTPUT if n not in _TURNS},
}  # fmt: skip


def is_question_list(head: bytes) -> bool:
    """Whether the first line that is not blank asks, and a later one answers."""
    lines = (line.decode(errors="replace") for line in BytesIO(head) if line.strip())
    kinds = [_labelled(line, {})[0] for line in lines]
    return kinds[:1] == [QUESTION] and ANSWER in kinds


def _labelled(line: str, labels: dict[str, str]) -> tuple[str, str]:
    """Question or answer, and what follows the label; "" and the line where it has none.

    Args:
        labels: by kind, the one that came first, which is added here.
    """
    found = _LABEL.fullmatch(line)
    name = found["name"].lower() if found else ""
    kind = _KINDS.get(name, "")
    if found is None or not kind or labels.setdefault(kind, name) != name:
        return "", line
    return kind, found["text"]


def _read(source: Source) -> Iterator[Record | Rejection]:
    labels: dict[str, str] = {}
    said: list[tuple[str, list[str]]] = []
    number = characters = 0
    for line in iter(lambda: source.stream.readline(MAX_ROW_BYTES), b""):
        kind, text = _labelled(line.decode(errors="replace"), labels)
        if kind == QUESTION and said:
            number += 1
            yield _record(said, number, source.shown)
            said, characters = [], 0
        if kind:
            said.append((kind, []))
        if said and characters <= MAX_CELL_CHARACTERS:  # what is longer is refused, and need not be held
            said[-1][1].append(text)
            characters += len(text)
    if said:
        yield _record(said, number + 1, source.shown)


def _record(said: list[tuple[str, list[str]]], number: int, file: str) -> Record | Rejection:
    asked, *answers = ("".join(lines).strip() for _, lines in said)
    if not answers:
        told = "The question has no answer.", "Write it below, in a line that begins with A:."
        return Rejection(file, number, *told, excerpt(asked))
    return Record(number, {QUESTION: asked, ANSWER: answers if len(answers) > 1 else answers[0]})


_TITLES = ("text with Q: and A: or User: and Assistant:",)

FORMAT = Format("question list", _TITLES, 50, lambda source: is_question_list(source.head), _read)
