"""Heartbeats through the remote folder: those of other machines' workers, as files here that look like local ones."""

from pathlib import Path, PurePosixPath

from jobs.queue.folder import job_file
from jobs.queue.heartbeat import Heartbeat
from jobs.remote.files import RemoteFiles

WORKERS = "workers"


class RemoteHeartbeats:
    """Of one process. A beat counts from when it is seen to be new here, so clocks need not agree."""

    def __init__(self, remote: RemoteFiles, jobs: Path) -> None:
        self._remote, self._jobs = remote, jobs
        self._seen: dict[str, str] = {}

    def send(self, own: Heartbeat) -> None:
        """Tell the others that this worker lives.

        Raises:
            FilesUnreachable: the remote does not answer.
        """
        self._remote.write(_path(own), own.file.read_bytes())

    def receive(self, own: Heartbeat | None = None) -> None:
        """Write the files of all workers but one's own as they beat; remove those of workers that were given up.

        Raises:
            FilesUnreachable: the remote does not answer.
        """
        found = {path: about.mark for path, about in self._remote.list(WORKERS).items() if path != (own and _path(own))}
        for path, mark in found.items():
            content = self._remote.read(path) if self._seen.get(path) != mark else None
            if content is not None:
                self._write(self._jobs / PurePosixPath(path).name, content)
        self._seen = found
        for other in Heartbeat.every(self._jobs):
            if _path(other) not in found and other != own:
                other.file.unlink(missing_ok=True)

    def forget(self, other: Heartbeat) -> None:
        """Remove the file of a worker that is taken for dead.

        Raises:
            FilesUnreachable: the remote does not answer.
        """
        self._remote.remove(_path(other))

    def _write(self, file: Path, content: bytes) -> None:
        self._jobs.mkdir(parents=True, exist_ok=True)
        with job_file(file, durable=False) as partial:
            partial.write_bytes(content)


def _path(heartbeat: Heartbeat) -> str:
    return f"{WORKERS}/{heartbeat.file.name}"
