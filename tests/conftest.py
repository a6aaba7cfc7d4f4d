"""What all tests share: no network for models; the embedded model is converted once, and maps' code compiled once."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from core.embeddings.compiled import keep_in
from core.models.embedded_model import prepare
from core.models.no_compiler import leave_out_compiler
from core.paths import PROJECT, StudioPaths
from tests.shallow_model import keep_first_layers
from tests.started import until
from tests.worker_forks import OFTEN, WorkerForks

keep_in(StudioPaths.of("").compiled, os.environ)
leave_out_compiler(os.environ)
gc.disable()  # until all is imported that tests use: half the time of importing would go into searching for garbage

# A computer that is busy with other things draws values slowly: that is no fault of what is tried.
settings.register_profile("any computer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any computer")

DATASETS = PROJECT.parent / "shared" / "datasets"
# So that no core begins a long file when the others are through.
SLOW_FIRST = (
    "journeys", "jobs", "old_data", "models", "indicators", "embeddings", "finetune", "workspace", "test_start.py",
    "pages",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders and files of long tests before all others; `--no-loadscope-reorder` has xdist keep to it."""
    last = len(SLOW_FIRST)
    items.sort(
        key=lambda item: min((SLOW_FIRST.index(each) for each in item.path.parts if each in SLOW_FIRST), default=last)
    )


def pytest_collection_finish() -> None:
    """What is imported stays: no search for garbage, of which a page makes one at every run, goes through it again."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder with the converted embedded model: the project's own, so that it is made once."""
    folder = PROJECT / "data" / "models"
    prepare(folder)
    return folder


@pytest.fixture(scope="session")
def shallow_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the embedded model's first layers alone: where it stands for any model."""
    return keep_first_layers(prepare(PROJECT / "data" / "models").parent, tmp_path_factory.mktemp("shallow"))


@pytest.fixture(scope="session")
def real_datasets() -> Path:
    """The folder of real datasets beside the project; tests that need it are skipped where it is not."""
    if not DATASETS.is_dir():
        pytest.skip("the real datasets are not beside the project")
    return DATASETS


@pytest.fixture(scope="session")
def ran_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which a real worker has made the queue's tables, and then was killed.

    The tables say how often queues are asked: a worker that starts on them waits for so long before it asks first.
    """
    root = tmp_path_factory.mktemp("ran") / "data"
    worker = subprocess.Popen([sys.executable, "-c", OFTEN], cwd=PROJECT, env={**os.environ, "STUDIO_DATA": str(root)})
    until((root / "jobs" / "worker.json").exists, "a worker runs")
    worker.kill()
    worker.wait()
    return root


@pytest.fixture(scope="session")
def forks() -> Iterator[WorkerForks | None]:
    """What workers are forks of; None where processes can't be forked."""
    if not hasattr(os, "fork"):
        yield None
        return
    source = WorkerForks()
    yield source
    source.close()
