"""What the heads see of a row: the language model's view of the response, how that meets the prompt, and its text."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from core.indicators.heads.style import STYLE, style
from core.models.chunk import Chunk, language_settings
from core.models.language_pass import PROMPT_TOKENS, RESPONSE_TOKENS, STATE_LAYER, Asked
from core.models.profiles import Profile
from core.models.prompts import END_SENTENCES
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
