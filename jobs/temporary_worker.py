"""A worker for as long as a command runs, where none runs already."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import JobError
from core.paths import PROJECT, StudioPaths
from core.progress import Progress
from jobs.client import JobClient
from jobs.queue.heartbeat import Heartbeat
from jobs.worker import ALREADY_RUNNING
from start import CHILD

STARTING_SECONDS = 120.0
STOPPING_SECONDS = 15.0


class TemporaryWorker:
    """A worker process of this command's own: it stops when this process ends, however it does.

    Attributes:
        log: where its output goes.
    """

    def __init__(self, paths: StudioPaths) -> None:
        """Start it.

        Raises:
            JobError: it can't be started.
        """
        self.log = paths.root / "logs" / "worker.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._line = socket.create_server(("127.0.0.1", 0))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", CHILD, str(self._line.getsockname()[1]), "jobs.worker"],
                cwd=PROJECT,
                env={**os.environ, "STUDIO_DATA": str(paths.root), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=os.name == "posix",  # Ctrl-C in the terminal reaches the command only
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )

    def raise_if_ended(self) -> None:
        """See that it still works.

        Raises:
            JobError: it has ended by itself; but not where another one serves the data folder now.
        """
        if self._process.poll() not in (None, ALREADY_RUNNING):
            raise JobError(
                f"The worker stopped (exit code {self._process.returncode}): {_last_line(self.log)}",
                where=str(self.log),
                mend="Fix the error in its log and run the command again; it resumes where it stopped.",
            )

    def stop(self) -> None:
        """Let it stop; what it was at goes on at the next start."""
        self._line.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOPPING_SECONDS)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextmanager
def worker_at_work(client: JobClient, paths: StudioPaths, progress: Progress) -> Iterator[TemporaryWorker | None]:
    """See that a worker takes jobs: the one that runs (None), else one of one's own for as long as the block lasts.

    Raises:
        JobError: it can't be started.
    """
    if client.worker_alive().alive:
        yield None
        return
    worker = TemporaryWorker(paths)
    try:
        until = time.monotonic() + STARTING_SECONDS
        while not client.worker_alive().alive:
            progress.update(0, 0, "Starting a worker")
            worker.raise_if_ended()
            if time.monotonic() > until:
                raise JobError("The worker did not start.", where=str(worker.log), mend="See its log.")
            time.sleep(0.1)
        yield worker
    finally:
        worker.stop()


@contextmanager
def queue_there(client: JobClient, paths: StudioPaths, progress: Progress) -> Iterator[None]:
    """See that the queue takes jobs: a worker makes its tables when it starts for the first time.

    Raises:
        JobError: none can be started.
    """
    if Heartbeat.every(client.folder):
        yield
        return
    with worker_at_work(client, paths, progress):
        yield


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else "no output."
