"""Measures of a text that several heads read, each as the heads were fitted on it, on English."""

import re
from collections.abc import Iterable, Sequence

from core.rows.row import Row

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ODD = re.compile(r"[^\W\d_]\d|\d[^\W\d_]|[&<>{}|@\ufffdâÃ]")
_END = tuple(".!?\"')”`:*|}]")
_LIST = re.compile(r"^(?:\d+\.|[-*•])\s", re.MULTILINE)
_REFUSAL = re.compile(r"\b(?:I'm sorry|As an AI|I apologi[sz]e)\b")
REFUSAL_CHARACTERS = 150  # a refusal is said at once
CONTENT_LETTERS = 4  # shorter words carry grammar rather than content


class Texts:
    """A response beside its prompt, taken apart once.

    Attributes:
        text: the response without white space around it.
        said, asked: words of response and prompt, in small letters.
        content, wanted: those of them that carry content.
        triples: three words of the response in a row, each.
        lines, pieces: of the response, those that hold anything.
    """

    def __init__(self, row: Row) -> None:
        self.text = row.output.strip()
        self.said, self.asked = _words(self.text), _words(row.prompt)
        self.content, self.wanted = _content(self.said), _content(self.asked)
        self.triples = triples(self.said)
        self.lines = [line for line in self.text.split("\n") if line.strip()]
        self.pieces = self.text.split()

    @property
    def odd_tokens(self) -> float:
        return share(bool(_ODD.search(piece)) for piece in self.pieces)

    @property
    def ends_like_a_sentence(self) -> float:
        return float(self.text.endswith(_END))

    @property
    def has_list(self) -> float:
        return float(bool(_LIST.search(self.text)))

    @property
    def refuses(self) -> float:
        return float(bool(_REFUSAL.search(self.text[:REFUSAL_CHARACTERS])))

    @property
    def taken_up(self) -> float:
        """Share of the prompt's content words that the response takes up."""
        return len(self.content & self.wanted) / max(1, len(self.wanted))


def triples(words: Sequence[str]) -> list[tuple[str, str, str]]:
    """Three words in a row, each."""
    return list(zip(words, words[1:], words[2:], strict=False))


def distinct(parts: Sequence[object]) -> float:
    """Share of distinct ones; 1 where there are none."""
    return len(set(parts)) / len(parts) if parts else 1.0


def share(marks: Iterable[bool]) -> float:
    """Share of those that hold; 0 where there are none."""
    found = list(marks)
    return sum(found) / len(found) if found else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _content(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) >= CONTENT_LETTERS}
