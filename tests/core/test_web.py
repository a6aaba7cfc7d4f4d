"""The HTTP client against a real server that does its worst: bombs, drips, redirects into the own network, lies."""

import gzip
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from core import web
from core.errors import InputError, JudgeError
from core.judge.endpoint import LONGEST_WAIT, Endpoint
from core.judge.question import Message
from core.judge.settings import JudgeSettings
from core.progress import Silent
from core.sources.download import fetch
from core.web import AnswerBounds, AnswerRefused, WebClient

MEGABYTE = 1_000_000
Act = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def hostile(act: Act, host: str = "127.0.0.1") -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """A server that acts so, and the requests that it got."""
    got: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            got.append(self)
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.close_connection = True
            try:
                act(self)
            except OSError:
                return  # the client had enough

        do_POST = do_GET  # noqa: N815

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{host}:{server.server_port}", got
    server.shutdown()
    server.server_close()


def says(status: int, body: bytes = b"", **headers: str) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return act


def drips(piece: bytes, before: bytes) -> Act:
    """Sends something, and then a little for ever."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(before)
        while True:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(0.02)

    return act


def gives(act: Act, bounds: AnswerBounds, **options: bool) -> bytes:
    with (
        hostile(act) as (address, _),
        closing(WebClient(address, **options)) as client,
        client.asked("GET", f"{address}/a", bounds) as answer,
    ):
        return answer.body()


@cache
def bomb() -> bytes:
    """300 megabytes of zeros in a third of one."""
    packer, zeros = zlib.compressobj(9, wbits=31), bytes(MEGABYTE)
    return b"".join(packer.compress(zeros) for _ in range(300)) + packer.flush()


def test_a_plain_and_a_packed_answer_come_as_they_are() -> None:
    assert gives(says(200, b"rows"), AnswerBounds(MEGABYTE)) == b"rows"
    assert gives(says(200, gzip.compress(b"rows"), Content_Encoding="gzip"), AnswerBounds(MEGABYTE)) == b"rows"


def test_a_bomb_is_refused_before_it_is_in_memory() -> None:
    packed = bomb()
    tracemalloc.start()
    try:
        with pytest.raises(AnswerRefused, match="more than 10 MB"):
            gives(says(200, packed, Content_Encoding="gzip"), AnswerBounds(10 * MEGABYTE))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * MEGABYTE


@pytest.mark.parametrize(("encoding", "says_so"), [("br", "which was not asked for"), ("gzip", "cannot be unpacked")])
def test_what_is_packed_otherwise_is_refused(encoding: str, says_so: str) -> None:
    with pytest.raises(AnswerRefused, match=says_so):
        gives(says(200, b"not packed at all", Content_Encoding=encoding), AnswerBounds(MEGABYTE))


@pytest.mark.parametrize(
    ("piece", "before"),
    [
        (b"X-A: b\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"1\r\na\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (b"", b""),
    ],
    ids=["head", "body", "silence"],
)
def test_the_whole_answer_has_its_time_however_it_drips(piece: bytes, before: bytes) -> None:
    with pytest.raises(httpx2.HTTPError):
        gives(drips(piece, before), AnswerBounds(MEGABYTE, seconds=0.5))


def test_a_file_that_comes_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SILENCE_SECONDS", 0.3)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with pytest.raises(httpx2.ReadTimeout):
        gives(drips(b"1\r\na\r\n", head), AnswerBounds(MEGABYTE))


@pytest.mark.parametrize(
    "target", ["http://localhost:1/", "http://[::1]:1/", "http://169.254.169.254/", "http://10.0.0.1/"]
)
def test_a_redirect_leads_to_no_private_address(target: str) -> None:
    with pytest.raises(AnswerRefused, match="of this computer or of a private network"):
        gives(says(302, Location=target), AnswerBounds(MEGABYTE), redirects=True)


def test_redirects_end_and_stay_in_the_web() -> None:
    with pytest.raises(AnswerRefused, match="in circles"):
        gives(says(302, Location="/a"), AnswerBounds(MEGABYTE), redirects=True)
    with pytest.raises(AnswerRefused, match="not of the web"):
        gives(says(302, Location="file:///etc/passwd"), AnswerBounds(MEGABYTE), redirects=True)


def test_a_key_goes_along_with_no_redirect() -> None:
    question: list[Message] = [{"role": "user", "content": "?"}]
    with hostile(says(200, b"{}")) as (thief, got), hostile(says(307, Location=thief)) as (address, asked):
        exchange = Endpoint(JudgeSettings(f"{address}/v1"), "sk-secret").ask(question, 3)
        assert isinstance(exchange.error, JudgeError) and "the key is not sent there" in exchange.error.what
        assert thief in exchange.error.where
    assert len(asked) == 1 and got == []


def test_a_judge_that_asks_for_a_long_wait_is_told_and_not_asked_again() -> None:
    with hostile(says(429, b"{}", Retry_After=str(LONGEST_WAIT + 1))) as (address, asked):
        exchange = Endpoint(JudgeSettings(f"{address}/v1"), "k").ask([{"role": "user", "content": "?"}], 5)
    assert exchange.error is not None and (exchange.sent, len(asked)) == (1, 1)


def test_a_judge_that_answers_with_a_bomb_or_depth_is_told() -> None:
    with hostile(says(200, bomb(), Content_Encoding="gzip")) as (address, _):
        exchange = Endpoint(JudgeSettings(f"{address}/v1"), "k").ask([{"role": "user", "content": "?"}], 5)
    assert exchange.error is not None and "more than 8 MB" in exchange.error.what and exchange.sent == 1
    with hostile(says(200, b"[" * 100_000)) as (address, _):
        assert Endpoint(JudgeSettings(f"{address}/v1"), "k").ask([{"role": "user", "content": "?"}], 1).text is None


def test_a_busy_server_is_asked_again_when_it_says(tmp_path) -> None:
    answers = [says(429, Retry_After="0"), says(503, Retry_After="0"), says(200, b'{"instruction":"a","output":"b"}\n')]
    with hostile(lambda handler: answers.pop(0)(handler)) as (address, asked):
        (found,) = fetch(f"{address}/rows.jsonl", tmp_path, Silent())
        assert len(asked) == 3 and found.path.suffix == ".jsonl"
    with hostile(says(429, Retry_After="9999")) as (address, asked), pytest.raises(InputError):
        fetch(f"{address}/rows.jsonl", tmp_path, Silent())
    assert len(asked) == 1


@pytest.mark.parametrize(("said", "seconds"), [("7", 7.0), ("-1", 0.0), ("soon", None), ("", None), ("nan", None)])
def test_retry_after_is_a_number_of_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert web.WebAnswer(429, {"retry-after": said}, "", ()).retry_after == seconds
    later = web.WebAnswer(429, {"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}, "", ()).retry_after
    assert later is not None and later > 1e8
