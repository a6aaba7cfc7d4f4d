"""The HTTP interface of the open app for commands and notebooks: on 127.0.0.1, for who knows the token of the file.

A command that works for longer has the data folder as an app has it, and answers alike.

It listens at a port of its own, so where the page listens is not its concern. Nothing is served to a browser: a request
with an Origin, or with another Host than this port of 127.0.0.1, is refused before anything of it is read.
"""

import asyncio
import hmac
import json
import os
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.environment import Environment
from core.errors import InputError, StudioError
from core.paths import StudioPaths
from core.progress import Progress
from core.values import read
from jobs.serving.work import Work
from jobs.wire.open_app import HOST, KEYS, OpenApp, forget_app, found_app, keep_app
from jobs.wire.values import from_wire, to_wire

if TYPE_CHECKING:
    from jobs.api import Studio

MOST_BYTES = 1 << 28  # of a request
MOST_AT_ONCE = 64
LONGEST_QUESTION = 100
STOP_SECONDS = 2.0


class Serving:
    """Answers in threads of its own until it is stopped."""

    def __init__(self, studio: "Callable[[], Studio]", paths: StudioPaths) -> None:
        """Listen, and say so in the data folder.

        Args:
            studio: opens the one studio of this process, or has it.

        Raises:
            OSError: no port is free, or the data folder can't be written.
        """
        self._studio, self._paths = studio, paths
        self._socket = socket.create_server((HOST, 0), backlog=128)
        try:
            self.app = keep_app(paths, self._socket.getsockname()[1])
        except OSError:
            self._socket.close()
            raise
        self._under_way: set[Work] = set()
        routes = [
            Route("/hello", self._hello),
            Route("/openapi.json", self._describe),
            Route("/studio/{section}/{method}", self._call, methods=["POST"]),
        ]
        guarded = _Guard(Starlette(routes=routes), self.app)
        self._server = uvicorn.Server(
            uvicorn.Config(
                guarded, log_config=None, access_log=False, lifespan="off", ws="none", loop="asyncio", http="h11",
                server_header=False, timeout_keep_alive=600, timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="other processes", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Let what is under way end, and answer no more."""
        forget_app(self._paths, self.app)
        for each in list(self._under_way):
            each.stop()
        for each in list(self._under_way):
            each.wait(STOP_SECONDS)
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        self._socket.close()

    async def _hello(self, request: Request) -> Response:
        """That this is who the file means: see `OpenApp.proof`."""
        return PlainTextResponse(self.app.proof(request.query_params.get("question", "")[:LONGEST_QUESTION]))

    async def _describe(self, request: Request) -> Response:
        from jobs.serving.openapi import description

        return JSONResponse(await asyncio.to_thread(description, self.app.url))

    async def _call(self, request: Request) -> Response:
        """A method of a section: progress as it goes, then the result or the error; it stops with the connection."""
        content = bytearray()
        async for piece in request.stream():
            content += piece
            if len(content) > MOST_BYTES:
                return _refusal(413, InputError(f"The call has more than {MOST_BYTES >> 20} MB."))
        if len(self._under_way) >= MOST_AT_ONCE:
            said = f"{MOST_AT_ONCE} calls of other processes are under way."
            return _refusal(503, StudioError(said, mend="Wait until some have ended."))
        section, method = request.path_params["section"], request.path_params["method"]

        work = Work(lambda progress: self._done(section, method, content, progress))
        self._under_way.add(work)

        async def lines() -> Any:
            try:
                async for each in work.lines(request.is_disconnected):
                    yield each
            finally:
                self._under_way.discard(work)

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    def _done(self, section: str, method: str, content: bytearray, progress: Progress) -> Any:
        """What a call comes to."""
        from jobs.api.session import Caller, Session  # only now: the page is to be there soon
        from jobs.serving.methods import called

        arguments, named, environment = _given(content)
        with Session.working_for(Caller(environment, progress)):
            return called(self._studio(), section, method, arguments, named)


def serve_unless_another_does(studio: "Callable[[], Studio]", paths: StudioPaths) -> Serving | None:
    """Answer other processes, unless another app does on this data folder."""
    from jobs.wire.line import AppLine

    there = found_app(paths)
    try:
        if there is not None and there.pid != os.getpid() and AppLine(paths).app is not None:
            return None
    except StudioError:  # it is of other code, or does not answer: it holds the folder all the same
        return None
    return Serving(studio, paths)


class _Guard:
    """Lets in who knows the token, and no browser."""

    def __init__(self, app: Any, known: OpenApp) -> None:
        self._app = app
        self._host = f"{HOST}:{known.port}".encode()
        self._bearer = f"Bearer {known.token}".encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        stranger = b"origin" in headers or headers.get(b"host") != self._host or scope["type"] != "http"
        knows = hmac.compare_digest(headers.get(b"authorization", b""), self._bearer)
        if stranger or not (knows or scope["path"] == "/hello"):
            await Response(status_code=403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _given(content: bytearray) -> tuple[list[Any], dict[str, Any], Environment]:
    """Arguments, named arguments and keys of a request.

    Raises:
        InputError: it is not as `openapi.json` says.
    """
    try:
        said = json.loads(content or b"{}")
        arguments, named, keys = said.get("arguments", []), said.get("named", {}), said.get("environment", {})
        positional = [from_wire(each) for each in arguments]
        by_name = {name: from_wire(each) for name, each in named.items()}
        given = {name: keys[name] for name in KEYS if name in keys}
        return positional, by_name, read(Environment, given, "environment")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"The request is not as openapi.json says: {error}.") from error


def _refusal(status: int, error: StudioError) -> Response:
    return JSONResponse({"error": to_wire(error)}, status)
