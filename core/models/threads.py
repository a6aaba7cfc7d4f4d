"""How many threads compute: as many as cores are free."""

import math
import os
from contextlib import suppress
from pathlib import Path

import psutil

GLANCE_SECONDS = 0.3  # for which it is watched how busy the cores are
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container: microseconds that it may compute in each period


def use_free_cores() -> int:
    """Let torch compute with as many threads as there are free cores, unless OMP_NUM_THREADS says how many.

    Returns: how many.
    """
    import torch

    if not os.environ.get("OMP_NUM_THREADS"):
        torch.set_num_threads(free_cores())
    return torch.get_num_threads()


def free_cores() -> int:
    """Cores that this process may use and that nobody uses now, at least one."""
    cores = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else cores
    physical = psutil.cpu_count(logical=False) or cores  # two threads on a core multiply no faster than one
    idle = cores * (1 - psutil.cpu_percent(GLANCE_SECONDS) / 100)
    return max(1, min(allowed, physical, quota(), round(idle)))


def quota(file: Path = QUOTA) -> int:
    """Cores that a container may use; as many as there are where it is not limited."""
    with suppress(OSError, ValueError):
        allowed, period = file.read_text("utf-8").split()
        return max(1, math.ceil(int(allowed) / int(period)))
    return os.cpu_count() or 1
