"""The entrance: with the key or its cookie, by the right name and from our own page, or not at all."""

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.frame import entrance
from pages.frame.entrance import Entrance, Keeper
from pages.frame.serve import hosts

KEY, PASSWORD, HERE = "k" * 43, "correct horse battery", "http://127.0.0.1:8501"
STREAM = "ws://127.0.0.1:8501/stream"
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


async def inside(request: Request) -> PlainTextResponse:
    return PlainTextResponse("inside")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("inside")


def client(password: str = "") -> TestClient:
    keeper = Keeper(KEY, ("127.0.0.1", "localhost", "::1"), 8501, password)
    routes = [Route("/{path:path}", inside, methods=["GET", "POST"]), WebSocketRoute("/stream", socket)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Entrance, keeper=keeper)]), base_url=HERE)


@pytest.fixture
def guest() -> Iterator[TestClient]:
    """Somebody without a key."""
    with client() as opened:
        yield opened


@pytest.fixture
def known(guest: TestClient) -> TestClient:
    """Somebody with the cookie."""
    guest.get("/", params={"key": KEY})
    return guest


def test_the_key_becomes_a_cookie_that_no_script_reads_and_no_other_site_sends(guest: TestClient) -> None:
    opened = guest.get("/rule", params={"key": KEY, "tab": "1"}, headers={**NAVIGATION, "Sec-Fetch-Site": "cross-site"})
    assert opened.status_code == 200 and 'url=/rule?tab=1"' in opened.text and KEY not in opened.text
    assert re.match(rf"studio-8501={KEY};.*HttpOnly.*SameSite=strict", opened.headers["set-cookie"])
    assert guest.get("/rule").text == "inside"


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "/%5Cevil.example/"])
def test_the_key_leads_to_no_other_server(guest: TestClient, path: str) -> None:
    told = guest.get(f"{HERE}{path}?key={KEY}").text
    assert re.search(r'url=/[^/\\"]', told)


@pytest.mark.parametrize("key", ["", "x" * 43, "é", KEY[:-1], KEY + "k"])
def test_another_key_opens_nothing(guest: TestClient, key: str) -> None:
    refused = guest.get("/", params={"key": key})
    assert refused.status_code == 403 and "python start.py" in refused.text and "set-cookie" not in refused.headers
    assert guest.get("/", headers={"Cookie": f"studio-8501={KEY[:-1]}"}).status_code == 403


def test_what_is_no_page_gets_nothing_without_a_cookie(guest: TestClient) -> None:
    for answer in (
        guest.get("/static/x.js", headers={"Sec-Fetch-Dest": "script"}),
        guest.post("/_stcore/upload_file/1"),
    ):
        assert (answer.status_code, answer.content) == (403, b"")
    assert guest.get("/_stcore/health").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:8501"},
        {"Host": "127.0.0.1.evil.example:8501"},
        {"Host": "evil.example@127.0.0.1:8501"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://localhost:8501"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_another_host_or_origin_gets_nothing_even_with_the_cookie(known: TestClient, headers: dict[str, str]) -> None:
    for path in ("/", "/_stcore/health", f"/?key={KEY}"):
        refused = known.get(path, headers=headers)
        assert (refused.status_code, refused.content) == (403, b"")
    with pytest.raises(WebSocketDisconnect), known.websocket_connect(STREAM, headers=headers):
        pass


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_part_of_another_page_gets_nothing(known: TestClient, site: str) -> None:
    for dest, mode in (("image", "no-cors"), ("script", "no-cors"), ("iframe", "navigate")):
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": mode}
        assert (refused := known.get("/", headers=headers)).status_code == 403 and not refused.content


def test_a_socket_takes_the_cookie(guest: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), guest.websocket_connect(f"{STREAM}?key={KEY}"):
        pass
    guest.get("/", params={"key": KEY})
    with guest.websocket_connect(STREAM, headers={"Origin": HERE}) as opened:
        assert opened.receive_text() == "inside"


def test_no_page_frames_it_and_it_loads_nothing_from_elsewhere(known: TestClient) -> None:
    for headers in (known.get("/").headers, known.get("/", headers={"Cookie": ""}).headers):
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'self' data: blob:" in policy and "*" not in policy
        assert headers["x-frame-options"] == "DENY" and headers["referrer-policy"] == "no-referrer"


def test_the_password_lets_in_and_a_wrong_one_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "WRONG_SECONDS", 0.01)
    with client(PASSWORD) as guest:
        assert "type='password'" in (asked := guest.get("/")).text and asked.status_code == 403
        for given in ("", "wrong", KEY, PASSWORD + "x" * 5000):
            assert "wrong" in (told := guest.post("/password", data={"password": given})).text
            assert told.status_code == 403
        assert guest.post("/password", data={"password": PASSWORD}, headers={"Origin": "http://x.y"}).status_code == 403
        assert guest.post("/password", data={"password": PASSWORD}).status_code == 200
        assert guest.get("/").text == "inside"


def test_without_a_password_of_the_users_own_none_is_right(guest: TestClient) -> None:
    assert guest.post("/password", data={"password": ""}).status_code == 403


def test_a_server_for_other_computers_knows_the_names_of_this_one_only() -> None:
    assert set(hosts("127.0.0.1")) == {"127.0.0.1", "localhost", "::1"}
    assert "127.0.0.1" in hosts("0.0.0.0") and "0.0.0.0" not in hosts("0.0.0.0")
    assert "192.0.2.7" in hosts("192.0.2.7") and "*" not in hosts("0.0.0.0")
