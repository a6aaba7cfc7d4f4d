"""The scores that come with the demo are those that the studio would compute, and only such are taken in."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.datasets.loading import load_files
from core.indicators import registry, untargeted
from core.indicators.base import Scope
from core.indicators.row_pool import RowPool
from core.indicators.scoring import embedding_model, score_chunk, score_pool, scorer_key
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.paths import DEMO
from core.progress import Silent
from core.rows.row import Row
from core.sources.source_file import SourceFile
from core.store import Dataset, Store
from core.workspace.demo import load_demo, load_demo_datasets
from core.workspace.demo_scores import EMBEDDINGS, FOLDER, PROFILE, SCORES, take_demo_scores
from tests.embedded import embedded_pool

MODELS = profile(PROFILE)
SAMPLE = 2  # rows a dataset: the language model reads each up to twice
CLOSE = {"perplexity": 0.03, "ifd": 0.03}  # share; bfloat16 rounds a batch of other rows otherwise
HEADS = 0.05  # of heads on the same states, in their own unit


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


@pytest.fixture(scope="module")
def models(models_dir: Path) -> ModelPool:
    return embedded_pool(models_dir)


def rows_of(store: Store, dataset: Dataset) -> list[Row]:
    return [row for batch in store.rows.iterate(dataset.dataset_id) for _, row in batch]


def scored(store: Store, dataset: Dataset) -> dict[str, int]:
    keys = [scorer_key(name, MODELS, dataset.fingerprint) for name in untargeted()]
    return store.scores.counts(dataset.dataset_id, keys)


def test_the_demo_is_scored_whole_as_soon_as_it_is_loaded(store: Store) -> None:
    load_demo(store)
    for dataset in store.datasets.all():
        assert scored(store, dataset) == dict.fromkeys(untargeted(), dataset.rows)
        keys = [scorer_key(name, MODELS, dataset.fingerprint) for name in untargeted()]
        assert store.scores.missing(dataset.dataset_id, keys).num_rows == 0


def test_shipped_scores_are_what_a_fresh_computation_gives(store: Store, models: ModelPool) -> None:
    load_demo_datasets(store)
    shipped = pd.read_parquet(FOLDER / SCORES).set_index(["indicator", "key"])["value"]
    vectors = pd.read_parquet(FOLDER / EMBEDDINGS).set_index("key")["vector"]
    by_row = [each.name for each in registry().values() if each.scope is Scope.ROW]
    rows = [
        row
        for dataset in store.datasets.all()
        for row in sorted(rows_of(store, dataset), key=lambda row: len(row.output))[10 : 10 + 10 * SAMPLE : 10]
    ]
    fresh = score_chunk(rows, by_row, models, MODELS, embed=True)
    for name, values in fresh.values.items():
        expected = shipped[name][[row.key for row in rows]].to_numpy()
        exact = not registry()[name].model_role or name.endswith("length")
        loose = {"rel": CLOSE[name]} if name in CLOSE else {"abs": HEADS}
        assert values == pytest.approx(expected, nan_ok=True, **({"rel": 1e-9} if exact else loose)), name
    assert fresh.embeddings is not None
    assert fresh.embeddings == pytest.approx(np.stack(vectors[[row.key for row in rows]]).astype(np.float32), abs=5e-4)


def test_shipped_distances_to_neighbours_are_those_of_the_embeddings(store: Store) -> None:
    load_demo(store)
    shipped = pd.read_parquet(FOLDER / SCORES).set_index(["indicator", "key"])["value"]["knn_distance"]
    for dataset in store.datasets.all():
        cached = store.scores.cached_embeddings(dataset.dataset_id, embedding_model(MODELS))
        vectors = np.array(cached["vector"].to_pylist(), np.float32)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-6)
        fresh = score_pool(RowPool(MODELS, vectors), ["knn_distance"])["knn_distance"]
        assert fresh == pytest.approx(shipped[cached["key"].to_pylist()].to_numpy(), abs=1e-3)


def test_an_edited_row_stays_unscored_and_with_it_all_distances_of_its_dataset(store: Store, tmp_path: Path) -> None:
    text = (DEMO / "forum.jsonl").read_text("utf-8")
    edited = tmp_path / "forum.jsonl"
    edited.write_text(text.replace("Prime or composite?", "Is each of these prime?", 1), "utf-8")
    load_files(store, "forum", [SourceFile(edited, edited.name)], None, Silent())
    take_demo_scores(store)
    (dataset,) = store.datasets.all()
    expected = {name: 0 if name == "knn_distance" else dataset.rows - 1 for name in untargeted()}
    assert scored(store, dataset) == expected


def test_scores_of_other_models_are_not_taken_in(store: Store, tmp_path: Path) -> None:
    for name in (SCORES, EMBEDDINGS):
        table = pq.read_table(FOLDER / name)
        place = table.column_names.index("model")
        pq.write_table(table.set_column(place, "model", pa.array(["another"] * len(table))), tmp_path / name)
    load_demo_datasets(store)
    take_demo_scores(store, tmp_path)
    for dataset in store.datasets.all():
        assert scored(store, dataset) == dict.fromkeys(untargeted(), 0)
        assert store.scores.cached_embeddings(dataset.dataset_id, "another").num_rows == 0
