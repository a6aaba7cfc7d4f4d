"""Models are loaded while other threads compute: what torch takes for its default must not change under them."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from core.finetune.model import add_adapter, load_base
from core.finetune.settings import Precision, TuningSettings
from core.models.embedded_model import width_of
from core.models.pool import ModelPool
from core.models.profiles import ModelRef, profile


@contextmanager
def watched() -> Iterator[set[torch.dtype]]:
    """The precisions in which another thread has made tensors meanwhile."""
    seen: set[torch.dtype] = set()
    stopped = threading.Event()

    def compute() -> None:
        while not stopped.is_set():
            seen.add(torch.zeros(2).dtype)

    other = threading.Thread(target=compute)
    other.start()
    try:
        yield seen
    finally:
        stopped.set()
        other.join()


def adapter_weights(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: each for name, each in model.named_parameters() if "lora" in name}


def test_torchs_compiler_is_not_loaded_beside_what_models_are_loaded_with() -> None:
    import peft  # noqa: F401
    import sentence_transformers  # noqa: F401

    assert "bitsandbytes" in sys.modules and "torch._inductor.compile_fx" not in sys.modules


def test_the_width_of_a_model_is_known_where_it_is_a_folder_here(models_dir: Path, tmp_path: Path) -> None:
    assert width_of(profile("embedded").language_model, models_dir) == 576
    (tmp_path / "config.json").write_text('{"hidden_size": 8}', "utf-8")
    assert width_of(ModelRef("hub", str(tmp_path)), models_dir) == 8
    assert width_of(ModelRef("hub", "no/such-model"), models_dir) is None


def test_a_bfloat16_model_is_loaded_without_changing_what_other_threads_compute_in(models_dir: Path) -> None:
    pool = ModelPool(profile("embedded"), models_dir)
    with watched() as seen:
        model = load_base(pool, Precision.BF16, "cpu")
    assert seen == {torch.float32}
    assert {each.dtype for each in model.parameters()} == {torch.bfloat16}
    assert {each.dtype for each in model.buffers()} <= {torch.float32}, "rotary frequencies keep their precision"


def test_an_adapter_added_while_a_model_loads_is_initialised_as_alone(models_dir: Path) -> None:
    pool = ModelPool(profile("embedded"), models_dir)
    settings = TuningSettings(Precision.FP32, lora_rank=4, seed=3)
    first, second = (load_base(pool, Precision.FP32, "cpu") for _ in range(2))
    alone = {
        name: each.clone() for name, each in add_adapter(first, settings, "m").named_parameters() if "lora" in name
    }
    loading = threading.Thread(target=load_base, args=(pool, Precision.BF16, "cpu"))
    loading.start()
    beside = adapter_weights(add_adapter(second, settings, "m"))
    loading.join()
    assert alone.keys() == beside.keys()
    assert all(torch.equal(alone[name], beside[name]) for name in alone)
