"""Reward (Rew) of the response to the instruction."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.indicators.base import Indicator
from core.indicators.heads.features import REWARD_READS, chunk_reward_features, head_settings
from core.indicators.heads.head import Heads
from core.indicators.needs import Needs
from core.models.chunk import Chunk
from core.models.profiles import Profile
from core.models.trust import Trust

ADVICE = (
    "Use it to rank sources and responses of low to middling quality, and to find faulty rows. "
    "It hardly tells good models from very good ones, and can't tell whether a statement is true."
)


def compute(chunk: Chunk) -> np.ndarray:
    """Rewards, shape (rows,): of the profile's reward model, or of our head on what the language model shows."""
    if chunk.profile.reward.kind == "state_head":
        return Heads.load(chunk.profile.reward.id).score("reward", chunk.once(chunk_reward_features))
    return chunk.models.reward_model.score(chunk.rows, chunk.progress)


def needs(profile: Profile) -> Needs:
    if profile.reward.kind == "state_head":
        return Needs(tokens=True, language=REWARD_READS)
    return Needs()


def settings(profile: Profile) -> Mapping[str, object]:
    if profile.reward.kind == "state_head":
        return head_settings(profile)
    return {"dtype": profile.reward.dtype}


def trust(profile: Profile) -> Trust | None:
    """As the head's file says; of a reward model of the hub nothing is measured here."""
    if profile.reward.kind != "state_head":
        return None
    return replace(Heads.load(profile.reward.id).trust["reward"], advice=ADVICE)


INDICATOR = Indicator(
    name="reward",
    title="Reward",
    symbol="Rew",
    definition="Score of the response by a reward model trained on human or GPT-4 preferences.",
    source="arXiv 2307.06290, Table 1",
    undefined_where="the response has no tokens",
    model_role="reward",
    higher_is_better=True,
    order=6,
    needs=needs,
    settings=settings,
    trust=trust,
    compute=compute,
)
