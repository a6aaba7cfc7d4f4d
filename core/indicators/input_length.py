"""Input length (Len_in): tokens of the instruction with its input."""

import numpy as np

from core.indicators.base import Indicator
from core.indicators.needs import Needs
from core.models.chunk import Chunk, tokenizer_settings


def compute(chunk: Chunk) -> np.ndarray:
    return chunk.prompt_tokens


INDICATOR = Indicator(
    name="input_length",
    title="Input length",
    symbol="Len_in",
    unit="tokens",
    definition="Number of tokens of instruction and input (language model's tokenizer).",
    source="arXiv 2307.06290, Table 1",
    model_role="language_model",
    skewed=True,
    order=1,
    needs=lambda profile: Needs(tokens=True),
    settings=tokenizer_settings,
    compute=compute,
)
