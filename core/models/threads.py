"""How many threads compute: as many as cores are free."""

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

GLANCE_SECONDS = 0.3  # for which it is watched how busy the cores are
_FREE, _WITHIN_OTHERS = ("idle", "nice", "iowait"), ("guest", "guest_nice")  # of psutil's times
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container: microseconds that it may compute in each period


def use_free_cores() -> int:
    """Let torch compute with as many threads as cores are free now, looked at where there is a choice: how many."""
    import torch

    threads = min(_most(), quota())
    if threads > 1:
        times = psutil.cpu_times_percent(GLANCE_SECONDS)._asdict()
        threads = free_cores(os.cpu_count() or 1, busy(times), threads)
    torch.set_num_threads(threads)
    return threads


def busy(times: Mapping[str, float]) -> float:
    """Percent of the time in which the cores compute what does not give way to others.

    Work of low priority gives way (`nice`, which Windows does not tell).

    Args:
        times: psutil's percentages, which come to less than 100 where all cores together had less than a second.
    """
    known = {name: each for name, each in times.items() if name not in _WITHIN_OTHERS}
    free = sum(known.get(name, 0.0) for name in _FREE)
    return 100 * (1 - free / sum(known.values())) if free else 100.0


def free_cores(cores: int, busy_percent: float, most: int) -> int:
    """Of so many cores those that nobody uses, from one to the most that may be used."""
    return max(1, min(most, round(cores * (1 - busy_percent / 100))))


@cache
def _most() -> int:
    """Threads that torch takes by itself: as many as it sees cores, or as OMP_NUM_THREADS says."""
    import torch

    return torch.get_num_threads()


def quota(file: Path = QUOTA) -> int:
    """Cores that a container may use; as many as there are where it is not limited."""
    with suppress(OSError, ValueError):
        allowed, period = file.read_text("utf-8").split()
        return max(1, math.ceil(int(allowed) / int(period)))
    return os.cpu_count() or 1
