"""Scoring in this process, without queue or worker: for commands and small data."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from core.indicators import indicator
from core.indicators.base import Scope, ScorerKey
from core.indicators.needs import Needs
from core.indicators.row_pool import RowPool
from core.indicators.scoring import embedding_model, needs_of, score_chunk, score_pool
from core.models.pool import ModelPool
from core.models.profiles import Profile
from core.progress import Progress, Silent
from core.rows.row import Row
from core.store.scores import ScoreTables

CHUNK_ROWS = 64


def score_dataset(
    scores: ScoreTables,
    dataset_id: int,
    scorers: Sequence[ScorerKey],
    models: ModelPool,
    progress: Progress | None = None,
) -> None:
    """Compute what a dataset's rows lack of these scores and put it into the store.

    Raises:
        ModelUnavailable: a model can't be had here.
        Cancelled: `progress` said so; what is stored by then stays.
    """
    report = progress or Silent()
    by_name = {key.indicator: key for key in scorers}
    pooled = [name for name in by_name if indicator(name).scope is Scope.POOL]
    needs = needs_of(by_name, models.profile)
    missing = scores.missing(dataset_id, scorers)
    for start in range(0, missing.num_rows, CHUNK_ROWS):
        part = missing.slice(start, CHUNK_ROWS)
        texts = zip(*(part[c].to_pylist() for c in ("instruction", "input", "output", "messages")), strict=True)
        names = [name for name in by_name if name not in pooled]
        scored = score_chunk([Row(*each) for each in texts], names, models, models.profile, needs.embeddings)
        keys = part["key"].to_pylist()
        if scored.embeddings is not None:
            vectors = pa.array(list(scored.embeddings), pa.list_(pa.float32()))
            columns = {"key": keys, "model": [embedding_model(models.profile)] * len(keys), "vector": vectors}
            scores.add_embeddings(pa.table(columns))
        scores.add(score_table(keys, scored.values, by_name))
        report.update(start + len(keys), missing.num_rows, "Scoring")
    if pooled and missing.num_rows:
        keys, pool = _pool(scores, dataset_id, missing, needs, models.profile, report)
        scores.add(score_table(keys, score_pool(pool, pooled), by_name))


def _pool(
    scores: ScoreTables, dataset_id: int, missing: pa.Table, needs: Needs, profile: Profile, progress: Progress
) -> tuple[list[str], RowPool]:
    """The keys of a dataset's rows, and what its indicators need of them all in the same order.

    Args:
        missing: rows with their texts; an indicator of the whole dataset is missing for all of them or for none.
    """
    texts = zip(*(missing[c].to_pylist() for c in ("instruction", "input", "output", "messages")), strict=True)
    rows = dict(zip(missing["key"].to_pylist(), (Row(*each) for each in texts), strict=True))
    keys, vectors = list(rows), None
    if needs.embeddings:
        cached = scores.cached_embeddings(dataset_id, embedding_model(profile))
        keys, vectors = cached["key"].to_pylist(), np.array(cached["vector"].to_pylist(), dtype=np.float32)
    return keys, RowPool(profile, vectors, lambda: [rows[key] for key in keys], progress)


def score_table(keys: list[str], values: dict[str, np.ndarray], by_name: dict[str, ScorerKey]) -> pa.Table:
    """Scores as the store takes them: key, indicator, model, settings, value (null where undefined).

    Args:
        keys: of the rows.
        values: by indicator, shape (rows,), NaN where undefined.
        by_name: each indicator's scorer.
    """
    tables = []
    for name, column in values.items():
        scorer = by_name[name]
        labels = {c: [getattr(scorer, c)] * len(keys) for c in ("indicator", "model", "settings")}
        tables.append(pa.table({"key": keys, **labels, "value": pa.array(column, mask=~np.isfinite(column))}))
    return pa.concat_tables(tables)
