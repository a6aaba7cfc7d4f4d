"""How everybody knows which workers live: a file that each touches, beside a lock that one of a name can hold."""

import json
import math
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from jobs.queue.folder import job_file

BEAT_SECONDS = 5.0
_SILENT_SECONDS = 20.0


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
        content = json.dumps({"pid": os.getpid(), "since": time.time(), "host": socket.gethostname()}).encode()
        with job_file(self.file, durable=False) as partial:
            partial.write_bytes(content)

    def beat(self) -> None:
        """Touch the file; a data folder that has gone or is full is no reason to stop."""
        with suppress(OSError):
            os.utime(self.file)

    def state(self) -> WorkerState:
        """Who runs, judged by the age of the last beat and by whether that process is still there."""
        try:
            content = json.loads(self.file.read_text("utf-8"))
            pid, since = int(content["pid"]), datetime.fromtimestamp(content["since"], UTC)
        except (OSError, ValueError, KeyError, TypeError):
            return WorkerState(None, False, None)
        here = content.get("host") == socket.gethostname()
        alive = self.silent_seconds < _SILENT_SECONDS and (not here or psutil.pid_exists(pid))
        return WorkerState(pid, alive, since)
