"""The demo data with numbers drawn at random for scores, as a worker would have written them."""

from pathlib import Path

import numpy as np
import pandas as pd

from core.indicators import untargeted
from core.indicators.scoring import embedding_model, scorer_key
from core.models.profiles import profile
from core.store import Store
from tests.scored_store import take_embeddings, take_scores

PROFILE = profile("embedded")
ALIKE = 12  # of each dataset the first so many pairs of neighbours share their embedding


def score_at_random(store: Store, folder: Path) -> pd.DataFrame:
    """Score and embed every row of a store; the tests' own table of the rows with all that was drawn."""
    generator = np.random.default_rng(7)
    tables = []
    for dataset in store.datasets.all():
        numbered = [pair for batch in store.rows.iterate(dataset.dataset_id) for pair in batch]
        rows, n = [row for _, row in numbered], len(numbered)
        values = {name: generator.lognormal(1.0, 0.5, n) for name in untargeted()} | {
            "reward": generator.normal(0.0, 1.5, n),
            "output_length": generator.permutation(10 * np.arange(n)) + 20.0 + dataset.dataset_id,
            "knn_distance": generator.uniform(0.1, 1.0, n),
        }
        vectors = generator.normal(size=(n, 384))
        vectors[1 : 2 * ALIKE : 2] = vectors[0 : 2 * ALIKE : 2]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        keys = [scorer_key(name, PROFILE, dataset.fingerprint) for name in untargeted()]
        take_scores(store, folder, dataset.name, rows, keys, {k: list(v) for k, v in values.items()})
        take_embeddings(store, folder, dataset.name, rows, embedding_model(PROFILE), vectors)
        tables.append(
            pd.DataFrame(
                {
                    "dataset": dataset.name,
                    "dataset_id": dataset.dataset_id,
                    "row_id": [number for number, _ in numbered],
                    "instruction": [row.instruction for row in rows],
                    "input": [row.input for row in rows],
                    "output": [row.output for row in rows],
                    "vector": list(vectors),
                    **values,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
