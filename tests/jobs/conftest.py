"""A data folder with a real worker process beside it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.models.embedded_model import NAME
from tests.jobs.shell import Shell
from tests.jobs.studio import MANY, SHORT, WITH_MODELS, WITHOUT, Studio
from tests.small_disk import mounted
from tests.worker_forks import WorkerForks

if TYPE_CHECKING:
    from peft import PeftModel


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB; needs the right to mount one."""
    with mounted(tmp_path / "disk", "24m") as folder:
        yield folder


@pytest.fixture
def studio(tmp_path: Path, models_dir: Path, ran_once: Path, forks: WorkerForks | None) -> Iterator[Studio]:
    """A data folder of its own, no worker yet."""
    studio = Studio(tmp_path / "data", models_dir, ran_once, forks)
    yield studio
    studio.close()


@pytest.fixture(scope="package")
def served(
    tmp_path_factory: pytest.TempPathFactory, models_dir: Path, ran_once: Path, forks: WorkerForks | None
) -> Iterator[Studio]:
    """A data folder whose worker runs undisturbed and keeps its models; tests that share it bring rows of their own.

    It ends with the tests of jobs: a worker that waits uses the processor, too.

    Dataset 1 holds the short rows, dataset 2 the many, both scored: what a disturbed worker has to come to as well.
    """
    studio = Studio(tmp_path_factory.mktemp("served"), models_dir, ran_once, forks)
    studio.make_queue()
    jobs = [
        studio.enqueue(studio.dataset("short", SHORT), WITH_MODELS, chunk_rows=2),
        studio.enqueue(studio.dataset("many", MANY), WITHOUT, chunk_rows=1),
    ]
    studio.start_worker()
    for job in jobs:
        studio.wait(job, "done")
    studio.client.take_in(studio.store)
    yield studio
    studio.close()


@pytest.fixture(scope="session")
def plain(shallow_models: Path) -> "PeftModel":
    """A real model with an adapter that changes what it says, made by PEFT alone."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(5)
    base = AutoModelForCausalLM.from_pretrained(shallow_models / NAME)
    model = get_peft_model(base, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=1.0)
    return model.eval()


@pytest.fixture(scope="session")
def adapter(plain: "PeftModel", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its PEFT folder."""
    folder = tmp_path_factory.mktemp("adapter") / "adapter"
    plain.save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Shell:
    """Commands on a data folder with the demo, for one file of tests."""
    root = tmp_path_factory.mktemp("shell")
    (root / "models").symlink_to(models_dir, target_is_directory=True)
    return Shell(root)
