"""The owner's side of a remote folder: jobs are sent there when they are enqueued, and results arrive by themselves."""

import logging
import threading
from collections.abc import Callable, Set
from pathlib import Path

from core.errors import StudioError
from jobs.queue.folder import LOG, PAUSED, SPEC, JobFolder, folders
from jobs.remote.files import FilesUnreachable, RemoteFiles
from jobs.remote.heartbeats import RemoteHeartbeats
from jobs.remote.mirror import CHECKPOINTS, Mirror

LOOK_SECONDS = 3.0
_LAST_LOOKS = 20  # at a job that has ended: its worker may still have something to say
_LONGEST_PAUSE = 60.0
_log = logging.getLogger(__name__)


class Arrivals(threading.Thread):
    """Looks on the remote every few seconds, so that whoever shows or takes in results reads files that are here.

    Attributes:
        fault: why nothing arrives at the moment, a sentence for the user; "" while all is well.
    """

    def __init__(self, remote: RemoteFiles, jobs: Path, active: Callable[[], Set[str]]) -> None:
        """Begin to look.

        Args:
            jobs: the owner's folder of jobs.
            active: asks the queue for the ids of jobs that wait or run.
        """
        super().__init__(name="arrivals", daemon=True)
        self.fault = ""
        self._mirror, self._heartbeats = Mirror(remote), RemoteHeartbeats(remote, jobs)
        self._jobs, self._active = jobs, active
        self._looks: dict[str, int] = {}
        self._over = threading.Event()
        self.start()

    def send(self, folder: JobFolder) -> None:
        """Send what the owner says: specification, input, whether the experiment is paused, what the user did.

        Raises:
            FilesUnreachable: the remote does not answer.
        """
        self._mirror.send(folder, lambda path: path == LOG or _sent_from_here(path))
        if not (folder.path / PAUSED).exists():
            self._mirror.forget(folder, PAUSED)

    def tell(self, folder: JobFolder) -> None:
        """Send the same where no worker depends on it; what does not come through now goes along with the next."""
        try:
            self.send(folder)
        except FilesUnreachable as error:
            _log.warning("%s", error)

    def remove(self, folder: JobFolder) -> None:
        """Remove a job from the remote.

        Raises:
            FilesUnreachable: the remote does not answer.
        """
        self._mirror.forget(folder)

    def drop_data(self, folder: JobFolder) -> None:
        """Remove a finished job's input and parts from the remote; at the next start, should it not answer now."""
        try:
            self._mirror.forget(folder, "input")
            self._mirror.forget(folder, "parts")
        except FilesUnreachable as error:
            _log.warning("%s", error)

    def stop(self) -> None:
        self._over.set()

    def run(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            try:
                self._look()
                self.fault, pause = "", LOOK_SECONDS
            except StudioError as error:
                self.fault, pause = str(error), min(max(pause, 1.0) * 2, _LONGEST_PAUSE)
                _log.warning("%s Next try in %.0f s.", error, pause)
            except Exception as error:
                _log.exception("looking for results failed")
                self.fault = f"Looking for results failed ({type(error).__name__}). The log of the app has the details."
                pause = _LONGEST_PAUSE

    def _look(self) -> None:
        """Fetch what is new of each job that is under way, and for a while of each that has ended."""
        self._heartbeats.receive()
        active = self._active()
        for folder in folders(self._jobs):
            looks = _LAST_LOOKS if folder.job_id in active else self._looks.get(folder.job_id, 1)
            if looks:
                self._mirror.fetch(folder, _arriving)
                self._looks[folder.job_id] = looks - 1


def _sent_from_here(path: str) -> bool:
    return path in (SPEC, PAUSED) or path.startswith("input/")


def _arriving(path: str) -> bool:
    """Results, state, logs, adapters, and that a worker has paused; checkpoints are the workers' business."""
    return path == PAUSED or (not _sent_from_here(path) and f"/{CHECKPOINTS}/" not in path)
