"""The one HTTP client: an answer is bounded in time and size, and nobody is asked whom the user did not mean.

A server may answer with a bomb that unpacks to gigabytes, with a byte a minute, or with a redirect into the user's own
network. So time is bounded where bytes arrive, for the head of an answer too; size is bounded after unpacking; what a
redirect leads to has to be a public address; and no header of the caller goes along with a redirect.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from httpcore2 import ConnectionPool, HTTPProxy, NetworkStream, ReadTimeout, SyncBackend

CONNECT_SECONDS, SILENCE_SECONDS = 15.0, 60.0
SLOWEST = 1_000.0  # bytes a second on the average, below which an answer without a time of its own is given up
MOST_REDIRECTS = 5
_CHUNK = 1 << 18
_PRIVATE = "It leads to {host}, an address of this computer or of a private network."
_PACKED = ("gzip", "x-gzip", "deflate")


class AnswerRefused(httpx2.TransportError):
    """An answer, or an address that it leads to, that is not taken; says why in a sentence."""


@dataclass(frozen=True)
class AnswerBounds:
    """How much of an answer is taken.

    Attributes:
        size: bytes, after unpacking.
        seconds: for the whole answer; None for as long as it takes at the slowest, as a large file may.
        slowest: bytes a second on the average, from the first minute on.
    """

    size: int
    seconds: float | None = None
    slowest: float = SLOWEST


@dataclass(frozen=True)
class WebAnswer:
    """An answer whose head has come; `pieces` brings the rest while it is open."""

    status: int
    headers: Mapping[str, str]
    url: str
    _pieces: Iterable[bytes]

    def pieces(self) -> Iterator[bytes]:
        """The body, unpacked.

        Raises:
            httpx2.TransportError: it is too large or too slow, or breaks off.
        """
        yield from self._pieces

    def body(self) -> bytes:
        """All of it; raises as `pieces`."""
        return b"".join(self._pieces)

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server wants to be asked again, where it says so."""
        said = self.headers.get("retry-after", "").strip()
        if not said:
            return None
        if re.fullmatch(r"[+-]?\d{1,9}(\.\d{1,9})?", said, re.ASCII):
            return max(0.0, float(said))
        try:
            return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
        except ValueError:
            return None


class WebClient:
    """Asks one server that the user named, and public ones to which that one leads; threads may share it."""

    def __init__(self, named: str, *, redirects: bool = False, own: bool = False) -> None:
        """Nothing is sent yet.

        Args:
            named: the address that the user gave: its host may be one of this computer or a private network.
            redirects: whether they are followed; else they are answers like others.
            own: a server of the studio's own on this computer, which no proxy leads to and which needs no certificate.
        """
        self._redirects = redirects
        self._backend = _BoundedBackend({urlsplit(named).hostname or ""})
        transport = _straight(self._backend) if own else _transport(named, self._backend)
        self._client = httpx2.Client(transport=transport, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def asked(self, method: str, url: str, bounds: AnswerBounds, *, headers: Mapping[str, str] | None = None,
              content: bytes | None = None) -> Iterator[WebAnswer]:  # fmt: skip
        """Send a request; the answer is open within the block.

        Raises:
            httpx2.HTTPError: nothing came, or not in time.
            AnswerRefused: a redirect leads to a private address, or in circles.
        """
        silence = SILENCE_SECONDS if bounds.seconds is None else bounds.seconds
        timeout = httpx2.Timeout(silence, connect=min(CONNECT_SECONDS, silence))
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        with ExitStack() as open_, self._backend.within(bounds.seconds or SILENCE_SECONDS) as clock:
            for _ in range(MOST_REDIRECTS + 1):
                answer = open_.enter_context(
                    self._client.stream(method, url, headers=sent, content=content, timeout=timeout)
                )
                if not (self._redirects and answer.is_redirect and answer.headers.get("location")):
                    break
                open_.pop_all().close()
                url, sent = urljoin(url, answer.headers["location"]), {"Accept-Encoding": "identity"}
                if urlsplit(url).scheme not in ("http", "https"):
                    raise AnswerRefused("It redirects to an address that is not of the web.")
                self._backend.refuse_private(urlsplit(url).hostname or "")
            else:
                raise AnswerRefused("It redirects in circles.")
            if bounds.seconds is None:
                clock.speed(bounds.slowest)
            packed = answer.headers.get("content-encoding", "")
            pieces = _unpacked(answer.iter_raw(), packed, bounds.size)
            yield WebAnswer(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, url, pieces)


class _Clock(threading.local):
    """Until when the request of this thread may last."""

    end: float | None = None
    began, received, slowest = 0.0, 0, 0.0

    def speed(self, slowest: float) -> None:
        """From here on what counts is the speed, in bytes a second."""
        self.began, self.received, self.slowest, self.end = time.monotonic(), 0, slowest, None

    def count(self, size: int) -> None:
        """Note bytes that have come.

        Raises:
            ReadTimeout: they come too slowly.
        """
        self.received += size
        passed = time.monotonic() - self.began
        if self.slowest and passed > SILENCE_SECONDS and self.received < self.slowest * passed:
            raise ReadTimeout("The server sends too slowly.")

    def left(self, timeout: float | None) -> float | None:
        """How long a read may take."""
        if self.end is None:
            return timeout
        left = self.end - time.monotonic()
        if left <= 0:
            raise ReadTimeout("The whole answer took too long.")
        return left if timeout is None else min(left, timeout)


class _BoundedBackend(SyncBackend):
    """Connections whose reads end in time, and which lead to public addresses but for the hosts that were named."""

    def __init__(self, named: set[str]) -> None:
        self._named, self._clock = named, _Clock()

    @contextmanager
    def within(self, seconds: float) -> Iterator[_Clock]:
        self._clock.end, self._clock.slowest = time.monotonic() + seconds, 0.0
        try:
            yield self._clock
        finally:
            self._clock.end, self._clock.slowest = None, 0.0

    def trust(self, host: str) -> None:
        """Let a host be private, as a proxy is."""
        self._named.add(host)

    def refuse_private(self, host: str) -> None:
        """Refuse a host that is private as it is written, which a proxy might reach.

        Raises:
            AnswerRefused: it is.
        """
        with suppress(ValueError):
            if host not in self._named and not ipaddress.ip_address(host).is_global:
                raise AnswerRefused(_PRIVATE.format(host=host))

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Any = None) -> NetworkStream:  # fmt: skip
        place = host if host in self._named else _public(host, port)
        found = super().connect_tcp(place, port, self._clock.left(timeout), local_address, socket_options)
        return _BoundedStream(found, self._clock)


