"""The document of each page's address tells Streamlit's browser where the server is, before its code asks."""

import re
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.file_util import get_static_dir

from core.paths import PROJECT
from pages.frame.document import TOLD, page_routes


def test_every_page_is_told_where_the_server_is_before_the_code_that_asks() -> None:
    routes = page_routes(Path(get_static_dir()))
    known = re.findall(r'url_path="(\w+)"', (PROJECT / "app.py").read_text("utf-8"))
    assert sorted(each.path for each in routes) == sorted(["/", *(f"/{name}" for name in known)])
    with TestClient(Starlette(routes=routes)) as browser:
        for path in ("/", "/select"):
            answer = browser.get(path)
            assert answer.headers["cache-control"] == "no-cache"
            assert 0 < answer.text.index(TOLD) < answer.text.index('<script type="module"')
