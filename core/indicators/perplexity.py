"""Perplexity (PPL) of the response given the instruction."""

import numpy as np

from core.indicators.base import Indicator
from core.indicators.needs import Needs
from core.models.chunk import Chunk, language_settings
from core.models.language_pass import Asked

MAX_LOSS_NATS = 80.0  # a perplexity beyond 5e34 says nothing more, and the largest float is not far


def compute(chunk: Chunk) -> np.ndarray:
    """exp of the mean negative log-likelihood in nats per token, shape (rows,); NaN for a response without tokens."""
    return np.exp(np.minimum(chunk.language.loss_nats_per_token, MAX_LOSS_NATS))


INDICATOR = Indicator(
    name="perplexity",
    title="Perplexity",
    symbol="PPL",
    definition="exp of the mean negative log-likelihood of the response's tokens given the instruction, under the "
    "language model. Low: the model finds the response likely.",
    source="arXiv 2307.06290, Table 1",
    undefined_where="the response has no tokens",
    model_role="language_model",
    skewed=True,
    order=3,
    needs=lambda profile: Needs(language=Asked(likelihood=True)),
    settings=language_settings,
    compute=compute,
)
