"""Adam's second moments at the end of a run: how large each parameter's gradients were while it was tuned."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from core.files import whole_file


@dataclass(frozen=True)
class SecondMoments:
    """What Adam knows of the size of each parameter's gradients at the end of a run.

    Attributes:
        squares: running means of squared gradients, by the parameter's name, not corrected for their start at zero.
        steps: after how many.
        decay: of the running means, Adam's beta 2.
        epsilon: Adam's, which is added to the root.
    """

    squares: dict[str, torch.Tensor]
    steps: int
    decay: float
    epsilon: float


def read_moments(file: Path) -> SecondMoments:
    """The second moments that a run has kept."""
    with safe_open(file, framework="pt") as kept:
        told = kept.metadata()
        squares = {name: kept.get_tensor(name) for name in kept.keys()}  # noqa: SIM118  # it is no dictionary
    return SecondMoments(squares, int(told["steps"]), float(told["decay"]), float(told["epsilon"]))


def keep_moments(model: torch.nn.Module, optimiser: Any, file: Path) -> None:
    """Write what Adam knows of a model's tuned parameters."""
    states = getattr(optimiser, "optimizer", optimiser).state  # accelerate wraps it
    found = {name: states[each] for name, each in model.named_parameters() if each in states}
    group = optimiser.param_groups[0]
    told = {
        "steps": str(int(next(iter(found.values()))["step"])),
        "decay": repr(group["betas"][1]),
        "epsilon": repr(group["eps"]),
    }
    squares = {name: each["exp_avg_sq"].to("cpu").contiguous() for name, each in found.items()}
    with whole_file(file) as partial:
        save_file(squares, partial, told)
