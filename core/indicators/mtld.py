"""MTLD, the measure of textual lexical diversity, of the response."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.indicators.base import Indicator
from core.rows.words import RULE, words

if TYPE_CHECKING:
    from core.models.chunk import Chunk

THRESHOLD = 0.72
LEAST_WORDS = 40  # below, one word more may double it: docs/indicators.md


def mtld(tokens: Sequence[str], threshold: float = THRESHOLD) -> float:
    """Mean of MTLD forward and backward (McCarthy & Jarvis 2010, pp. 384 to 385), in words per factor.

    A factor ends with the word at which the type-token ratio reaches the threshold; what is left at the end counts as
    the share of a factor by which its ratio has come down from 1. A text in which no word returns has no factor at
    all: it counts as one, so its MTLD is its number of words. NaN for no words.
    """
    if not tokens:
        return float("nan")
    return (_one_way(tokens, threshold) + _one_way(reversed(tokens), threshold)) / 2


def _one_way(tokens: Iterable[str], threshold: float) -> float:
    total, count, factors = 0, 0, 0.0
    seen: set[str] = set()
    for token in tokens:
        total += 1
        count += 1
        seen.add(token)
        if len(seen) / count <= threshold:
            factors += 1
            count = 0
            seen = set()
    if count:
        factors += (1 - len(seen) / count) / (1 - threshold)
    return total / (factors or 1.0)


def compute(chunk: "Chunk") -> np.ndarray:
    return np.array([mtld(words(row.output)) for row in chunk.rows])


INDICATOR = Indicator(
    name="mtld",
    title="MTLD",
    symbol="MTLD",
    unit="words",
    definition="Measure of textual lexical diversity of the response: mean number of consecutive words with a "
    f"type-token ratio above 0.72, forward and backward averaged. Unreliable under {LEAST_WORDS} words.",
    source="McCarthy & Jarvis 2010; arXiv 2307.06290, Table 1",
    undefined_where="the response has no words",
    skewed=True,
    order=4,
    settings=lambda profile: {"threshold": THRESHOLD, "words": RULE},
    compute=compute,
    least_words=LEAST_WORDS,
)
