"""Files at an address (`https://…`, `hf://datasets/…`, any that fsspec knows) as copies in the data folder."""

import errno
import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from core.errors import InputError
from core.files import not_written, whole_file
from core.formats.format import KINDS, KNOWN_ENDING
from core.progress import Progress
from core.sources.folder import is_bookkeeping
from core.sources.network_fault import network_fault

_FETCHED = re.compile(rf"{KNOWN_ENDING.pattern}|\.(zip|duckdb)$", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_WEB = ("http", "https")
_CHUNK = 1 << 20
_CONNECT_SECONDS, _SILENCE_SECONDS = 15, 60


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
        if shutil.disk_usage(destination).free < total:
            raise OSError(errno.ENOSPC, "no space")
        for each in files:
            place = destination / f"{hashlib.sha256(f'{address} {each.name}'.encode()).hexdigest()[:16]}{_ending(each)}"
            done += _copy(system, each, place, done, total, progress)
            name = shown if len(files) == 1 else f"{_ADDRESS.match(shown).group()}{each.name}"  # type: ignore[union-attr]  # an address has its protocol
            fetched.append(DownloadedFiles(place, name))
    except OSError as error:
        raise not_written(
            error, "the file", shown, folder=destination, space=f"Free some space for {destination}."
        ) from error
    return fetched


def _listed(address: str) -> tuple[Any, list[_Remote]]:
    """The file system of an address, and the files that it means."""
    import fsspec

    protocol = address.partition("://")[0].lower()
    system, path = fsspec.core.url_to_fs(address, skip_instance_cache=True, **_options(protocol))
    if protocol in _WEB:
        size = None
        with suppress(FileNotFoundError):  # which stands for any refusal here; opening it says which
            size = system.info(path).get("size")
        return system, [_Remote(path, size)]
    if any(mark in path for mark in "*?["):
        names = [each for each in system.glob(path) if _wanted(each)]
    elif system.isdir(path):
        names = [each for each in system.find(path) if _wanted(each)]
    else:
        names = [path]
    return system, [_Remote(each, system.info(each).get("size")) for each in sorted(names)]


def _wanted(name: str) -> bool:
    return _FETCHED.search(name) is not None and not is_bookkeeping(PurePosixPath(name).name)


def _options(protocol: str) -> Mapping[str, Any]:
    """No limit for the whole of a download, which may be large, but one for silence."""
    if protocol not in _WEB:
        return {}
    import aiohttp

    patience = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS)
    return {"client_kwargs": {"timeout": patience}}


def _ending(file: _Remote) -> str:
    found = _FETCHED.search(PurePosixPath(urlsplit(file.name).path).name)
    return found.group().lower() if found else ""


def _copy(system: Any, file: _Remote, place: Path, before: int, total: int, progress: Progress) -> int:
    """Copy one file, whole or not at all; returns its bytes."""
    shown = public_address(file.name)
    done = 0
    with whole_file(place) as partial, partial.open("wb") as target:
        for chunk in _chunks(system, file, shown):
            target.write(chunk)
            done += len(chunk)
            progress.update(before + done, total, f"Downloading {PurePosixPath(shown).name}")
    return done


def _chunks(system: Any, file: _Remote, shown: str) -> Iterator[bytes]:
    """The file piece by piece; from the web as a stream, since not every server gives parts of a file.

    Raises:
        InputError: it can't be read further.
    """
    as_stream = {"block_size": 0, "size": file.size or -1} if file.name.startswith(_WEB) else {}
    try:
        with system.open(file.name, "rb", **as_stream) as source:
            while chunk := source.read(_CHUNK):
                yield chunk
    except Exception as error:
        raise _told(error, shown) from error


def _told(error: Exception, shown: str) -> InputError:
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, ImportError):
        return InputError(
            f"This kind of URL needs another package: {error}",
            where=shown,
            mend="Install it, or download the file yourself.",
        )
    if isinstance(error, ValueError) and "protocol" in text.lower():
        return InputError("This kind of URL is not supported.", where=shown, mend="Use https:// or hf://datasets/….")
    return network_fault(error, "The URL", shown, "file")
