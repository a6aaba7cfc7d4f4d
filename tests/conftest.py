"""What all tests share: no network for models, and the embedded model converted once."""

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from core.models.embedded_model import prepare
from core.paths import PROJECT

DATASETS = PROJECT.parent / "shared" / "datasets"
SLOW_FIRST = ("journeys", "jobs", "finetune")  # so that no core begins a long file when the others are through


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders of long tests before all others; `--no-loadscope-reorder` has xdist keep to it."""
    rank = {name: place for place, name in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.parent.name, len(rank)))


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder with the converted embedded model: the project's own, so that it is made once."""
    folder = PROJECT / "data" / "models"
    prepare(folder)
    return folder


@pytest.fixture(scope="session")
def real_datasets() -> Path:
    """The folder of real datasets beside the project; tests that need it are skipped where it is not."""
    if not DATASETS.is_dir():
        pytest.skip("the real datasets are not beside the project")
    return DATASETS
