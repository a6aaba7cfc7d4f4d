"""How a response is written, by its text alone: length, repetition, wording, layout, and what it takes from its prompt.

Made for the reward head, which with these alone ranks systems better than with hidden states alone. Bold type is left
out: it is the one mark of layout with which systems that the head had not seen were ranked worse.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence

from core.indicators.heads.text_measures import Texts, distinct, share, triples
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
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_PARAGRAPH = re.compile(r"\n\s*\n")
_HEADING, _NUMBERED, _BULLET = (
    re.compile(pattern, re.MULTILINE) for pattern in (r"^#+\s", r"^\s*\d+[.)]\s", r"^\s*[-*•]\s")
)
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
LONG_LETTERS = 8
WINDOW = 50  # words among which distinct ones are counted, at every half of it


def style(row: Row, tokens: float) -> list[float]:
    """In the order of `STYLE`; shares from 0 to 1, marks 0 or 1.

    Args:
        tokens: of the response, before any cut.
    """
    of = Texts(row)
    known = set(triples(of.asked))
    return [
        math.log1p(tokens),
        math.log1p(len(of.content)),
        1 - distinct(of.triples),
        1 - distinct(of.lines),
        _compressed(of.text),
        _distinct_of_fifty(of.said),
        share(number == 1 for number in Counter(of.said).values()),
        of.odd_tokens,
        of.ends_like_a_sentence,
        of.refuses,
        *_wording(of.text, of.said),
        *_signs(of.text, len(of.pieces)),
        of.has_list,
        *_layout(of.text),
        of.taken_up,
        share(triple in known for triple in of.triples),
        len(of.content - of.wanted) / max(1, len(of.content)),
    ]


def _wording(text: str, said: Sequence[str]) -> list[float]:
    sentences = [len(sentence.split()) for sentence in _SENTENCE.split(text) if sentence.strip()]
    return [
        share(word in _FUNCTION_WORDS for word in said),
        share(len(word) >= LONG_LETTERS for word in said),
        math.log1p(sum(sentences) / max(1, len(sentences))),
        share(word in _FIRST_PERSON for word in said),
    ]


def _signs(text: str, pieces: int) -> list[float]:
    """Shares of digits and capitals among the characters; other signs by the number of words."""
    counts = [text.count(","), text.count("("), text.count('"') + text.count("“"), len(_DASH.findall(text))]
    return [
        share(map(str.isdigit, text)),
        share(map(str.isupper, text)),
        *(count / max(1, pieces) for count in counts),
        float(bool(_ASSENT.match(text))),
    ]


def _layout(text: str) -> list[float]:
    paragraphs = sum(bool(part.strip()) for part in _PARAGRAPH.split(text))
    counts = [*(len(pattern.findall(text)) for pattern in (_HEADING, _NUMBERED, _BULLET)), paragraphs]
    return [math.log1p(count) for count in counts]


def _compressed(text: str) -> float:
    content = text.encode("utf-8", "replace")
    return len(zlib.compress(content)) / max(1, len(content))


def _distinct_of_fifty(said: Sequence[str]) -> float:
    """Share of distinct words among `WINDOW` in a row, the mean over windows; of all words where they are fewer."""
    starts = range(0, max(1, len(said) - WINDOW + 1), WINDOW // 2)
    return sum(distinct(said[start : start + WINDOW]) for start in starts) / len(starts) if said else 0.0
