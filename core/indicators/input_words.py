"""Input words: words of the instruction with its input."""

import numpy as np

from core.indicators.base import Indicator
from core.models.chunk import Chunk


def compute(chunk: Chunk) -> np.ndarray:
    return np.array([len(row.prompt.split()) for row in chunk.rows], dtype=np.float64)


INDICATOR = Indicator(
    name="input_words",
    title="Input words",
    unit="words",
    definition="Number of words of instruction and input, split at white space.",
    source="Not in arXiv 2307.06290: a length that does not depend on a tokenizer",
    skewed=True,
    order=12,
    compute=compute,
)
