"""The three UniEval scores: of UniEval itself, or of the language model asked its questions without training."""

from collections.abc import Callable, Mapping

import numpy as np

from core.passes import Chunk, language_settings
from core.profiles import Profile


def quality_compute(name: str) -> Callable[[Chunk], np.ndarray]:
    """How one of the three scores is computed: P(Yes) / (P(Yes) + P(No)), shape (rows,)."""

    def compute(chunk: Chunk) -> np.ndarray:
        if chunk.profile.quality.kind == "zero_shot":
            return chunk.language.yes[name]
        return chunk.models.unieval.score(name, chunk.rows, chunk.progress)

    return compute


def quality_settings(profile: Profile) -> Mapping[str, object]:
    if profile.quality.kind == "zero_shot":
        return {"asked": "zero-shot", **language_settings(profile)}
    return {"dtype": profile.quality.dtype}
