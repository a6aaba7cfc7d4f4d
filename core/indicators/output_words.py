"""Output words: words of the response."""

import numpy as np

from core.indicators.base import Indicator
from core.models.chunk import Chunk
from core.rows.words import RULE, word_count


def compute(chunk: Chunk) -> np.ndarray:
    return np.array([word_count(row.output) for row in chunk.rows], dtype=np.float64)


INDICATOR = Indicator(
    name="output_words",
    title="Output words",
    unit="words",
    definition="Number of words of the response, split at white space, in scripts without spaces by ICU.",
    source="Not in arXiv 2307.06290: a length that does not depend on a tokenizer",
    skewed=True,
    order=13,
    settings=lambda profile: {"words": RULE},
    compute=compute,
)
