"""Reward (Rew) of the response to the instruction."""

from collections.abc import Mapping

import numpy as np

from core.indicators.base import Indicator
from core.passes import Chunk
from core.profiles import Profile


def compute(chunk: Chunk) -> np.ndarray:
    """Rewards, shape (rows,): of the profile's reward model, or of our head over the encoder."""
    if chunk.profile.reward.kind == "minilm_head":
        return chunk.models.reward_head.score(chunk.prompt_embeddings, chunk.response_embeddings, chunk.response_tokens)
    return chunk.models.reward_model.score(chunk.rows, chunk.progress)


def settings(profile: Profile) -> Mapping[str, object]:
    if profile.reward.kind == "minilm_head":
        return {"encoder": profile.encoder.label}
    return {"dtype": profile.reward.dtype}


INDICATOR = Indicator(
    name="reward",
    title="Reward",
    symbol="Rew",
    definition="How much a model of people's or GPT-4's preferences likes the response to the instruction.",
    source="arXiv 2307.06290, Table 1",
    model_role="reward",
    higher_is_better=True,
    order=6,
    settings=settings,
    compute=compute,
)
