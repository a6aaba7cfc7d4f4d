"""How many threads compute: as many as there are cores that others leave free."""

import math
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

GLANCE_SECONDS = 0.3  # for which the cores are watched where it was not looked before, or too long ago
LEAST_SECONDS, MOST_SECONDS = 5, 600  # between two looks, so that a page drawn at one of them counts for little
_BUSY = ("user", "system", "irq", "softirq", "steal")  # of psutil's times: low priority (nice) gives way
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container: microseconds that it may compute in each period


@dataclass(frozen=True)
class Look:
    """How long the cores had computed at a time: seconds of a steady clock, of all cores, and of this process."""

    at: float
    busy: float
    own: float


def use_free_cores() -> int:
    """Let torch compute with as many threads as cores were free since the last look: how many."""
    import torch

    threads = min(_most(), quota())
    if threads > 1:
        threads = free_cores(os.cpu_count() or 1, _watch().others_now(), threads)
    torch.set_num_threads(threads)
    return threads


def others(before: Look, now: Look) -> float:
    """Cores that other processes kept busy between two looks."""
    return max(0.0, (now.busy - before.busy) - (now.own - before.own)) / (now.at - before.at)


def free_cores(cores: int, others_busy: float, most: int) -> int:
    """Of so many cores those that nobody else uses, from one to the most that may be used."""
    return max(1, min(most, round(cores - others_busy)))


def look() -> Look:
    """How long the cores have computed until now."""
    process, cores = psutil.Process(), psutil.cpu_times()._asdict()
    times = process.cpu_times()
    gives_way = "nice" in cores and process.nice() > 0  # then its time is not among the busy
    own = 0.0 if gives_way else times.user + times.system
    return Look(time.monotonic(), sum(cores.get(name, 0.0) for name in _BUSY), own)


class Watch:
    """What others keep busy, from one look to the next."""

    def __init__(self) -> None:
        self._before: Look | None = None

    def others_now(self) -> float:
        """Cores that others keep busy, since the last look or in a glance."""
        before, now = self._before, look()
        if before is None or not LEAST_SECONDS <= now.at - before.at <= MOST_SECONDS:
            before = now
            time.sleep(GLANCE_SECONDS)
            now = look()
        self._before = now
        return others(before, now)


@cache
def _watch() -> Watch:
    """The one of this process, whose time it leaves out."""
    return Watch()


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
