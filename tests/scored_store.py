"""A store of real pairs with scores and embeddings, taken in as parts as a worker would have written them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.indicators.base import ScorerKey
from core.rows.row import Row
from core.store import Dataset, Store


def add_dataset(store: Store, name: str, rows: Sequence[Row]) -> Dataset:
    """Load rows as a finished dataset."""
    number = store.datasets.begin(name, origin={"files": [f"{name}.jsonl"]})
    store.datasets.append_rows(number, rows, [(f"{name}.jsonl", i + 1) for i in range(len(rows))])
    return store.datasets.finish(number)


def take_scores(
    store: Store, folder: Path, job: str, rows: Iterable[Row], keys: Sequence[ScorerKey], values: Mapping[str, list]
) -> None:
    """Take a scores part in; `values` holds each indicator's numbers in the order of the rows."""
    rows = list(rows)
    lines = [
        (row.key, key.indicator, key.model, key.settings, values[key.indicator][i])
        for i, row in enumerate(rows)
        for key in keys
    ]
    frame = pd.DataFrame(lines, columns=["key", "indicator", "model", "settings", "value"])
    part = folder / f"scores-{job}.parquet"
    pq.write_table(pa.Table.from_pandas(frame.astype({"value": float})), part)
    store.parts.take(job, [part])


def take_embeddings(store: Store, folder: Path, job: str, rows: Iterable[Row], model: str, vectors: np.ndarray) -> None:
    """Take an embeddings part in; `vectors` has shape (rows, 384)."""
    part = folder / f"embeddings-{job}.parquet"
    columns = {
        "key": pa.array([row.key for row in rows]),
        "model": pa.array([model] * len(vectors)),
        "vector": pa.array(list(vectors.astype(np.float32)), pa.list_(pa.float32())),
    }
    pq.write_table(pa.table(columns), part)
    store.parts.take(job, [part])
