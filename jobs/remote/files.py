"""Jobs' folders on a file system that fsspec knows (`STUDIO_JOBS_FILES`), for machines that share no folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from secrets import token_hex
from typing import Any, TypeVar

from core.errors import JobError
from core.files import UNFINISHED

# There a put is seen whole or not at all; elsewhere a file is renamed into its place.
OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "hf"}
_PACKAGES = {"smbclient": "smbprotocol"}  # where the module has another name
_MARKS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "modify")
Result = TypeVar("Result")


class FilesUnreachable(JobError):
    """The remote folder does not answer, or refuses."""


@dataclass(frozen=True)
class RemoteFile:
    """A file as a listing shows it.

    Attributes:
        mark: changes when the file is written anew: its ETag or its time.
    """

    size: int
    mark: str


class RemoteFiles:
    """Files under one URL, by their path below it. Threads may share it."""

    def __init__(self, url: str) -> None:
        """Make a connection, or the promise of one: most file systems connect when they are first asked.

        Raises:
            JobError: fsspec does not know the protocol, or what speaks it is not installed.
            FilesUnreachable: it refuses already.
        """
        self.url = url
        self._connect()

    def list(self, under: str) -> dict[str, RemoteFile]:
        """All files under a folder, however deep; none where there is no such folder.

        Raises:
            FilesUnreachable: it does not answer.
        """

        def listed() -> dict[str, RemoteFile]:
            self._files.invalidate_cache()
            try:
                found = self._files.find(f"{self._root}/{under}", detail=True)
            except FileNotFoundError:
                return {}
            return {
                path.removeprefix(self._root).lstrip("/"): RemoteFile(int(about["size"] or 0), _mark(about))
                for path, about in found.items()
                if not PurePosixPath(path).name.startswith(UNFINISHED)
            }

        return self._asked(listed)

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none (any more).

        Raises:
            FilesUnreachable: it does not answer.
        """

        def content() -> bytes | None:
            try:
                return self._files.cat_file(f"{self._root}/{path}")
            except FileNotFoundError:
                return None

        return self._asked(content)

    def exists(self, path: str) -> bool:
        """Whether there is such a file now.

        Raises:
            FilesUnreachable: it does not answer.
        """

        def found() -> bool:
            self._files.invalidate_cache()
            return self._files.exists(f"{self._root}/{path}")

        return self._asked(found)

    def write(self, path: str, content: bytes) -> None:
        """Write a file so that a reader sees all of it or none.

        Raises:
            FilesUnreachable: it does not answer, or has no space.
        """
        target = f"{self._root}/{path}"

        def straight() -> None:
            self._files.pipe_file(target, content)

        def renamed() -> None:
            folder = target.rsplit("/", 1)[0]
            unfinished = f"{folder}/{UNFINISHED}{token_hex(8)}"
            self._files.makedirs(folder, exist_ok=True)
            self._files.pipe_file(unfinished, content)
            self._files.mv(unfinished, target)

        self._asked(straight if self._puts_whole else renamed)

    def remove(self, path: str) -> None:
        """Delete a file, or a folder with all that is in it; nothing where it is gone already.

        Raises:
            FilesUnreachable: it does not answer.
        """

        def gone() -> None:
            self._files.invalidate_cache()
            try:
                self._files.rm(f"{self._root}/{path}", recursive=True)
            except FileNotFoundError:
                return

        self._asked(gone)

    def _connect(self) -> None:
        from fsspec.core import url_to_fs

        try:
            if "://" not in self.url:
                raise ValueError("it names no protocol")
            self._files, root = url_to_fs(self.url, skip_instance_cache=True)
        except ImportError as error:
            module = (error.__cause__ if isinstance(error.__cause__, ImportError) else error).name or ""
            raise JobError(
                f"No package for {self.url.split('://')[0]}:// is installed.",
                where="STUDIO_JOBS_FILES",
                mend=f"Install it: .venv/bin/python -m pip install {_PACKAGES.get(module, module)}",
            ) from error
        except ValueError as error:
            raise JobError(
                f"{self.url} is not the URL of a folder: {error}.",
                where="STUDIO_JOBS_FILES",
                mend="Examples: s3://bucket/folder, sftp://user@host/folder, file:///folder.",
            ) from error
        except Exception as error:
            raise self._unreachable(error) from error
        self._root = root.rstrip("/")
        protocols = self._files.protocol
        self._puts_whole = bool(OBJECT_STORES & ({protocols} if isinstance(protocols, str) else set(protocols)))

    def _asked(self, ask: Callable[[], Result]) -> Result:
        """Ask, and tell any fault in words; each protocol has exceptions of its own. The next try connects anew."""
        try:
            return ask()
        except Exception as error:
            self._connect()
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> FilesUnreachable:
        reason = (str(error).strip() or type(error).__name__).rstrip(".")
        return FilesUnreachable(
            f"The shared folder for job files cannot be reached: {reason}.",
            where=self.url,
            mend="Check the network, the URL and the credentials.",
        )


def _mark(about: dict[str, Any]) -> str:
    return " ".join(str(about[name]) for name in ("size", *_MARKS) if name in about)
