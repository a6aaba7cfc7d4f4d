"""Output length (Len_out): tokens of the response."""

import numpy as np

from core.indicators.base import Indicator
from core.indicators.needs import Needs
from core.models.chunk import Chunk, tokenizer_settings


def compute(chunk: Chunk) -> np.ndarray:
    return chunk.response_tokens


INDICATOR = Indicator(
    name="output_length",
    title="Output length",
    symbol="Len",
    unit="tokens",
    definition="Number of tokens of the response (language model's tokenizer).",
    source="arXiv 2307.06290, Table 1",
    model_role="language_model",
    skewed=True,
    order=2,
    needs=lambda profile: Needs(tokens=True),
    settings=tokenizer_settings,
    compute=compute,
)
