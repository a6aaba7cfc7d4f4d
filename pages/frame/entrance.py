"""Who may come in: a request needs the key of this start, or the cookie given for it, and must come from our page.

The key stands in the address that opens the browser and is exchanged for a cookie that scripts can't read and other
sites don't send. Another name for this computer (DNS rebinding), a page of another origin, a frame around ours and a
socket without the cookie get nothing. What may be loaded by the page is this server's own only, whatever text is on it.
"""

import asyncio
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, Response

from pages.frame.entrance_pages import LOCKED, asking, opening

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEY = "key"  # of the address
HEALTH = "/_stcore/health"  # says nothing but that the page answers
PASSWORD = "/password"
WRONG_SECONDS = 1.0  # between two passwords that are tried
LONGEST_FORM = 4_096
WAITING = 20  # passwords that may wait to be tried
SAFE_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Keeper:
    """What lets in.

    Attributes:
        key: of this start.
        hosts: names under which the page is asked for.
        port: that it listens on; a browser's cookies of one computer's servers lie together, so ours is named by it.
        password: of the user's own, "" for none.
    """

    key: str
    hosts: Collection[str]
    port: int
    password: str = ""

    @property
    def cookie(self) -> str:
        return f"studio-{self.port}"

    def knows_host(self, host: str) -> bool:
        """Whether a Host header names this computer as it was meant."""
        try:
            return urlsplit(f"//{host}").hostname in self.hosts and "@" not in host
        except ValueError:
            return False

    def is_key(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.key.encode())

    def is_password(self, given: str) -> bool:
        return self.password != "" and hmac.compare_digest(given.encode(), self.password.encode())


class Entrance:
    """The keeper's rules around the whole app, files and sockets included."""

    def __init__(self, app: "ASGIApp", keeper: Keeper) -> None:
        self._app, self._keeper = app, keeper
        self._trying, self._waiting = asyncio.Lock(), 0

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        stranger = not self._keeper.knows_host(headers.get("host", "")) or _from_elsewhere(headers)
        if scope["type"] == "websocket":
            if stranger or not self._has_cookie(headers):
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: status 403
            else:
                await self._app(scope, receive, send)
            return
        guarded = _guarded(send, headers.get("host", ""))
        if stranger:
            await Response(status_code=403)(scope, receive, guarded)
        elif scope["path"] == HEALTH or (self._has_cookie(headers) and not self._brings_key(scope)):
            await self._app(scope, receive, guarded)
        else:
            await (await self._answer(Request(scope, receive)))(scope, receive, guarded)

    def _has_cookie(self, headers: Headers) -> bool:
        given = cookie_parser(headers.get("cookie", "")).get(self._keeper.cookie)
        return given is not None and self._keeper.is_key(given)

    def _brings_key(self, scope: "Scope") -> bool:
        given = parse_qs(scope["query_string"].decode("latin-1")).get(KEY)
        return given is not None and self._keeper.is_key(given[0])

    async def _answer(self, request: Request) -> Response:
        """To somebody without a cookie: the way in where they bring key or password, else what to do."""
        if self._brings_key(request.scope):
            rest = [each for each in parse_qsl(request.url.query, keep_blank_values=True) if each[0] != KEY]
            return self._let_in(request.url.path + ("?" + urlencode(rest) if rest else ""))
        if self._keeper.password and request.method == "POST" and request.url.path == PASSWORD:
            return await self._try_password(request)
        if request.method != "GET" or request.headers.get("sec-fetch-dest", "document") != "document":
            return Response(status_code=403)
        return HTMLResponse(asking(PASSWORD) if self._keeper.password else LOCKED, status_code=403)

    def _let_in(self, address: str) -> Response:
        """A page that goes on to the address, as one of ours: a mere redirect would count as the other site's."""
        response = HTMLResponse(opening("/" + address.lstrip("/\\")))
        response.set_cookie(self._keeper.cookie, self._keeper.key, httponly=True, samesite="strict")
        return response

    async def _try_password(self, request: Request) -> Response:
        """One after the other, and slowly: nobody tries many."""
        if self._waiting >= WAITING:
            return Response(status_code=429)
        self._waiting += 1
        try:
            async with self._trying:
                given = parse_qs(await _form(request)).get("password", [""])[0]
                if self._keeper.is_password(given):
                    return self._let_in("/")
                await asyncio.sleep(WRONG_SECONDS)
        finally:
            self._waiting -= 1
        return HTMLResponse(asking(PASSWORD, wrong=True), status_code=403)


def _from_elsewhere(headers: Headers) -> bool:
    """Whether another origin asks, by what browsers say of each request; other programs say nothing."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return True
    opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return headers.get("sec-fetch-site") in ("cross-site", "same-site") and not opened


async def _form(request: Request) -> str:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return ""
    return body.decode("utf-8", "replace")


def _guarded(send: "Send", host: str) -> "Send":
    """The answer with what a browser is to refuse."""
    policy = (
        "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        f"style-src 'self' 'unsafe-inline'; connect-src 'self' ws://{host} wss://{host} data: blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )

    async def guarded(message: "Message") -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update({"Content-Security-Policy": policy, **SAFE_HEADERS})
        await send(message)

    return guarded
