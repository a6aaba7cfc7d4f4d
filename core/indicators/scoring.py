"""Scores of rows: which key they have, and how a chunk of rows and a whole pool are scored.

Importing this is cheap: models and torch are loaded when something is scored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.indicators import indicator
from core.indicators.base import Scope, ScorerKey
from core.indicators.needs import Needs, together
from core.indicators.row_pool import RowPool
from core.models.chunk import Chunk
from core.models.pool import ModelPool
from core.models.profiles import Profile
from core.progress import Progress
from core.rows.row import Row

NO_MODEL = "none"


@dataclass(frozen=True)
class ChunkScores:
    """Scores of a chunk: by indicator, shape (rows,), NaN where undefined; embeddings (rows, 384) where wanted."""

    values: dict[str, np.ndarray]
    embeddings: np.ndarray | None


def scorer_key(name: str, profile: Profile, pool_fingerprint: str, guide: str = "") -> ScorerKey:
    """The key of an indicator's scores under a profile.

    Args:
        pool_fingerprint: of the dataset, for indicators that depend on it.
        guide: digest of the target's guide questions, for indicators that depend on them.

    Raises:
        KeyError: there is no such indicator.
    """
    about = indicator(name)
    settings = dict(about.settings(profile))
    if about.scope is Scope.POOL or (about.targeted and about.targeted.of_pool):
        settings["pool"] = pool_fingerprint
    if about.targeted:
        settings["guide"] = guide
    model = getattr(profile, about.model_role).label if about.model_role else NO_MODEL
    return ScorerKey.of(name, model, settings)


def embedding_model(profile: Profile) -> str:
    """Under which name embeddings are kept."""
    return profile.encoder.label


def needs_of(names: Iterable[str], profile: Profile) -> Needs:
    """What these indicators need together."""
    return together(indicator(name).needs(profile) for name in names)


def score_chunk(
    rows: Sequence[Row],
    names: Sequence[str],
    models: ModelPool,
    profile: Profile,
    embed: bool = False,
    progress: Progress | None = None,
) -> ChunkScores:
    """Score some rows by indicators of scope ROW.

    Args:
        names: the indicators.
        embed: whether their embeddings are wanted too.

    Raises:
        ModelUnavailable: a model can't be had here.
        Cancelled: `progress` said so.
    """
    chunk = Chunk(rows, models, needs_of(names, profile).language, progress)
    values = {}
    for name in names:
        compute = indicator(name).compute
        if compute is None:
            raise ValueError(f"{name} is scored over a whole dataset, not over a chunk")
        values[name] = np.asarray(compute(chunk), dtype=np.float64)
    return ChunkScores(values, chunk.embeddings if embed else None)


def score_pool(pool: RowPool, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Score a whole dataset by indicators of scope POOL.

    Returns: by indicator, shape (rows,), NaN where undefined.

    Raises:
        Cancelled: the pool's progress said so.
    """
    values = {}
    for name in names:
        compute = indicator(name).compute_pool
        if compute is None:
            raise ValueError(f"{name} is scored over a chunk, not over a whole dataset")
        values[name] = np.asarray(compute(pool), dtype=np.float64)
    return values
