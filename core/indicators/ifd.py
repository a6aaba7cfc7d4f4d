"""IFD, the instruction-following difficulty of Cherry LLM."""

import numpy as np

from core.indicators.base import Indicator
from core.indicators.needs import Needs
from core.models.chunk import Chunk, language_settings
from core.models.language_pass import Asked


def compute(chunk: Chunk) -> np.ndarray:
    """Loss of the response given the prompt over its loss alone (arXiv 2308.12032, Equation 3), shape (rows,).

    Both are means over the response's tokens; NaN for a response without tokens.
    """
    seen = chunk.language
    if seen.alone_nats_per_token is None:
        raise ValueError("the pass was not asked for the responses alone")
    return seen.loss_nats_per_token / seen.alone_nats_per_token


INDICATOR = Indicator(
    name="ifd",
    title="IFD",
    symbol="IFD",
    definition="Instruction-following difficulty: loss of the response given the instruction, divided by its loss "
    "without it. Near 1: the instruction hardly helps. Above 1: the response may not belong to the "
    "instruction.",
    source="Cherry LLM, arXiv 2308.12032",
    undefined_where="the response has no tokens",
    model_role="language_model",
    order=10,
    needs=lambda profile: Needs(language=Asked(likelihood=True, alone=True)),
    settings=language_settings,
    compute=compute,
)
