"""How a response is written, by its text alone: length, repetition, wording, layout, and what it takes from its prompt.

Made for the reward head, which with these alone ranks systems better than with hidden states alone. Bold type is left
out: it is the one mark of layout with which systems that the head had not seen were ranked worse.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

from core.rows.row import Row

STYLE = (
    "log tokens",
    "log content words",
    "repeated word triples",
    "repeated lines",
    "compressed size",
    "distinct words of fifty",
    "words said once",
    "odd tokens",
    "ends like a sentence",
    "refusal",
    "function words",
    "long words",
    "log words a sentence",
    "first person",
    "digits",
    "capitals",
    "commas",
    "brackets",
    "quotation marks",
    "dashes",
    "opens with assent",
    "a list",
    "log headings",
    "log numbered items",
    "log bullets",
    "log paragraphs",
    "prompt's words taken up",
    "prompt's triples taken up",
    "content words of its own",
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ODD = re.compile(r"[^\W\d_]\d|\d[^\W\d_]|[&<>{}|@\ufffdâÃ]")
_END = tuple(".!?\"')”`:*|}]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_PARAGRAPH = re.compile(r"\n\s*\n")
_LIST, _HEADING, _NUMBERED, _BULLET = (
    re.compile(pattern, re.MULTILINE) for pattern in (r"^(?:\d+\.|[-*•])\s", r"^#+\s", r"^\s*\d+[.)]\s", r"^\s*[-*•]\s")
)
_REFUSAL = re.compile(r"\b(?:I'm sorry|As an AI|I apologi[sz]e)\b")
_ASSENT = re.compile(r"(?:certainly|sure|of course|absolutely|great)", re.IGNORECASE)
_DASH = re.compile(r"[—–]| - ")
_FUNCTION_WORDS = frozenset((
    "the", "of", "and", "to", "a", "in", "is", "it", "you", "that", "he", "was", "for", "on", "are", "with", "as",
    "i", "his", "they", "be", "at", "one", "have", "this", "from", "or", "had", "by", "not", "but", "some", "what",
    "there", "we", "can", "out", "other", "were", "all", "your", "when", "up", "use", "word", "how", "said", "an",
    "each", "she", "which", "do", "their", "time", "if", "will", "way", "about", "many", "then", "them", "would",
    "so", "these", "her", "him", "has", "more", "could", "no", "my", "than", "been", "who", "its", "now", "did",
    "get", "come", "made", "may",
))  # fmt: skip
_FIRST_PERSON = frozenset(("i", "my", "me", "i'm", "we", "our"))
REFUSAL_CHARACTERS = 150  # a refusal is said at once
CONTENT_LETTERS, LONG_LETTERS = 4, 8
WINDOW = 50  # words among which distinct ones are counted, at every half of it


def style(row: Row, tokens: float) -> list[float]:
    """In the order of `STYLE`; shares from 0 to 1, marks 0 or 1.

    Args:
        tokens: of the response, before any cut.
    """
    text = row.output.strip()
    said, asked = _words(text), _words(row.prompt)
    content, wanted = _content(said), _content(asked)
    triples, known = _triples(said), set(_triples(asked))
    lines = [line for line in text.split("\n") if line.strip()]
    pieces = text.split()
    return [
        math.log1p(tokens),
        math.log1p(len(content)),
        1 - _distinct(triples),
        1 - _distinct(lines),
        _compressed(text),
        _distinct_of_fifty(said),
        _share(number == 1 for number in Counter(said).values()),
        _share(bool(_ODD.search(piece)) for piece in pieces),
        float(text.endswith(_END)),
        float(bool(_REFUSAL.search(text[:REFUSAL_CHARACTERS]))),
        *_wording(text, said),
        *_signs(text, len(pieces)),
        *_layout(text),
        len(content & wanted) / max(1, len(wanted)),
        _share(triple in known for triple in triples),
        len(content - wanted) / max(1, len(content)),
    ]


def _wording(text: str, said: Sequence[str]) -> list[float]:
    sentences = [len(sentence.split()) for sentence in _SENTENCE.split(text) if sentence.strip()]
    return [
        _share(word in _FUNCTION_WORDS for word in said),
        _share(len(word) >= LONG_LETTERS for word in said),
        math.log1p(sum(sentences) / max(1, len(sentences))),
        _share(word in _FIRST_PERSON for word in said),
    ]


def _signs(text: str, pieces: int) -> list[float]:
    """Shares of digits and capitals among the characters; other signs by the number of words."""
    counts = [text.count(","), text.count("("), text.count('"') + text.count("“"), len(_DASH.findall(text))]
    return [
        _share(map(str.isdigit, text)),
        _share(map(str.isupper, text)),
        *(count / max(1, pieces) for count in counts),
        float(bool(_ASSENT.match(text))),
    ]


def _layout(text: str) -> list[float]:
    paragraphs = sum(bool(part.strip()) for part in _PARAGRAPH.split(text))
    counts = [*(len(pattern.findall(text)) for pattern in (_HEADING, _NUMBERED, _BULLET)), paragraphs]
    return [float(bool(_LIST.search(text))), *map(math.log1p, counts)]


def _compressed(text: str) -> float:
    content = text.encode("utf-8", "replace")
    return len(zlib.compress(content)) / max(1, len(content))


def _distinct_of_fifty(said: Sequence[str]) -> float:
    """Share of distinct words among `WINDOW` in a row, the mean over windows; of all words where they are fewer."""
    starts = range(0, max(1, len(said) - WINDOW + 1), WINDOW // 2)
    return sum(_distinct(said[start : start + WINDOW]) for start in starts) / len(starts) if said else 0.0


def _triples(words: Sequence[str]) -> list[tuple[str, str, str]]:
    return list(zip(words, words[1:], words[2:], strict=False))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _content(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) >= CONTENT_LETTERS}


def _distinct(parts: Sequence[object]) -> float:
    return len(set(parts)) / len(parts) if parts else 1.0


def _share(marks: Iterable[bool]) -> float:
    found = list(marks)
    return sum(found) / len(found) if found else 0.0
