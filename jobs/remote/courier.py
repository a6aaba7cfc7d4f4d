"""A worker on a machine of its own: a job's folder is fetched before it runs, its results are sent as they are made."""

import logging
import math
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from jobs.queue.folder import SPEC, JobFolder, raising_storage_full
from jobs.remote.files import FilesUnreachable, RemoteFiles
from jobs.remote.mirror import Mirror, Wanted

SEND_SECONDS = 2.0
PATIENCE_SECONDS = 120.0  # of an unreachable remote, after which a job fails, to be retried
_LONGEST_PAUSE = 30.0
Result = TypeVar("Result")
log = logging.getLogger("worker")


class RemoteCouriers:
    """Of one worker.

    Args:
        remote: None where the folder of jobs is shared: then there is nothing to carry.
        jobs: the worker's own folder of jobs.
    """

    def __init__(self, remote: RemoteFiles | None, jobs: Path, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._mirror = Mirror(remote) if remote else None
        self._jobs, self._patience_seconds = jobs, patience_seconds

    @contextmanager
    def at_work(self, job: JobFolder, number: int | None = None) -> Iterator["RemoteCourier"]:
        """Carry a job, or one set of an experiment, while it is worked on; what was said last is sent at the end."""
        courier = RemoteCourier(self._mirror, job, number, self._patience_seconds)
        courier.make_room()
        try:
            yield courier
        finally:
            courier.end()

    def fetch_experiment(self, job: JobFolder) -> None:
        """Fetch what an experiment is to do, waiting for the remote as long as it takes."""
        if self._mirror is None:
            return
        self._sweep(self._mirror)
        courier = RemoteCourier(self._mirror, job, None, math.inf)
        courier.make_room()
        courier.fetch()

    def _sweep(self, mirror: Mirror) -> None:
        """Remove what is here of jobs that were removed where they came from."""
        try:
            for path in self._jobs.iterdir():
                if path.is_dir() and mirror.removed(path.name):
                    shutil.rmtree(path, ignore_errors=True)
        except FilesUnreachable as error:
            log.info("%s", error)


class RemoteCourier:
    """Carries one job, or one set of it: from its folder on the remote to the worker's, and results back."""

    def __init__(self, mirror: Mirror | None, job: JobFolder, number: int | None, patience_seconds: float) -> None:
        self._mirror, self._job, self._patience_seconds = mirror, job, patience_seconds
        self._wanted, self._mine = _wanted(number), _made(number)
        self._folder = job if number is None else JobFolder(job.path / _set(number))
        self._sending = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send_now_and_then, name=f"courier {job.job_id}", daemon=True)

    def make_room(self) -> None:
        """Make room for what will be fetched."""
        if self._mirror is not None:
            with raising_storage_full(self._folder.path):
                self._job.parts.mkdir(parents=True, exist_ok=True)
                self._folder.path.mkdir(parents=True, exist_ok=True)

    def fetch(self) -> None:
        """Bring what the job needs, and what others have done of it, the last sealed checkpoint included.

        Raises:
            FilesUnreachable: the remote has not answered for two minutes.
            StorageFull: there is no space left here.
        """
        mirror = self._mirror
        if mirror is None:
            return

        def fetched() -> None:
            if not mirror.removed(self._job.job_id):
                mirror.fetch(self._job, self._wanted)

        self._patiently(fetched)

    def start(self) -> None:
        """Fetch, and from then on send results as they are made.

        Raises:
            FilesUnreachable, StorageFull: as `fetch`.
        """
        if self._mirror is not None:
            self.fetch()
            self._thread.start()

    def delivered(self, work: Callable[[], Result]) -> Callable[[], Result]:
        """The same work, which is over only when what it made is on the remote: another machine may do what follows."""

        def carried() -> Result:
            result = work()
            self.deliver()
            return result

        return carried

    def deliver(self) -> None:
        """Send everything that is new.

        Raises:
            FilesUnreachable: the remote has not answered for two minutes.
        """
        self._patiently(self._send)

    def hand_over(self, name: str) -> None:
        """Send a file of the job's folder that is the owner's from then on, who alone takes it away again.

        Raises:
            FilesUnreachable: the remote has not answered for two minutes.
        """
        mirror = self._mirror
        if mirror is not None:
            self._patiently(lambda: mirror.send(self._job, lambda path: path == name))
            (self._job.path / name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete this worker's copy of a job's data, once all of it is delivered."""
        if self._mirror is not None:
            self._job.drop_data()

    def end(self) -> None:
        """Stop, and send what was said last, if that can be done at once."""
        if self._thread.ident is None:
            return
        self._over.set()
        self._thread.join()
        try:
            self._send()
        except FilesUnreachable as error:
            log.info("%s", error)

    def _send(self) -> None:
        """Send what is new, unless the job was removed meanwhile."""
        if self._mirror is not None:
            with self._sending:
                if not self._mirror.removed(self._job.job_id):
                    self._mirror.send(self._job, self._mine)

    def _send_now_and_then(self) -> None:
        pause = SEND_SECONDS
        while not self._over.wait(pause):
            try:
                self._send()
                pause = SEND_SECONDS
            except FilesUnreachable as error:
                pause = min(pause * 2, _LONGEST_PAUSE)
                log.info("%s Next try in %.0f s.", error, pause)

    def _patiently(self, ask: Callable[[], None]) -> None:
        until, pause, told = time.monotonic() + self._patience_seconds, 1.0, False
        while True:
            try:
                return ask()
            except FilesUnreachable as error:
                if time.monotonic() + pause > until:
                    raise FilesUnreachable(
                        error.what,
                        where=error.where,
                        mend=f"{error.mend} Then retry. Results of this machine are in {self._job.path}.",
                    ) from error
                if not told:
                    self._folder.log(f"{error} Trying again.")
                    told = True
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _set(number: int) -> str:
    return f"sets/{number:04d}"


def _wanted(number: int | None) -> Wanted:
    """What is fetched: of the other sets of an experiment their parts only."""
    made = _made(number)
    return lambda path: path.startswith((SPEC, "input/", "parts/")) or made(path)


def _made(number: int | None) -> Wanted:
    """What the worker makes: results of a job or of one set; state, and what a search adds, are in JSON files."""
    results = r"parts/.*|log\.txt" if number is None else rf"{_set(number)}/.*|parts/.*-{number:04d}\.parquet"
    made = re.compile(rf"{results}|(?!spec)[a-z]+\.json")
    return lambda path: made.fullmatch(path) is not None
