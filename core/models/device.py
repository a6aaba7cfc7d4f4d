"""Which device models compute on."""

import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.environment import VARIABLES
from core.errors import ModelUnavailable

if TYPE_CHECKING:
    import torch

CPU, CUDA, MPS = "cpu", "cuda", "mps"
_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # of NVIDIA, of AMD, and of both under Windows' own Linux


@cache
def device_type(wanted: str = "") -> str:
    """The type of the device, as torch names it: what is asked for, else a GPU of CUDA or ROCm where torch finds one,
    else the processor. torch is not loaded where there is no sign of a GPU.

    Args:
        wanted: what `STUDIO_DEVICE` says (`core.environment`).

    Raises:
        ModelUnavailable: torch doesn't find what is asked for.
    """
    if wanted == CPU or (not wanted and not _gpu_looks_there()):
        return CPU
    return chosen_type(wanted, _found_by_torch())


def chosen_type(wanted: str, found: str) -> str:
    """What is asked for, where it is there. Unasked it is a GPU that torch calls CUDA: no other was ever tried.

    Args:
        wanted: a type of device; "" for no wish.
        found: the type that torch finds beside the processor; "" for none.

    Raises:
        ModelUnavailable: it finds another than what is asked for.
    """
    if not wanted:
        return CUDA if found == CUDA else CPU
    if wanted not in (CPU, found):
        raise ModelUnavailable(
            f"torch finds no device of the type “{wanted}” here.",
            where=VARIABLES["device"],
            mend=f"Unset it, or set it to {' or '.join(filter(None, (CPU, found)))}.",
        )
    return wanted


def device_names(wanted: str = "") -> list[str]:
    """Every device of the type that `device_type` says: `cuda:0`, `cuda:1`; `cpu`.

    Raises:
        ModelUnavailable: torch doesn't find what is asked for.
    """
    kind = device_type(wanted)
    if kind == CPU:
        return [CPU]
    import torch

    return [f"{kind}:{number}" for number in range(torch.accelerator.device_count())]


def on_cpu(device: "torch.device | str") -> bool:
    """Whether that is the processor, whose caches are small and whose batches gain little."""
    return str(device) == CPU


def _gpu_looks_there() -> bool:
    return shutil.which("nvidia-smi") is not None or any(Path(each).exists() for each in _DRIVERS)


def _found_by_torch() -> str:
    import torch

    found = torch.accelerator.current_accelerator(check_available=True)
    return found.type if found else ""
