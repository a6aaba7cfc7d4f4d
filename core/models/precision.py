"""In which precision models compute on this computer: measured once, not assumed.

    python -m core.models.precision

Some processors multiply bfloat16 matrices twice as fast as float32, others take fifteen times as long. Importing this
loads no model library.
"""

import argparse
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge

from core.environment import VARIABLES, read_environment
from core.errors import StudioError
from core.files import whole_file
from core.models.device import CPU, CUDA, device_type
from core.models.profiles import ModelRef, Profile, profiles
from core.paths import PROJECT
from core.values import Door, Value, read
from core.values.files import plain_json

if TYPE_CHECKING:
    import torch

PrecisionChoice = Literal["auto", "float32", "bfloat16", "float16"]
PRECISIONS: tuple[str, ...] = ("float32", "bfloat16", "float16")
FILE = Path(sys.prefix) / "compute-rates.json"  # beside the libraries that were measured
FASTER = 1.15  # so much a half precision must gain before it is taken in place of the exact one
TOKENS, SECONDS, ROUNDS = 256, 0.5, 3  # of one multiplication; in which it is repeated, but at least so many times
# Variables that say what may compute.
_DECIDING = ("ONEDNN_MAX_CPU_ISA", "CUDA_VISIBLE_DEVICES", VARIABLES["device"])
# Inputs and outputs of the linear layers of the embedded model: attention, and the two sides of the MLP.
SHAPES = ((576, 576), (576, 192), (576, 1536), (1536, 576))


@dataclass(frozen=True)
class ComputeRates(Value):
    """How fast a device multiplies matrices of the embedded model's layer shapes, in GFLOP/s; 0 where it can't.

    Attributes:
        device: its type, as torch names it: `cpu`, `cuda`.
        processor: its name.
        threads: with which it was measured.
    """

    device: str
    processor: str
    threads: Annotated[int, Ge(1)]
    float32: Annotated[float, Ge(0)]
    bfloat16: Annotated[float, Ge(0)]
    float16: Annotated[float, Ge(0)] = 0.0

    @property
    def fastest(self) -> str:
        """The precision to compute in: float32, unless bfloat16 gains enough; float16 on a GPU without bfloat16."""
        if self.bfloat16 > FASTER * self.float32:
            return "bfloat16"
        return "float16" if self.device != CPU and self.float16 > FASTER * self.float32 else "float32"

    @property
    def told(self) -> str:
        """The fastest precision and why, for people: `bfloat16, 2.2 times as fast as float32 here`."""
        others = {name: getattr(self, name) for name in PRECISIONS if name != self.fastest and getattr(self, name)}
        slower = max(others, key=lambda name: others[name], default="")
        gain = getattr(self, self.fastest) / others[slower] if slower else 0.0
        if gain > 1:
            return f"{self.fastest}, {gain:.1f} times as fast as {slower} here"
        return f"{self.fastest}; {slower} gains too little here" if slower else self.fastest


@cache
def compute_rates(file: Path = FILE) -> ComputeRates:
    """Those of this computer: as they are kept, else measured now, which takes under five seconds.

    A computer is known by its processor and the version that computes, so another one is measured anew.
    """
    if (known := _kept(file).get(computer())) is not None:
        return known
    command = [sys.executable, "-m", "core.models.precision", "--file", str(file)]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, encoding="utf-8", check=False)
    try:
        return read(ComputeRates, json.loads(ended.stdout), door=Door.STORE)
    except (StudioError, ValueError):
        return ComputeRates(CPU, processor(), 1, 0.0, 0.0)  # nothing could be measured: the exact precision


def known_here() -> bool:
    """Whether this computer has been measured."""
    return computer() in _kept(FILE)


def in_precision(models: Profile, precision: str) -> Profile:
    """The profile with those of its models in this precision that may compute in a half one, as its file says."""
    declared = profiles().get(models.name, models)

    def changed(role: str) -> ModelRef:
        model = getattr(models, role)
        return model if getattr(declared, role).dtype == "float32" else replace(model, dtype=precision)

    return replace(
        models,
        language_model=changed("language_model"),
        reward=changed("reward"),
        quality=changed("quality"),
    )


def chosen_precision(choice: PrecisionChoice) -> str:
    """The precision of a choice: itself, or the fastest one here."""
    return compute_rates().fastest if choice == "auto" else choice


def computer() -> str:
    """What tells this computer from others that multiply at another speed."""
    parts = [
        processor(),
        *_features(),
        platform.machine(),
        version("torch"),
        *(os.environ.get(name, "") for name in _DECIDING),
        str(Path("/dev/nvidiactl").exists()),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def processor() -> str:
    """The processor's name."""
    named = [value for name, value in _cpuinfo() if name in ("model name", "Model")]
    return named[0] if named else platform.processor() or platform.machine()


def _features() -> list[str]:
    """What it can do, where the system tells."""
    return [value for name, value in _cpuinfo() if name in ("flags", "Features")][:1]


def _cpuinfo() -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            yield name.strip(), value.strip()


def _kept(file: Path) -> dict[str, ComputeRates]:
    """What was measured, by computer; nothing of a file that is damaged."""
    known: dict[str, ComputeRates] = {}
    with suppress(StudioError, AttributeError):
        for key, values in plain_json(file).items():
            with suppress(StudioError):
                known[key] = read(ComputeRates, values, door=Door.STORE)
    return known


def _measured(wanted_device: str) -> ComputeRates:
    import torch

    device = device_type(wanted_device)
    rates = {}
    for name in PRECISIONS:
        offered = name != "float16" or device != CPU  # no processor gains by it
        rates[name] = round(_rate(getattr(torch, name), device), 1) if offered else 0.0
    named = torch.cuda.get_device_name() if device == CUDA else processor()
    return ComputeRates(device, named, torch.get_num_threads(), **rates)


def _rate(dtype: "torch.dtype", device: str) -> float:
    """GFLOP/s: the median over repetitions after one that warms up; 0 where this precision is not offered."""
    import torch

    layers = [
        (torch.randn(TOKENS, inside).to(device, dtype), torch.randn(outside, inside).to(device, dtype))
        for inside, outside in SHAPES
    ]
    operations = sum(2 * TOKENS * inside * outside for inside, outside in SHAPES)

    def once() -> float:
        began = time.perf_counter()
        for tokens, weights in layers:
            torch.nn.functional.linear(tokens, weights)
        if device != CPU:
            torch.accelerator.synchronize()
        return time.perf_counter() - began

    try:
        once()
        taken = [once()]
        while sum(taken) < SECONDS or len(taken) < ROUNDS:
            taken.append(once())
    except RuntimeError:
        return 0.0
    return operations / statistics.median(taken) / 1e9


def measure(file: Path = FILE, device: str = "") -> ComputeRates:
    """Measure this computer and keep what was found.

    Args:
        device: its type, as `core.models.device.device_type` takes it.

    Raises:
        ModelUnavailable: torch doesn't find what is asked for.
    """
    found = _measured(device)
    kept = {key: rates.as_dict() for key, rates in (_kept(file) | {computer(): found}).items()}
    # Into a folder that can't be written it is not: then it is measured again at the next start.
    with suppress(OSError), whole_file(file, shared=True) as partial:
        partial.write_text(json.dumps(kept, indent=1), "utf-8")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=FILE, help="where it is kept")
    print(json.dumps(measure(parser.parse_args().file, read_environment(os.environ).device).as_dict()))


if __name__ == "__main__":
    main()
