"""Memory that ran out: how it is recognised, and how it is told."""

import errno
import re
import sys
from pathlib import Path

import psutil

from core.errors import OutOfMemory
from core.humanize import file_size

LESS = "Close other programs, or use a smaller model, fewer tokens per row, a smaller batch or fewer rows."
_WORDS = (
    "out of memory",  # CUDA, DuckDB, SQLite
    "can't allocate memory",  # torch on the processor
    "cannot allocate memory",  # the system, through libraries that keep its words alone
    "bad_alloc",  # C++
    "can't start new thread",  # its stack finds no room
    "failed to map segment",  # nor does a library
)
_ASKED = re.compile(r"allocate (?:data of size )?(\d[\d.]*) ?([KMGTP]i?B|bytes)", re.IGNORECASE)
_CGROUPS = (Path("/sys/fs/cgroup"), "memory.max"), (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes")


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory, of the computer or of the GPU, is too short."""
    text = str(error).lower()
    no_memory = isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM
    return no_memory or any(words in text for words in _WORDS)


def memory_error(error: BaseException, doing: str = "", mend: str = LESS) -> OutOfMemory:
    """The error for the user: what was asked for, and what this process has and may have.

    Args:
        doing: what for, as it stands after "Memory ran out": " while the model was loaded".
    """
    asked = _ASKED.search(f"{error} {error.__cause__}")
    more = f"{_amount(*asked.groups())} more were asked for; " if asked else ""
    return OutOfMemory(f"Memory ran out{doing}: {more}this process has {held_of_limit()}.", mend=mend)


def _amount(number: str, unit: str) -> str:
    return file_size(int(float(number))) if unit == "bytes" else f"{number.rstrip('.')} {unit}"


def held_of_limit() -> str:
    """How much memory this process has and may have: "3.7 of 4.0 GB"."""
    about = psutil.Process().memory_info()
    held, most = about.rss, psutil.virtual_memory().total
    for limit, of_it in ((_address_space(), about.vms), (_cgroup_limit(), about.rss)):
        if limit and limit < most:
            held, most = of_it, limit
    return f"{held / 1e9:.1f} of {most / 1e9:.1f} GB"


def _address_space() -> int | None:
    """The limit of `ulimit -v`; None without one."""
    if sys.platform == "win32":
        return None
    import resource

    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if soft == resource.RLIM_INFINITY else soft


def _cgroup_limit() -> int | None:
    """The limit of the control group of this process, as containers have one; None where there is none."""
    try:
        own = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return None
    found = []
    for root, name in _CGROUPS:
        place = next((path for _, kind, path in own if kind == ("memory" if root.name == "memory" else "")), "/")
        for folder in {root / place.strip("/"), root}:
            try:
                found.append(int((folder / name).read_text()))
            except (OSError, ValueError):
                continue
    return min(found, default=None)
