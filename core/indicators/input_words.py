"""Input words: words of the instruction with its input."""

import numpy as np

from core.indicators.base import Indicator
from core.models.chunk import Chunk
from core.rows.words import RULE, word_count


def compute(chunk: Chunk) -> np.ndarray:
    return np.array([word_count(row.prompt) for row in chunk.rows], dtype=np.float64)


INDICATOR = Indicator(
    name="input_words",
    title="Input words",
    unit="words",
    definition="Number of words of instruction and input, split at white space, in scripts without spaces by ICU.",
    source="Not in arXiv 2307.06290: a length that does not depend on a tokenizer",
    skewed=True,
    order=12,
    settings=lambda profile: {"words": RULE},
    compute=compute,
)
