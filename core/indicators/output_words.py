"""Output words: words of the response."""

import numpy as np

from core.indicators.base import Indicator
from core.models.chunk import Chunk


def compute(chunk: Chunk) -> np.ndarray:
    return np.array([len(row.output.split()) for row in chunk.rows], dtype=np.float64)


INDICATOR = Indicator(
    name="output_words",
    title="Output words",
    unit="words",
    definition="Number of words of the response, split at white space.",
    source="Not in arXiv 2307.06290: a length that does not depend on a tokenizer",
    skewed=True,
    order=13,
    compute=compute,
)
