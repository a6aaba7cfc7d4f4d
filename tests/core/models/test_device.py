"""Models compute where the user says, else on a GPU that torch calls CUDA, else on the processor."""

import pytest

from core.environment import read_environment
from core.errors import ModelUnavailable, ValueRefused
from core.finetune.model import available_precisions
from core.finetune.settings import Precision
from core.models.device import chosen_type
from core.models.precision import ComputeRates


@pytest.mark.parametrize(
    ("wanted", "found", "chosen"),
    [
        ("", "", "cpu"),
        ("", "cuda", "cuda"),
        ("", "mps", "cpu"),
        ("cpu", "cuda", "cpu"),
        ("mps", "mps", "mps"),
        ("xpu", "xpu", "xpu"),
    ],
)
def test_the_device_is_what_is_wanted_else_cuda_else_the_processor(wanted: str, found: str, chosen: str) -> None:
    assert chosen_type(wanted, found) == chosen


@pytest.mark.parametrize(("wanted", "found", "mend"), [("cuda", "", "set it to cpu."), ("mps", "cuda", "cpu or cuda.")])
def test_a_device_that_is_not_there_is_told(wanted: str, found: str, mend: str) -> None:
    with pytest.raises(ModelUnavailable) as told:
        chosen_type(wanted, found)
    assert wanted in told.value.what and told.value.where == "STUDIO_DEVICE" and told.value.mend.endswith(mend)


def test_a_device_that_torch_does_not_know_is_refused_at_the_door() -> None:
    with pytest.raises(ValueRefused, match="STUDIO_DEVICE"):
        read_environment({"STUDIO_DEVICE": "gpu"})


def test_a_gpu_that_bitsandbytes_does_not_know_is_offered_no_quantised_tuning() -> None:
    rates = ComputeRates("mps", "M2", 8, float32=900.0, bfloat16=2000.0)
    assert available_precisions(rates) == (Precision.BF16, Precision.FP32)
