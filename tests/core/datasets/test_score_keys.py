"""Scores of another precision stay in view; what is computed now is of this computer's, and no row is scored twice."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.datasets.score_keys import dataset_keys, profile_of_keys
from core.datasets.scoring import score_table
from core.indicators.scoring import scorer_key
from core.models.precision import in_precision
from core.models.profiles import profile
from core.rows.row import Row
from core.store import Dataset, Store
from tests.scored_store import add_dataset

ROWS = [Row(f"question {i}", "", f"answer {i}") for i in range(6)]
NAMES = ("perplexity", "output_words")
HALF = profile("embedded")
EXACT = in_precision(HALF, "float32")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


def score(store: Store, dataset: Dataset, precision: str, rows: int) -> None:
    key = scorer_key("perplexity", in_precision(HALF, precision), dataset.fingerprint)
    keys = [row.key for row in ROWS[:rows]]
    store.scores.add(score_table(keys, {"perplexity": np.arange(1.0, rows + 1)}, {"perplexity": key}))


@pytest.mark.parametrize(
    ("of_half", "of_exact", "in_view", "wanted"),
    [
        (0, 0, "float32", "float32"),
        (6, 0, "bfloat16", "bfloat16"),  # such as the demo data on a computer that is slower in bfloat16
        (3, 0, "bfloat16", "float32"),
        (3, 3, "float32", "float32"),
        (3, 4, "float32", "float32"),
        (6, 5, "bfloat16", "bfloat16"),
        (6, 6, "float32", "float32"),
    ],
)
def test_the_scores_of_most_rows_are_in_view(
    store: Store, of_half: int, of_exact: int, in_view: str, wanted: str
) -> None:
    dataset = add_dataset(store, "six", ROWS)
    score(store, dataset, "bfloat16", of_half)
    score(store, dataset, "float32", of_exact)
    keys = dataset_keys(store.scores, dataset, NAMES, EXACT)
    words = scorer_key("output_words", EXACT, dataset.fingerprint)
    for found, precision in ((keys.in_view, in_view), (keys.wanted, wanted)):
        models = in_precision(HALF, precision)
        assert found == (scorer_key("perplexity", models, dataset.fingerprint), words)


def test_a_key_says_in_which_precision_it_is_computed() -> None:
    for precision in ("float32", "bfloat16", "float16"):
        models = in_precision(HALF, precision)
        keys = [scorer_key(name, models, "f" * 32) for name in ("perplexity", "reward", "knn_distance")]
        assert profile_of_keys(HALF, keys, "f" * 32) == models
        assert profile_of_keys(HALF, keys, "0" * 32) is None  # KNN distances of another dataset


def test_an_older_profile_is_told_from_a_precision() -> None:
    keys = [scorer_key("perplexity", HALF, ""), scorer_key("ifd", EXACT, "")]
    assert profile_of_keys(HALF, keys, "") is None
