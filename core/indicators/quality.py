"""The three UniEval scores: of UniEval itself, of our heads, or of a language model asked its questions untrained."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from core.indicators.heads.features import QUALITY_READS, chunk_quality_features, quality_head_settings
from core.indicators.heads.head import Heads
from core.indicators.needs import Needs
from core.models.chunk import Chunk, language_settings
from core.models.language_pass import Asked
from core.models.profiles import Profile
from core.models.trust import Agreement, Trust, Use

# Of UniEval's published predictions with the people's ratings of Topical-Chat (Zhong et al. 2022), 360 responses.
UNIEVAL_SPEARMAN = {"naturalness": 0.514, "coherence": 0.613, "understandability": 0.468}

FAULTS_ONLY = "Use it to find faulty rows, such as garbled or off-topic ones; it hardly ranks good responses."


def quality_compute(name: str) -> Callable[[Chunk], np.ndarray]:
    """How one of the three scores is computed: from 0 to 1, as UniEval's P(Yes) / (P(Yes) + P(No)), shape (rows,)."""

    def compute(chunk: Chunk) -> np.ndarray:
        quality = chunk.profile.quality
        if quality.kind == "state_head":
            return Heads.load(quality.id).score(name, chunk.once(chunk_quality_features))
        if quality.kind == "zero_shot":
            return chunk.language.yes[name]
        return chunk.models.unieval.score(name, chunk.rows, chunk.progress)

    return compute


def quality_needs(name: str) -> Callable[[Profile], Needs]:
    """What one of the three is computed from: what our heads read, or an answer of the language model."""

    def needs(profile: Profile) -> Needs:
        if profile.quality.kind == "state_head":
            return Needs(tokens=True, language=QUALITY_READS)
        if profile.quality.kind == "zero_shot":
            return Needs(language=Asked(likelihood=False, questions=(name,)))
        return Needs()

    return needs


def quality_trust(name: str) -> Callable[[Profile], Trust]:
    """As the heads' file says; of UniEval what its published predictions give; a model that is asked is weak."""

    def trust(profile: Profile) -> Trust:
        if profile.quality.kind == "state_head":
            return _of_heads(Heads.load(profile.quality.id).trust[name])
        if profile.quality.kind == "zero_shot":
            return Trust("UniEval's question put to the language model, zero-shot.", weak=True)
        agreement = Agreement("people's ratings of Topical-Chat", "Spearman", UNIEVAL_SPEARMAN[name], 360, use=Use.ROWS)
        return Trust("UniEval (T5, 770M parameters).", weak=False, agreements=(agreement,))

    return trust


def _of_heads(trust: Trust) -> Trust:
    """With what its measurements tell: those with people's ratings of rows, those of faults."""
    uses = (Use.FAULTS if each.compared_with.startswith("faults") else Use.ROWS for each in trust.agreements)
    agreements = tuple(replace(each, use=use) for each, use in zip(trust.agreements, uses, strict=True))
    return replace(trust, agreements=agreements, advice=FAULTS_ONLY)


def quality_settings(profile: Profile) -> Mapping[str, object]:
    if profile.quality.kind == "state_head":
        return quality_head_settings(profile)
    if profile.quality.kind == "zero_shot":
        return {"asked": "zero-shot", **language_settings(profile)}
    return {"dtype": profile.quality.dtype}
