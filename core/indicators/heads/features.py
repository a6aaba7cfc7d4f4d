"""What the heads see of a row: the language model's view of the response, how it meets the prompt, and its surface."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from core.models.chunk import Chunk, language_settings
from core.models.language_pass import PROMPT_TOKENS, RESPONSE_TOKENS, STATE_LAYER, Asked
from core.models.profiles import Profile
from core.models.prompts import END_SENTENCES
from core.models.response_statistics import PREDICTABILITY
from core.rows.row import Row

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # the words by which the heads were fitted, on English
_ODD = re.compile(r"[^\W\d_]\d|\d[^\W\d_]|[&<>{}|@\ufffdâÃ]")
_END = tuple(".!?\"')”`:*|}]")
_LIST = re.compile(r"^(?:\d+\.|[-*•])\s", re.MULTILINE)
_REFUSAL = re.compile(r"\b(?:I'm sorry|As an AI|I apologi[sz]e)\b")
REFUSAL_CHARACTERS = 150  # a refusal is said at once
CONTENT_LETTERS = 4  # shorter words carry grammar rather than content

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

REWARD = (*SURFACE, *PREDICTABILITY)
QUALITY = (*SURFACE, "log association", "likeness")

# What each reads of the language model's pass.
REWARD_READS = Asked(likelihood=False, states=True, predictability=True)
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


def reward_features(features: np.ndarray, predictability: np.ndarray) -> np.ndarray:
    """Features with those of `REWARD` in place of `SURFACE`, shape (rows, len(REWARD) + 2 width).

    Args:
        features: of `head_features`.
        predictability: of `core.models.language_pass`, shape (rows, len(PREDICTABILITY)).
    """
    return _behind_surface(features, predictability)


def quality_features(features: np.ndarray, association_nats: np.ndarray, likeness: np.ndarray) -> np.ndarray:
    """Features with those of `QUALITY` in place of `SURFACE`, shape (rows, len(QUALITY) + 2 width).

    Args:
        features: of `head_features`.
        association_nats: of `core.models.language_pass`, shape (rows,); its logarithm is taken, its sign kept.
        likeness: cosine of response and prompt's end, shape (rows,).
    """
    association = np.sign(association_nats) * np.log1p(np.abs(association_nats))
    return _behind_surface(features, np.stack([association, likeness], axis=1))


def chunk_head_features(chunk: Chunk) -> np.ndarray:
    """What all heads on hidden states read of a chunk, shape (rows, features)."""
    seen = chunk.language
    if seen.prompt_states is None or seen.response_states is None:
        raise ValueError("no indicator that was wanted reads hidden states")
    return head_features(chunk.rows, chunk.response_tokens, seen.prompt_states, seen.response_states)


def chunk_reward_features(chunk: Chunk) -> np.ndarray:
    """What the reward head reads of a chunk, shape (rows, features)."""
    predictability = chunk.language.predictability
    if predictability is None:
        raise ValueError("no reward was wanted")
    return reward_features(chunk.once(chunk_head_features), predictability)


def chunk_quality_features(chunk: Chunk) -> np.ndarray:
    """What the quality heads read of a chunk, shape (rows, features)."""
    association = chunk.language.association_nats
    if association is None:
        raise ValueError("no quality indicator was wanted")
    return quality_features(chunk.once(chunk_head_features), association, chunk.likeness)


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


def _behind_surface(features: np.ndarray, more: np.ndarray) -> np.ndarray:
    surface, states = np.split(features, [len(SURFACE)], axis=1)
    return np.hstack([surface, more, states]).astype(np.float64)


def _surface(row: Row, tokens: float) -> list[float]:
    """In the order of `SURFACE`; shares from 0 to 1, marks 0 or 1."""
    text, asked = row.output.strip(), _content(_words(row.prompt))
    said = _words(text)
    triples = list(zip(said, said[1:], said[2:], strict=False))
    pieces = text.split()
    lines = [line for line in text.split("\n") if line.strip()]
    content = _content(said)
    return [
        math.log1p(tokens),
        1 - _distinct(triples),
        _share(bool(_ODD.search(piece)) for piece in pieces),
        _share(len(piece) == 1 and piece.isalpha() and piece not in "aAI" for piece in pieces),
        float(text.endswith(_END)),
        1 - _distinct(lines),
        len(content & asked) / max(1, len(asked)),
        math.log1p(len(lines)),
        float(bool(_LIST.search(text))),
        float("**" in text),
        float(bool(_REFUSAL.search(text[:REFUSAL_CHARACTERS]))),
        math.log1p(len(content)),
    ]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _content(of: Sequence[str]) -> set[str]:
    return {word for word in of if len(word) >= CONTENT_LETTERS}


def _distinct(parts: Sequence[object]) -> float:
    return len(set(parts)) / len(parts) if parts else 1.0


def _share(marks: Iterable[bool]) -> float:
    found = list(marks)
    return sum(found) / len(found) if found else 0.0
