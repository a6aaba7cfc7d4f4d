"""How everybody knows which workers live: a file that each touches, beside a lock that one of a name can hold."""

import math
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import psutil
from annotated_types import Ge, Lt

from core.errors import StudioError
from core.values import Door, Value
from core.values.files import read_json
from core.values.plain import as_json
from jobs.queue.folder import job_file

BEAT_SECONDS = 5.0
_SILENT_SECONDS = 20.0


@dataclass(frozen=True)
class Beat(Value):
    """What the file of a heartbeat says: the worker's process, since when it has run (Unix time), and where."""

    pid: Annotated[int, Ge(1), Lt(2**31)]
    since: Annotated[float, Ge(0), Lt(2**35)]
    host: str = ""


@dataclass(frozen=True)
class WorkerState:
    """The worker's process id, whether it lives, and since when it has run; all empty if there never was one."""

    pid: int | None
    alive: bool
    since: datetime | None


@dataclass(frozen=True)
class Heartbeat:
    """The file that says that a worker runs. It is there from the moment at which the queue's tables are.

    Attributes:
        jobs: the folder of all jobs, which workers on several machines share.
        name: of the worker, "" where there can be one only.
    """

    jobs: Path
    name: str = ""

    @classmethod
    def every(cls, jobs: Path) -> "list[Heartbeat]":
        """Those of all workers that ever ran on this folder."""
        found = sorted(jobs.glob("worker*.json"))
        return [cls(jobs, file.stem.removeprefix("worker").removeprefix("-")) for file in found]

    @property
    def file(self) -> Path:
        return self.jobs / f"{self._stem}.json"

    @property
    def lock_file(self) -> Path:
        return self.jobs / f"{self._stem}.lock"

    @property
    def _stem(self) -> str:
        return f"worker-{self.name}" if self.name else "worker"

    @property
    def silent_seconds(self) -> float:
        """How long ago the last beat was; infinite where there was none."""
        try:
            return time.time() - self.file.stat().st_mtime
        except OSError:
            return math.inf

    def begin(self) -> None:
        beat = Beat(os.getpid(), time.time(), socket.gethostname())
        with job_file(self.file, durable=False) as partial:
            partial.write_text(as_json(beat, "heartbeat"), "utf-8")

    def beat(self) -> None:
        """Touch the file; a data folder that has gone or is full is no reason to stop."""
        with suppress(OSError):
            os.utime(self.file)

    def state(self) -> WorkerState:
        """Who runs, judged by the age of the last beat and by whether that process is still there."""
        try:
            beat = read_json(Beat, self.file, door=Door.STORE)
        except StudioError:
            return WorkerState(None, False, None)
        here = beat.host == socket.gethostname()
        alive = self.silent_seconds < _SILENT_SECONDS and (not here or psutil.pid_exists(beat.pid))
        return WorkerState(beat.pid, alive, datetime.fromtimestamp(beat.since, UTC))


class Silences:
    """How long other workers have not beaten, by the clock of this process alone: those of machines need not agree, and
    one that is set a day on makes nobody seem dead."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._beats: dict[Path, tuple[int, float]] = {}

    def seconds(self, other: Heartbeat) -> float:
        """Since its last beat was seen to be new here; 0 where there is none."""
        try:
            beat = other.file.stat().st_mtime_ns
        except OSError:
            return 0.0
        now = self._clock()
        if self._beats.get(other.file, (None, 0.0))[0] != beat:
            self._beats[other.file] = beat, now
        return now - self._beats[other.file][1]
