"""InstructMining Studio, in one command.

    python start.py                   install what is missing, start the studio, open it in the browser
    python start.py --listen 0.0.0.0  let other computers in, who know a password of yours
    python start.py test              every check and every test; what follows goes to pytest

Needs nothing but Python 3.11 to 3.13: everything else goes into the folder .venv beside this file.
"""

from __future__ import annotations  # an older Python shall get as far as being refused in words

import argparse
import contextlib
import getpass
import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
import webbrowser
from pathlib import Path
from typing import IO

from core.child_process import ChildProcess
from core.installation import PROJECT, PYTHON, StartError, install

DATA = Path(os.environ.get("STUDIO_DATA") or PROJECT / "data").expanduser().resolve()
SUPPORTED = ((3, 11), (3, 13))
MILLISECONDS, SQLITE = (3, 12), (3, 42)  # from this Python on the queue counts them, which an older SQLite can't
FIRST_PORT = 8501
LOCAL = "127.0.0.1"
THIS_COMPUTER = (LOCAL, "localhost")
EVERYWHERE = ("0.0.0.0", "::")
SHORTEST_PASSWORD = 12
OPENER = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={url}"><a href="{url}">Open</a>'
)
ANOTHER_WORKER_RUNS = 3


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("command", nargs="?", choices=["run", "test"], default="run", help="run (default) or test")
    lines.add_argument("--port", type=int, help=f"port of the page (default: first free port from {FIRST_PORT})")
    lines.add_argument("--listen", default=LOCAL, metavar="ADDRESS", help="listen there too; takes a password of yours")
    lines.add_argument("--no-browser", action="store_true", help="do not open the browser")
    chosen, rest = lines.parse_known_args()
    if rest and chosen.command == "run":
        lines.error(f"unknown: {' '.join(rest)}")
    try:
        refuse_other_python()
        return test(rest) if chosen.command == "test" else run(chosen.port, chosen.no_browser, chosen.listen)
    except StartError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = error.filename or "The studio cannot be started"
        print(f"\n{where}: {error.strerror or error}. Fix this, then start again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def refuse_other_python() -> None:
    lowest, highest = (".".join(map(str, version)) for version in SUPPORTED)
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        raise StartError(
            f"The studio needs Python {lowest} to {highest}; this is {sys.version.split()[0]}. Install one from "
            f"https://www.python.org/downloads/ and start with it, for example: python{highest} start.py"
        )
    if sys.version_info[:2] >= MILLISECONDS and sqlite3.sqlite_version_info[:2] < SQLITE:
        raise StartError(
            f"With Python {sys.version.split()[0]} the studio needs SQLite 3.42 or newer; this Python has "
            f"{sqlite3.sqlite_version}. Start with Python {lowest}, or with one that has a newer SQLite."
        )


def run(port: int | None, no_browser: bool, listen: str) -> int:
    """Install, start worker and page, watch over them until Ctrl-C."""
    os.umask(0o077)  # what is made from here on is nobody else's to read
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup has them ignored
            signal.signal(number, signal.default_int_handler)
    lock = lock_data_folder()
    if lock is None:
        return show_first_copy(no_browser)
    with lock:
        password = own_password(listen)
        first, opener = DATA / "start.json", DATA / "open.html"
        write_private(first, json.dumps({"pid": os.getpid(), "url": ""}))
        install("requirements.txt")
        prepare()
        port, key = free_port(port, listen), secrets.token_urlsafe(32)
        page = f"http://{LOCAL if listen in EVERYWHERE else f'[{listen}]' if ':' in listen else listen}:{port}"
        url = f"{page}/?key={key}"
        worker = ChildProcess(PYTHON, DATA, "worker", "jobs.worker")
        command = ("pages.frame.serve", "--port", str(port), "--listen", listen)
        app = ChildProcess(PYTHON, DATA, "app", *command, STUDIO_KEY=key, STUDIO_PASSWORD=password)
        try:
            app.start()
            wait_for_page(app, page)
            worker.start()  # not before: the page would wait for the processor
            write_private(opener, OPENER.format(url=url))
            write_private(first, json.dumps({"pid": os.getpid(), "url": url}))
            print(f"The studio is open at {url}\n{who_may_enter(listen, port)} Stop it with Ctrl-C.", flush=True)
            if not no_browser:
                open_browser(url)
            watch(app, worker)
        except KeyboardInterrupt:
            print("\nStopping ...", flush=True)
            return 0
        finally:
            for file in (first, opener):
                file.unlink(missing_ok=True)
            children = [child for child in (app, worker) if child.started]
            for child in children:
                child.let_go()
            for child in children:
                child.wait()
    return 1


def lock_data_folder() -> IO[str] | None:
    """The lock that one copy per data folder can hold, let go when the process ends; None when another holds it."""
    try:
        DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (DATA / "start.lock").open("w")
    except OSError as error:
        raise StartError(f"{DATA} is not writable: {error.strerror}. Set STUDIO_DATA to another folder.") from error
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def show_first_copy(no_browser: bool) -> int:
    try:
        first = json.loads((DATA / "start.json").read_text())
    except (OSError, ValueError):
        first = {"pid": "unknown", "url": ""}
    if not first["url"]:
        print(f"The studio is already being started by process {first['pid']}, with the data in {DATA}.")
        return 0
    print(f"The studio is already running at {first['url']}\nIt is process {first['pid']}, with the data in {DATA}.")
    if not no_browser:
        open_browser(first["url"])
    return 0


def open_browser(url: str) -> None:
    """Open the page, unless only a browser in text could be found: that one would take the terminal.

    What a browser is given stands in the list of processes, which all users see: so it is a file that leads there.
    """
    screen = any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"))
    if screen or sys.platform in ("win32", "darwin"):
        # A browser of Windows can't open a file of Linux; the computer is one user's then.
        webbrowser.open(url if "WSL_DISTRO_NAME" in os.environ else (DATA / "open.html").as_uri())


def prepare() -> None:
    """Convert the embedded language model and measure the computer, each once."""
    if subprocess.run([PYTHON, "-m", "core.models.embedded_model"], cwd=PROJECT).returncode:
        raise StartError("The embedded language model could not be prepared. Fix the error above and start again.")


def own_password(listen: str) -> str:
    """The user's own password where other computers are let in; "" where they are not."""
    if listen in THIS_COMPUTER:
        return ""
    password = os.environ.get("STUDIO_PASSWORD", "")
    if not password and sys.stdin.isatty():
        password = getpass.getpass(f"Password for who opens the page ({SHORTEST_PASSWORD} characters or more): ")
    if len(password) < SHORTEST_PASSWORD:
        raise StartError(
            f"To listen on {listen} lets other computers in, so it takes a password of {SHORTEST_PASSWORD} characters "
            "or more. Set STUDIO_PASSWORD, or start in a terminal, which asks for it."
        )
    try:
        socket.create_server((listen, 0), family=family_of(listen)).close()
    except OSError as error:
        raise StartError(f"The studio can't listen on {listen}: {error}. Give an address of this computer.") from error
    return password


def family_of(listen: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in listen else socket.AF_INET


def who_may_enter(listen: str, port: int) -> str:
    if listen in THIS_COMPUTER:
        return "It listens on this computer only."
    return (
        f"It listens on {listen}: who reaches this computer there and knows your password can read, change and delete "
        "everything in it, and load files of this computer. Nothing is encrypted on the way, nor is the password. Use "
        f"a network that you trust, or no --listen and, there: ssh -N -L {port}:127.0.0.1:{port} THIS-COMPUTER\n"
    )


def write_private(file: Path, text: str) -> None:
    """Write a file that no other user can read, also where one of this name could be read."""
    file.unlink(missing_ok=True)
    file.touch(0o600, exist_ok=False)
    file.write_text(text, "utf-8")


def free_port(wanted: int | None = None, listen: str = LOCAL) -> int:
    family = family_of(listen)
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        with contextlib.suppress(OSError, OverflowError), socket.create_server((listen, port), family=family):
            return port
    if wanted:
        raise StartError(f"Port {wanted} is in use or not allowed. Choose another one, or omit --port.")
    raise StartError(f"No port from {FIRST_PORT} to {FIRST_PORT + 99} is free. Choose one with --port.")


def wait_for_page(app: ChildProcess, url: str) -> None:
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy leads to this computer
    while app.process.poll() is None:
        with contextlib.suppress(OSError), straight.open(f"{url}/_stcore/health", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise StartError(f"The page server could not be started:\n{last_words(app)}\nThe whole log: {app.log}")


def last_words(child: ChildProcess) -> str:
    return "\n".join(f"  {line}" for line in child.last_words())


def watch(app: ChildProcess, worker: ChildProcess) -> None:
    """Start the worker again when it ends, waiting longer each time it ends young; return when the page ends."""
    pause, again_at, other_told = 1.0, None, False
    while app.process.poll() is None:
        code = worker.process.poll()
        if code is not None and again_at is None:
            pause = 1.0 if time.monotonic() - worker.started > 60 else min(pause * 2, 30.0)
            again_at = time.monotonic() + pause
            if code != ANOTHER_WORKER_RUNS:
                print(f"The worker {worker.how_ended()}; restarting it. Log: {worker.log}", flush=True)
            elif not other_told:
                print(f"Another worker runs on this data folder; it takes the jobs:\n{last_words(worker)}", flush=True)
                other_told = True
        elif again_at is not None and time.monotonic() > again_at:
            worker.let_go()
            worker.start()
            again_at = None
        time.sleep(0.3)
    print(f"The page server stopped:\n{last_words(app)}\nThe whole log: {app.log}", file=sys.stderr)


def test(arguments: list[str]) -> int:
    """Every check and test; 0 when all of them pass."""
    install("requirements.txt", "requirements-dev.txt")
    prepare()
    return subprocess.run([PYTHON, "-m", "tests", *arguments], cwd=PROJECT).returncode


if __name__ == "__main__":
    sys.exit(main())
