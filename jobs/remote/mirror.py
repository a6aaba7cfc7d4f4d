"""A job's folder here and its like on a remote: what is new on one side is brought to the other."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from core.files import UNFINISHED
from core.finetune.checkpoints import SEAL
from jobs.queue.folder import LOG, RUNNING_MARK, SCRATCH, SPEC, STATE, JobFolder, job_file
from jobs.remote.files import FilesUnreachable, RemoteFile, RemoteFiles
from jobs.remote.heartbeats import WORKERS

GROWING = {LOG, "curve.jsonl"}  # files that are only ever added to
CHECKPOINTS = "checkpoints"
Wanted = Callable[[str], bool]


class Mirror:
    """The folders of jobs on both sides, as one process has seen them. Paths are those inside a job's folder."""

    def __init__(self, remote: RemoteFiles) -> None:
        self.remote = remote
        self._sent: dict[Path, tuple[int, int]] = {}
        self._fetched: dict[Path, str] = {}

    def send(self, folder: JobFolder, mine: Wanted) -> None:
        """Bring what is new here to the remote: results first, then where the job stands.

        Of checkpoints only sealed ones are sent, the seal last; those that are gone here are then removed there.

        Raises:
            FilesUnreachable: the remote does not answer; what was sent by then is not sent again.
        """
        for path in sorted(_inside(folder, mine), key=_rank):
            file = folder.path / path
            try:
                version = _version(file)
                if self._sent.get(file) == version:
                    continue
                content = file.read_bytes()
            except FileNotFoundError:  # an old checkpoint has just made way for a new one
                continue
            self.remote.write(f"{folder.job_id}/{path}", content)
            self._sent[file] = version
        self._remove_old_checkpoints(folder, mine)

    def fetch(self, folder: JobFolder, wanted: Wanted) -> None:
        """Bring what is new on the remote here, where the job stands last of all: what it tells of is there then.

        Raises:
            FilesUnreachable: the remote does not answer.
            StorageFull: there is no space left here.
        """
        states: dict[str, tuple[str, bytes]] = {}
        found = self._new(folder, wanted)
        for path, about in found.items():
            if _name(path) == STATE and (content := self._read(folder, path)) is not None:
                states[path] = (about.mark, content)
        if states:  # they may tell of parts that came after the listing
            found = self._new(folder, wanted)
        for path in sorted(set(found) - set(states), key=_rank):
            if _name(path) != STATE and (content := self._read(folder, path)) is not None:
                self._keep(folder, path, found[path].mark, content)
        for path, (mark, content) in states.items():
            self._keep(folder, path, mark, content)

    def forget(self, folder: JobFolder, under: str = "") -> None:
        """Remove a job's folder, or a folder in it, from the remote.

        Raises:
            FilesUnreachable: the remote does not answer.
        """
        self.remote.remove(f"{folder.job_id}/{under}".rstrip("/"))

    def removed(self, job_id: str) -> bool:
        """Whether the owner has removed a job from the remote.

        Raises:
            FilesUnreachable: the remote does not answer, or is empty: not even a worker has left a trace there.
        """
        if self.remote.exists(f"{job_id}/{SPEC}"):
            return False
        if not self.remote.list(WORKERS):
            raise FilesUnreachable(
                "The shared folder for job files is empty.",
                where=self.remote.url,
                mend="Check that it is the right folder and mounted.",
            )
        return True

    def _new(self, folder: JobFolder, wanted: Wanted) -> dict[str, RemoteFile]:
        """Files of the remote that are not the same here."""
        listed = self.remote.list(folder.job_id)
        inside = {path.removeprefix(f"{folder.job_id}/"): about for path, about in listed.items()}
        return {path: about for path, about in inside.items() if wanted(path) and not self._same(folder, path, about)}

    def _same(self, folder: JobFolder, path: str, about: RemoteFile) -> bool:
        """Whether this version was fetched already, or, of a file not yet compared, whether its length is the same."""
        file = folder.path / path
        if file in self._fetched:
            return self._fetched[file] == about.mark
        if _name(path) == STATE or not file.exists() or file.stat().st_size != about.size:
            return False
        self._note(file, about.mark)
        return True

    def _read(self, folder: JobFolder, path: str) -> bytes | None:
        return self.remote.read(f"{folder.job_id}/{path}")

    def _keep(self, folder: JobFolder, path: str, mark: str, content: bytes) -> None:
        file = folder.path / path
        if not folder.path.is_dir():  # removed meanwhile
            return
        if _name(path) in GROWING and file.exists() and file.read_bytes().startswith(content):
            self._fetched[file] = mark  # it has grown here since
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        with job_file(file, durable=path.endswith(".parquet")) as partial:
            partial.write_bytes(content)
        self._note(file, mark)

    def _note(self, file: Path, mark: str) -> None:
        self._fetched[file], self._sent[file] = mark, _version(file)

    def _remove_old_checkpoints(self, folder: JobFolder, mine: Wanted) -> None:
        gone = [file for file in list(self._sent) if CHECKPOINTS in file.parts and not file.exists()]
        for file in gone:
            if file.is_relative_to(folder.path) and mine(path := file.relative_to(folder.path).as_posix()):
                self.remote.remove(f"{folder.job_id}/{path}")
                del self._sent[file]


def _inside(folder: JobFolder, mine: Wanted) -> Iterator[str]:
    for file in folder.path.rglob("*"):
        path = file.relative_to(folder.path)
        unsealed = CHECKPOINTS in path.parts and not (file.parent / SEAL).exists()
        if path.parts[0] == SCRATCH or path.name == RUNNING_MARK:
            continue
        if file.is_file() and not file.name.startswith(UNFINISHED) and not unsealed and mine(path.as_posix()):
            yield path.as_posix()


def _rank(path: str) -> tuple[int, str]:
    """What has to be there before something else tells of it comes first."""
    name = _name(path)
    last = {SEAL: 1, LOG: 3, STATE: 5}
    return last.get(name, 2 if path.startswith("parts/") else 0 if "/" in path else 4), path


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _version(file: Path) -> tuple[int, int]:
    about = file.stat()
    return about.st_mtime_ns, about.st_size
