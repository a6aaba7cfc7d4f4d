"""The scores of the demo data come with the studio as numbers, so that it opens with something to look at.

`core.workspace.score_demo` makes the files. They hold no text: a row is known by the hash of its content.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.indicators import registry
from core.indicators.base import ScorerKey
from core.indicators.scoring import embedding_model, scorer_key
from core.models.profiles import profile
from core.paths import DEMO
from core.store import Store

PROFILE = "embedded"
FOLDER = DEMO / "scores"
SCORES = "scores.parquet"  # key, indicator, model, settings, value
EMBEDDINGS = "embeddings.parquet"  # key, model, vector of 384 float16


def take_demo_scores(store: Store, folder: Path = FOLDER) -> None:
    """Take in what was scored as this studio would score it now.

    A score whose indicator, model or settings have changed since is passed over, and so is that of a row that was
    edited; the pages then offer to score it. Distances to neighbours belong to a whole dataset and go with any edit.
    """
    models = profile(PROFILE)
    valid = {scorer_key(name, models, dataset.fingerprint) for dataset in store.datasets.all() for name in registry()}
    scores = pq.read_table(folder / SCORES)
    keys = zip(*(scores[name].to_pylist() for name in ("indicator", "model", "settings")), strict=True)
    store.scores.add(scores.filter(pa.array([ScorerKey(*key) in valid for key in keys], pa.bool_())))
    embeddings = pq.read_table(folder / EMBEDDINGS)
    embeddings = embeddings.filter(pc.equal(embeddings["model"], embedding_model(models)))
    if embeddings.num_rows:
        store.scores.add_embeddings(embeddings.set_column(2, "vector", _unit_vectors(embeddings["vector"])))


def _unit_vectors(halves: pa.ChunkedArray) -> pa.Array:
    """The vectors in float32 and of unit length again, which rounding to float16 had changed by some 0.0001."""
    vectors = np.array(halves.to_pylist(), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return pa.array(list(vectors), pa.list_(pa.float32()))
