"""A worker for as long as a command runs, where none runs already."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.child_process import KILLED, ChildProcess
from core.errors import JobError, OutOfMemory
from core.memory import LESS
from core.paths import StudioPaths
from core.progress import Progress
from jobs.client import JobClient
from jobs.queue.heartbeat import Heartbeat
from jobs.worker import ALREADY_RUNNING

STARTING_SECONDS = 120.0
RESUMES = "Then run the command again; it resumes where it stopped."


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
        self._child = ChildProcess(sys.executable, paths.root, "worker", "jobs.worker")
        self.log = self._child.log
        self._child.start()

    def raise_if_ended(self) -> None:
        """See that it still works.

        Raises:
            OutOfMemory: it was killed.
            JobError: it has ended by itself; but not where another one serves the data folder now.
        """
        code = self._child.process.poll()
        if code not in (None, ALREADY_RUNNING):
            if code in KILLED:
                raise OutOfMemory(
                    f"The worker {self._child.how_ended()}.", where=str(self.log), mend=f"{LESS} {RESUMES}"
                )
            raise JobError(
                f"The worker {self._child.how_ended()}: {' '.join(self._child.last_words(1)) or 'no output.'}",
                where=str(self.log),
                mend=f"Fix the error in its log. {RESUMES}",
            )

    def stop(self) -> None:
        """Let it stop; what it was at goes on at the next start."""
        self._child.let_go()
        self._child.wait()


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
