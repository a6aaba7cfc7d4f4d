"""Files at an address as copies in the data folder: of the web by our own client, of all that fsspec knows else."""

import errno
import hashlib
import re
import shutil
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from queue import Empty, Full, Queue
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2

from core.errors import InputError
from core.files import not_written, whole_file
from core.formats.format import KINDS, KNOWN_ENDING
from core.progress import Progress
from core.sources.file_kinds import is_data
from core.sources.network_fault import network_fault
from core.web import AnswerBounds, AnswerRefused, WebAnswer, WebClient

_FETCHED = re.compile(rf"{KNOWN_ENDING.pattern}|\.(zip|duckdb)$", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_WEB = ("http", "https")
_CHUNK = 1 << 20
PIECE_SECONDS = 300.0  # in which a piece has to come
_SPARED = 1_000_000_000  # bytes of the disk that a download leaves free
_ATTEMPTS, _LONGEST_WAIT, _USUAL_WAIT = 3, 120.0, 5.0  # where a server says that it is busy
_BUSY = (429, 503)


@dataclass(frozen=True)
class DownloadedFiles:
    """A file that was fetched: its copy, and the address without passwords and signatures."""

    path: Path
    address: str


@dataclass(frozen=True)
class _Remote:
    name: str
    size: int | None


def is_address(typed: str) -> bool:
    """Whether what was typed is an address, and no path of this computer."""
    return _ADDRESS.match(typed.strip()) is not None


def public_address(address: str) -> str:
    """An address that may be shown and stored: without user, password, query and fragment, which may be secret."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def fetch(address: str, destination: Path, progress: Progress) -> list[DownloadedFiles]:
    """Copy the files at an address: one file, or on file systems the data files of a folder or pattern.

    Args:
        destination: a folder, made where it is not there. A file fetched again takes the place of its former copy.
        progress: told bytes copied of bytes in all (0 while unknown).

    Raises:
        InputError: the address is none, leads nowhere, or can't be reached.
        StorageFull: there is not space enough.
        StoreError: `destination` can't be written.
        Cancelled: `progress` said so; what was not yet whole is gone.
    """
    address = address.strip()
    shown = public_address(address)
    progress.update(0, 0, f"Listing {shown}")
    if address.partition("://")[0].lower() in _WEB:
        return [_from_web(address, shown, destination, progress)]
    try:
        system, files = _listed(address)
    except Exception as error:  # each protocol's library has families of its own
        raise _told(error, shown) from error
    if not files:
        raise InputError(
            "No data file found.", where=shown, mend=f"Known endings: {', '.join((*KINDS, 'zip', 'duckdb'))}."
        )
    total = sum(each.size or 0 for each in files)
    fetched, done = [], 0
    try:
        destination.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(destination).free
        if free < total:
            raise OSError(errno.ENOSPC, "no space")
        room = max(total, free - _SPARED)
        for each in files:
            place = destination / f"{hashlib.sha256(f'{address} {each.name}'.encode()).hexdigest()[:16]}{_ending(each)}"
            done += _copy(system, each, place, done, total, room, progress)
            name = shown if len(files) == 1 else f"{_ADDRESS.match(shown).group()}{each.name}"  # type: ignore[union-attr]  # an address has its protocol
            fetched.append(DownloadedFiles(place, name))
    except OSError as error:
        raise not_written(
            error, "the file", shown, folder=destination, space=f"Free some space for {destination}."
        ) from error
    return fetched


def _from_web(address: str, shown: str, destination: Path, progress: Progress) -> DownloadedFiles:
    name = PurePosixPath(urlsplit(address).path).name
    try:
        destination.mkdir(parents=True, exist_ok=True)
        room = max(0, shutil.disk_usage(destination).free - _SPARED)
        with (
            closing(WebClient(address, redirects=True)) as client,
            _answered(client, address, room, progress) as answer,
        ):
            total = int(size) if (size := answer.headers.get("content-length", "")).isdecimal() else 0
            if total > room:
                raise OSError(errno.ENOSPC, "no space")
            final = PurePosixPath(urlsplit(answer.url).path).name
            file = _Remote(name if _FETCHED.search(name) else final, total)
            place = destination / f"{hashlib.sha256(f'{address} {address}'.encode()).hexdigest()[:16]}{_ending(file)}"
            _write(answer.pieces(), place, 0, total, f"Downloading {name or shown}", progress)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _told(error, shown) from error
    except OSError as error:
        raise not_written(
            error, "the file", shown, folder=destination, space=f"Free some space for {destination}."
        ) from error
    return DownloadedFiles(place, shown)


@contextmanager
def _answered(client: WebClient, address: str, room: int, progress: Progress) -> Iterator[WebAnswer]:
    """The answer with the file, asked for again where the server is busy.

    Raises:
        InputError: the server refuses it.
    """
    for attempt in range(_ATTEMPTS):
        with client.asked("GET", address, AnswerBounds(room)) as answer:
            if 200 <= answer.status < 300:
                yield answer
                return
            wait = _USUAL_WAIT if answer.retry_after is None else answer.retry_after
        if answer.status not in _BUSY or attempt + 1 == _ATTEMPTS or wait > _LONGEST_WAIT:
            break
        until = time.monotonic() + wait
        while (left := until - time.monotonic()) > 0:
            progress.update(0, 0, f"The server is busy, waiting {left:.0f} s")
            time.sleep(min(left, 0.5))
    raise network_fault(
        ValueError(f"the server answered with status {answer.status}"), "The URL", public_address(address), "file"
    )


def _listed(address: str) -> tuple[Any, list[_Remote]]:
    """The file system of an address, and the files that it means."""
    import fsspec

    system, path = fsspec.core.url_to_fs(address, skip_instance_cache=True)
    if any(mark in path for mark in "*?["):
        names = [each for each in system.glob(path) if _wanted(each)]
    elif system.isdir(path):
        names = [each for each in system.find(path) if _wanted(each)]
    else:
        names = [path]
    return system, [_Remote(each, system.info(each).get("size")) for each in sorted(names)]


def _wanted(name: str) -> bool:
    return is_data(PurePosixPath(name).name) or name.lower().endswith((".zip", ".duckdb"))


def _ending(file: _Remote) -> str:
    found = _FETCHED.search(PurePosixPath(urlsplit(file.name).path).name)
    return found.group().lower() if found else ""


def _copy(system: Any, file: _Remote, place: Path, before: int, total: int, room: int, progress: Progress) -> int:
    """Copy one file, whole or not at all, where all together fit into `room` bytes; returns its bytes."""
    shown = public_address(file.name)
    told = f"Downloading {PurePosixPath(shown).name}"
    with closing(_chunks(system, file, shown)) as chunks:
        return _write(_no_more(chunks, room - before), place, before, total, told, progress)


def _no_more(chunks: Iterator[bytes], room: int) -> Iterator[bytes]:
    for chunk in chunks:
        room -= len(chunk)
        if room < 0:
            raise OSError(errno.ENOSPC, "no space")
        yield chunk


def _write(chunks: Iterator[bytes], place: Path, before: int, total: int, told: str, progress: Progress) -> int:
    done = 0
    with whole_file(place) as partial, partial.open("wb") as target:
        for chunk in chunks:
            target.write(chunk)
            done += len(chunk)
            progress.update(before + done, total, told)
    return done


def _chunks(system: Any, file: _Remote, shown: str) -> Generator[bytes, None, None]:
    """The file piece by piece, read beside: libraries wait for as long as a server sends a byte now and then.

    Raises:
        InputError: it can't be read further, or a piece does not come in time.
    """
    pieces: Queue[bytes | Exception] = Queue(2)
    over = threading.Event()

    def hand_over(piece: bytes | Exception) -> None:
        while not over.is_set():
            with suppress(Full):
                return pieces.put(piece, timeout=0.5)

    def read() -> None:
        try:
            with system.open(file.name, "rb") as source:
                while not over.is_set() and (chunk := source.read(_CHUNK)):
                    hand_over(chunk)
            hand_over(b"")
        except Exception as error:
            hand_over(error)

    threading.Thread(target=read, name=f"reads {shown}", daemon=True).start()
    try:
        while piece := pieces.get(timeout=PIECE_SECONDS):
            if isinstance(piece, Exception):
                raise _told(piece, shown) from piece
            yield piece
    except Empty as error:
        raise InputError(
            f"The URL sent less than {_CHUNK >> 20} MB in {PIECE_SECONDS:.0f} s.",
            where=shown,
            mend="Download it yourself and load the file.",
        ) from error
    finally:
        over.set()


def _told(error: Exception, shown: str) -> InputError:
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, AnswerRefused):
        return InputError(
            f"The file is not taken. {error}", where=shown, mend="Download it yourself and load the file."
        )
    if isinstance(error, ImportError):
        return InputError(
            f"This kind of URL needs another package: {error}",
            where=shown,
            mend="Install it, or download the file yourself.",
        )
    if isinstance(error, ValueError) and "protocol" in text.lower():
        return InputError("This kind of URL is not supported.", where=shown, mend="Use https:// or hf://datasets/….")
    return network_fault(error, "The URL", shown, "file")
