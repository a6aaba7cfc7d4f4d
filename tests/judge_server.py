"""A real HTTP server that speaks `/v1/chat/completions`, well or badly, as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Messages = list[dict[str, str]]


@dataclass(frozen=True)
class Served:
    """What the server does with a request: a status with a body, or nothing at all.

    Attributes:
        hang: keep the connection open without a word.
        cut: close it amid the answer.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    cut: bool = False


def said(text: str | None, input_tokens: int = 100, output_tokens: int = 10, usage: bool = True) -> Served:
    """A chat completion."""
    counts = {"prompt_tokens": input_tokens, "completion_tokens": output_tokens}
    content = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "served",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        **({"usage": counts | {"total_tokens": input_tokens + output_tokens}} if usage else {}),
    }
    return Served(json.dumps(content).encode())


def refused(status: int, message: str, **headers: str) -> Served:
    """An error as OpenAI's endpoint tells it."""
    body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
    return Served(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


Behaviour = Callable[[Messages], Served]


def in_turn(*answers: Served) -> Behaviour:
    """One answer after the other; the last one again and again."""
    left = list(answers)
    return lambda messages: left.pop(0) if len(left) > 1 else left[0]


def shown_answers(messages: Messages) -> tuple[str, str]:
    """The two answers in a judge's question, in their order."""
    text = messages[1]["content"]
    first = text.split("<answer_A>\n")[1].split("\n</answer_A>")[0]
    return first, text.split("<answer_B>\n")[1].split("\n</answer_B>")[0]


def prefers(score: Callable[[str], float]) -> Behaviour:
    """A judge without favour: the answer with the higher score wins in whatever order, equal ones tie."""

    def behave(messages: Messages) -> Served:
        first, second = (score(each) for each in shown_answers(messages))
        return said(f"I compared both.\n{'tie' if first == second else 'A' if first > second else 'B'}")

    return behave


class JudgeServer:
    """A running server; `behave` may be changed while it runs."""

    def __init__(self, behave: Behaviour) -> None:
        self.behave = behave
        self.asked: list[Messages] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.over = threading.Event()
        self._noting = threading.Lock()
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                served._answer(self, request)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        with self._noting:
            self.requests.append(request)
            self.asked.append(request["messages"])
            self.keys.append(handler.headers.get("Authorization", ""))
            answer = self.behave(request["messages"])
        if answer.hang:
            self.over.wait(30)
            handler.close_connection = True
            return
        handler.send_response(answer.status)
        for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body) * (2 if answer.cut else 1)))
        handler.end_headers()
        handler.wfile.write(answer.body)


@contextmanager
def judge_server(*answers: Served, behave: Behaviour | None = None) -> Iterator[JudgeServer]:
    """A server that gives these answers in turn, or behaves as it is told."""
    server = JudgeServer(behave or in_turn(*answers))
    try:
        yield server
    finally:
        server.close()
