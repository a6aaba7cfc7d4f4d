"""How everybody knows whether a worker lives: a file that it touches, beside the lock that only one can hold."""

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from jobs.folder import write_whole

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
    """The file that says which worker runs. It is there from the moment at which the queue's tables are."""

    jobs: Path

    @property
    def file(self) -> Path:
        return self.jobs / "worker.json"

    @property
    def lock_file(self) -> Path:
        return self.jobs / "worker.lock"

    def begin(self) -> None:
        content = json.dumps({"pid": os.getpid(), "since": time.time()}).encode()
        write_whole(self.file, lambda file: file.write(content), durable=False)

    def beat(self) -> None:
        """Touch the file; a data folder that has gone or is full is no reason to stop."""
        with suppress(OSError):
            os.utime(self.file)

    def state(self) -> WorkerState:
        """Who runs, judged by the age of the last beat and by whether that process is still there."""
        try:
            content = json.loads(self.file.read_text("utf-8"))
            age = time.time() - self.file.stat().st_mtime
            pid, since = int(content["pid"]), datetime.fromtimestamp(content["since"], UTC)
        except (OSError, ValueError, KeyError, TypeError):
            return WorkerState(None, False, None)
        return WorkerState(pid, age < _SILENT_SECONDS and psutil.pid_exists(pid), since)
