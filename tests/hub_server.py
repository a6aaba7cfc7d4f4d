"""A hub in small: the few requests by which the real client makes a dataset and commits files to it."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_aTokenOnlyTheTestKnows"


@dataclass
class Hub:
    """What it was sent. Repositories that are there already are put into `repositories` before."""

    address: str = ""
    repositories: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def hub() -> Iterator[Hub]:
    """A hub that knows one token and refuses all others."""
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._answer(401, {"error": "Invalid user token."})
            elif self.path == "/api/repos/create":
                self._create(json.loads(body))
            elif self.path == "/api/validate-yaml":
                self._answer(200, {"errors": [], "warnings": []})
            elif "/preupload/" in self.path:
                asked = json.loads(body)["files"]
                modes = [{"path": each["path"], "uploadMode": "regular", "shouldIgnore": False} for each in asked]
                self._answer(200, {"files": modes})
            elif "/commit/" in self.path:
                for line in body.splitlines():
                    item = json.loads(line)
                    if item["key"] == "file":
                        state.files[item["value"]["path"]] = base64.b64decode(item["value"]["content"])
                place = self.path.removeprefix("/api/").partition("/commit/")[0]
                self._answer(200, {"commitUrl": f"{state.address}/{place}/commit/1", "commitOid": "1"})

        def _create(self, asked: dict[str, Any]) -> None:
            name = "/".join(filter(None, (asked.get("organization"), asked["name"])))
            if name in state.repositories:
                self._answer(409, {"error": "You already created this dataset repo", "url": f"{state.address}/{name}"})
            elif asked.get("organization") == "stranger":
                self._answer(403, {"error": "You don't have the rights to create a dataset under this namespace"})
            else:
                state.repositories[name] = asked
                self._answer(200, {"url": f"{state.address}/datasets/{name}"})

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