class _BoundedStream(NetworkStream):
    def __init__(self, stream: NetworkStream, clock: _Clock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        read = self._stream.read(max_bytes, self._clock.left(timeout))
        self._clock.count(len(read))
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._clock.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
                  timeout: float | None = None) -> NetworkStream:  # fmt: skip
        stream = self._stream.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        return _BoundedStream(stream, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _public(host: str, port: int) -> str:
    """An address of a host, asked once: a name that leads elsewhere the next time leads nowhere.

    Raises:
        AnswerRefused: it is one of this computer or of a private network.
    """
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise httpx2.ConnectError(str(error)) from error
    addresses = [ipaddress.ip_address(str(each).partition("%")[0]) for each in found]
    if not all((getattr(each, "ipv4_mapped", None) or each).is_global for each in addresses):
        raise AnswerRefused(_PRIVATE.format(host=host))
    return str(addresses[0])


def _transport(named: str, backend: _BoundedBackend) -> httpx2.HTTPTransport:
    """Through the proxy that the system has for the address, where it has one."""
    parts = urlsplit(named)
    proxies = {} if proxy_bypass(parts.hostname or "") else getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    context = httpx2.create_ssl_context()
    transport = httpx2.HTTPTransport(verify=context)
    if proxy:
        backend.trust(urlsplit(proxy).hostname or "")
        transport._pool = HTTPProxy(proxy, ssl_context=context, network_backend=backend)
    else:
        transport._pool = ConnectionPool(ssl_context=context, network_backend=backend, max_connections=None)
    return transport


def _straight(backend: _BoundedBackend) -> httpx2.HTTPTransport:
    """Through no proxy, and without loading whom to trust."""
    transport = httpx2.HTTPTransport(verify=False)
    transport._pool = ConnectionPool(network_backend=backend, max_connections=None)
    return transport


def _unpacked(raw: Iterator[bytes], encoding: str, most: int) -> Iterator[bytes]:
    """The pieces of a body, never more than `most` bytes in all.

    Raises:
        AnswerRefused: there are more, or they are packed in a way that was not asked for.
    """
    taken, encoding = 0, encoding.strip().lower()
    if encoding not in ("", "identity", *_PACKED):
        raise AnswerRefused(f"The answer is packed by {encoding[:20]}, which was not asked for.")
    unpacker = zlib.decompressobj(47) if encoding in _PACKED else None  # 47: by the head, gzip or zlib
    for piece in raw:
        for part in _inflated(unpacker, piece) if unpacker else (piece,):
            taken += len(part)
            if taken > most:
                raise AnswerRefused(f"The answer has more than {most / 1e6:,.0f} MB.")
            yield part


def _inflated(unpacker: Any, piece: bytes) -> Iterator[bytes]:
    """What a packed piece comes to, a little at a time."""
    try:
        while piece:
            yield unpacker.decompress(piece, _CHUNK)
            piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise AnswerRefused("The answer cannot be unpacked.") from error
