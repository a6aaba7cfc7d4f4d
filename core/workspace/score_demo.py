"""Scores the demo data anew, after a change of them, a model or an indicator: `python -m core.workspace.score_demo`."""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.datasets.scoring import score_table
from core.environment import read_environment
from core.errors import StudioError
from core.indicators import registry, untargeted
from core.indicators.base import Scope
from core.indicators.row_pool import RowPool
from core.indicators.scoring import embedding_model, score_chunk, score_pool, scorer_key
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.rows.row import Row
from core.store import Store
from core.workspace.demo import load_demo_datasets
from core.workspace.demo_scores import EMBEDDINGS, FOLDER, PROFILE, SCORES

CHUNK_ROWS = 16


def score_demo(store: Store, models: ModelPool) -> tuple[pa.Table, pa.Table]:
    """Every score and embedding of the rows of a store, computed from their text.

    Returns: scores (key, indicator, model, settings, value) and embeddings (key, model, vector of 384 float16).
    """
    scores, embeddings = [], []
    scopes = (Scope.ROW, Scope.POOL)
    by_row, pooled = ([each.name for each in registry().values() if each.scope is scope] for scope in scopes)
    for dataset in store.datasets.all():
        keys = {name: scorer_key(name, models.profile, dataset.fingerprint) for name in untargeted()}
        rows = [row for batch in store.rows.iterate(dataset.dataset_id) for _, row in batch]
        vectors: list[np.ndarray] = []
        for start in range(0, len(rows), CHUNK_ROWS):
            chunk = rows[start : start + CHUNK_ROWS]
            scored = score_chunk(chunk, by_row, models, models.profile, embed=True)
            scores.append(score_table(_row_keys(chunk), scored.values, keys))
            assert scored.embeddings is not None
            vectors.append(scored.embeddings)
            print(f"{dataset.name}: {start + len(chunk)} of {len(rows)} rows", flush=True)
        together = np.concatenate(vectors)
        scores.append(score_table(_row_keys(rows), score_pool(RowPool(models.profile, together), pooled), keys))
        embeddings.append(_embedding_table(_row_keys(rows), together, embedding_model(models.profile)))
    return pa.concat_tables(scores), pa.concat_tables(embeddings)


def _row_keys(rows: list[Row]) -> list[str]:
    return [row.key for row in rows]


def _embedding_table(keys: list[str], vectors: np.ndarray, model: str) -> pa.Table:
    halves = pa.array(list(vectors.astype(np.float16)), pa.list_(pa.float16()))
    return pa.table({"key": keys, "model": [model] * len(keys), "vector": halves})


def main() -> int:
    models = ModelPool(profile(PROFILE), read_environment(os.environ).paths.models)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "demo.duckdb") as store:
        load_demo_datasets(store)
        try:
            scores, embeddings = score_demo(store, models)
        except StudioError as error:
            print(error, file=sys.stderr)
            return 1
    pq.write_table(scores, FOLDER / SCORES, compression="zstd")
    pq.write_table(embeddings, FOLDER / EMBEDDINGS, compression="zstd")
    return 0


if __name__ == "__main__":
    sys.exit(main())
