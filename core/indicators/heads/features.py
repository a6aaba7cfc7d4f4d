"""What the heads see of a row: the language model's view of the response, how that meets the prompt, and its text."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from core.indicators.heads.style import STYLE, style
from core.indicators.heads.text_measures import Texts, distinct, share
from core.models.chunk import Chunk, language_settings
from core.models.language_pass import PROMPT_TOKENS, RESPONSE_TOKENS, STATE_LAYER, Asked
from core.models.profiles import Profile
from core.models.prompts import END_SENTENCES
from core.rows.row import Row

SURFACE = (
    "log tokens",
    "repeated word triples",
    "odd tokens",
    "single letters",
    "ends like a sentence",
    "repeated lines",
    "prompt's words taken up",
    "log lines",
    "a list",
    "bold",
    "refusal",
    "log content words",
)

REWARD = STYLE
QUALITY = (*SURFACE, "log association", "likeness")

# What each reads of the language model's pass.
REWARD_READS = Asked(likelihood=False, states=True)
QUALITY_READS = Asked(likelihood=False, states=True, association=True)


def head_features(
    rows: Sequence[Row], response_tokens: np.ndarray, prompt_states: np.ndarray, response_states: np.ndarray
) -> np.ndarray:
    """Features of rows, float64, shape (rows, len(SURFACE) + 2 width); NaN where a response has no token.

    Args:
        response_tokens: before any cut, shape (rows,).
        prompt_states, response_states: of `core.models.language_pass`, shape (rows, width).
    """
    surface = np.array([_surface(row, tokens) for row, tokens in zip(rows, response_tokens, strict=True)])
    return np.hstack([surface.reshape(len(rows), len(SURFACE)), response_states, prompt_states]).astype(np.float64)


def reward_features(
    rows: Sequence[Row], response_tokens: np.ndarray, prompt_states: np.ndarray, response_states: np.ndarray
) -> np.ndarray:
    """The same with those of `REWARD` in place of `SURFACE`, shape (rows, len(REWARD) + 2 width)."""
    written = np.array([style(row, tokens) for row, tokens in zip(rows, response_tokens, strict=True)])
    return np.hstack([written.reshape(len(rows), len(REWARD)), response_states, prompt_states]).astype(np.float64)


def quality_features(features: np.ndarray, association_nats: np.ndarray, likeness: np.ndarray) -> np.ndarray:
    """Features with those of `QUALITY` in place of `SURFACE`, shape (rows, len(QUALITY) + 2 width).

    Args:
        features: of `head_features`.
        association_nats: of `core.models.language_pass`, shape (rows,); its logarithm is taken, its sign kept.
        likeness: cosine of response and prompt's end, shape (rows,).
    """
    association = np.sign(association_nats) * np.log1p(np.abs(association_nats))
    surface, states = np.split(features, [len(SURFACE)], axis=1)
    return np.hstack([surface, np.stack([association, likeness], axis=1), states]).astype(np.float64)


def chunk_reward_features(chunk: Chunk) -> np.ndarray:
    """What the reward head reads of a chunk, shape (rows, features)."""
    return reward_features(chunk.rows, chunk.response_tokens, *_states(chunk))


def chunk_quality_features(chunk: Chunk) -> np.ndarray:
    """What the quality heads read of a chunk, shape (rows, features)."""
    association = chunk.language.association_nats
    if association is None:
        raise ValueError("no quality indicator was wanted")
    return quality_features(
        head_features(chunk.rows, chunk.response_tokens, *_states(chunk)), association, chunk.likeness
    )


def head_settings(profile: Profile) -> Mapping[str, object]:
    """What changes a head's number beside the head, whose name tells its content: what it reads, and of which model."""
    return {
        "reads": profile.language_model.label,
        "layer": STATE_LAYER,
        "state_tokens": [PROMPT_TOKENS, RESPONSE_TOKENS],
        **language_settings(profile),
    }


def quality_head_settings(profile: Profile) -> Mapping[str, object]:
    """The same of the quality heads, which read the encoder too."""
    encoder = profile.encoder
    return {**head_settings(profile), "prompt_sentences": END_SENTENCES, "likeness": [encoder.label, encoder.dtype]}


def _states(chunk: Chunk) -> tuple[np.ndarray, np.ndarray]:
    seen = chunk.language
    if seen.prompt_states is None or seen.response_states is None:
        raise ValueError("no indicator that was wanted reads hidden states")
    return seen.prompt_states, seen.response_states


def _surface(row: Row, tokens: float) -> list[float]:
    """In the order of `SURFACE`; shares from 0 to 1, marks 0 or 1."""
    of = Texts(row)
    return [
        math.log1p(tokens),
        1 - distinct(of.triples),
        of.odd_tokens,
        share(len(piece) == 1 and piece.isalpha() and piece not in "aAI" for piece in of.pieces),
        of.ends_like_a_sentence,
        1 - distinct(of.lines),
        of.taken_up,
        math.log1p(len(of.lines)),
        of.has_list,
        float("**" in of.text),
        of.refuses,
        math.log1p(len(of.content)),
    ]
