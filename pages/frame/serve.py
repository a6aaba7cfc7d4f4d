"""Serves the app behind its entrance: `python -m pages.frame.serve` is `streamlit run app.py`, but for three things.

The entrance: see `pages.frame.entrance`. What an address of a page answers with: see `pages.frame.document`. And until
the app has run once, Streamlit takes a folder named `pages` for a multipage app of its old kind, and tells whoever
opens a page by its address that there is no such page. Here it is told before that `st.navigation` says what the pages
are.
"""

import argparse
import os
import secrets
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from starlette.middleware import Middleware
from streamlit import App
from streamlit.file_util import get_static_dir
from streamlit.runtime.pages_manager import PagesManager

from core.environment import read_environment
from core.paths import PROJECT
from core.private_folder import OTHERS, keep_private
from jobs.serving.beside import ServingBeside
from pages.frame.document import page_routes
from pages.frame.entrance import KEY, Entrance, Keeper

if TYPE_CHECKING:
    from jobs.api import Studio

LOCAL = "127.0.0.1"
THIS_COMPUTER = (LOCAL, "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::")


def hosts(listen: str) -> tuple[str, ...]:
    """The names by which a server that listens there may be asked for."""
    if listen in THIS_COMPUTER:
        return THIS_COMPUTER
    found = {listen}
    if listen in EVERYWHERE:
        found = {each.address.partition("%")[0] for network in psutil.net_if_addrs().values() for each in network}
    return (*THIS_COMPUTER, *sorted({each.lower() for each in (*found, socket.gethostname(), socket.getfqdn())}))


def main() -> int:
    """Serve until Ctrl-C; the exit code."""
    lines = argparse.ArgumentParser("python -m pages.frame.serve", description="The studio's page.")
    lines.add_argument("--port", type=int, default=8501)
    lines.add_argument("--listen", default=LOCAL, metavar="ADDRESS")
    asked = lines.parse_args()
    environment = read_environment(os.environ)
    for name in ("STUDIO_KEY", "STUDIO_PASSWORD"):  # no process that this one starts is to know them
        os.environ.pop(name, None)
    if asked.listen not in THIS_COMPUTER and not environment.entrance_password:
        print("Listening beyond this computer takes a password: use `python start.py --listen`.", file=sys.stderr)
        return 2
    os.umask(OTHERS)
    keep_private(environment.paths.root)
    key, allowed = environment.entrance_key or secrets.token_urlsafe(32), hosts(asked.listen)
    if not environment.entrance_key:
        print(f"http://{LOCAL}:{asked.port}/?{KEY}={key}", flush=True)
    keeper = Keeper(key, allowed, asked.port, environment.entrance_password)
    PagesManager.uses_pages_directory = False
    sys.argv = [str(PROJECT / "app.py")]
    settings = {"server.port": asked.port, "server.address": asked.listen, "server.allowedHosts": list(allowed)}
    beside = ServingBeside(_studio, environment.paths)
    try:
        middleware = [Middleware(Entrance, keeper=keeper)]
        App(PROJECT / "app.py", routes=page_routes(Path(get_static_dir())), middleware=middleware).run(config=settings)
    finally:
        beside.stop()
    return 0


def _studio() -> "Studio":
    """The one that the pages have."""
    from pages.components.workspace import studio  # only now: it loads all that pages need

    return studio()


if __name__ == "__main__":
    sys.exit(main())
