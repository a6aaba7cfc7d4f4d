"""`python start.py`: starts everything, watches over it, leaves nothing running, and says in words what is wrong."""

import ast
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import start
from core.paths import PROJECT
from tests.small_disk import mounted

PATIENCE_SECONDS = 120.0
posix = pytest.mark.skipif(os.name != "posix", reason="signals of this kind are a matter of POSIX")

OTHER_PYTHON = """
import runpy, sys
sys.version, sys.version_info = sys.argv[1], tuple(map(int, sys.argv[1].split(".")))
sys.argv = ["start.py"]
runpy.run_path("start.py", run_name="__main__")
"""


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: it has not come true in time.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE_SECONDS:.0f} s: {what}"
        time.sleep(0.02)


def environment(data: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "STUDIO_DATA": str(data), "PYTHONUNBUFFERED": "1", **more}


def start_once(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Start and wait for the end."""
    command = [sys.executable, "start.py", *arguments]
    return subprocess.run(
        command, cwd=PROJECT, env=environment(data, **more), capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )


class Running:
    """A studio that was started and stays open."""

    def __init__(self, data: Path, *before: str, **more: str) -> None:
        self.data, self.lines = data, list[str]()
        self.process = subprocess.Popen(
            [*before, sys.executable, "start.py", "--no-browser"],
            cwd=PROJECT,
            env=environment(data, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def wait_for(self, text: str) -> None:
        def reached() -> bool:
            assert text in self.said or self.process.poll() is None, self.said
            return text in self.said

        until(reached, f"'{text}' is said")

    def url(self) -> str:
        self.wait_for("The studio is open at")
        found = re.search(r"open at (http://127\.0\.0\.1:\d+)\.", self.said)
        assert found
        return found[1]

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self) -> dict:
        """What the worker says of itself, once it lives."""
        file = self.data / "jobs" / "worker.json"
        until(file.exists, "the worker has begun")
        return json.loads(file.read_text())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


@pytest.fixture
def data(tmp_path: Path, models_dir: Path) -> Path:
    """A data folder with the embedded model in it already."""
    return with_models(tmp_path / "data with spaces – é", models_dir)


def with_models(folder: Path, models_dir: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        (folder / "models").symlink_to(models_dir, target_is_directory=True)
    except OSError:  # Windows lets few users make one
        shutil.copytree(models_dir, folder / "models")
    return folder


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Running]:
    """An open studio that several tests look at; a proxy is set, as in many offices."""
    nowhere = "http://127.0.0.1:9"
    data = with_models(tmp_path_factory.mktemp("running"), models_dir)
    studio = Running(data, http_proxy=nowhere, HTTP_PROXY=nowhere, no_proxy="", NO_PROXY="")
    yield studio
    studio.close()


def get(url: str) -> bytes:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as answer:
        return answer.read()


def test_the_page_answers_also_behind_a_proxy(running: Running) -> None:
    assert get(f"{running.url()}/_stcore/health") == b"ok"
    assert b"<html" in get(running.url()).lower()


@posix
def test_a_second_start_opens_the_first_page_and_ends_well(running: Running, tmp_path: Path) -> None:
    url, opened = running.url(), tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
    browser.chmod(0o755)
    second = start_once(running.data, BROWSER=str(browser))
    assert second.returncode == 0
    assert f"runs already at {url}" in second.stdout and str(running.process.pid) in second.stdout
    until(lambda: opened.exists() and opened.read_text(), "the browser is opened")
    assert opened.read_text().strip() == url


def test_nothing_of_it_listens_but_on_this_computer_and_it_says_so(running: Running) -> None:
    port = int(running.url().rsplit(":", 1)[1])
    running.worker()
    listening = {
        (each.laddr.ip, each.laddr.port)
        for process in [psutil.Process(running.process.pid), *running.children()]
        for each in process.net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    }
    assert ("127.0.0.1", port) in listening
    assert {address for address, _ in listening} == {"127.0.0.1"}
    assert "It listens on this computer only." in running.said


def test_a_killed_worker_is_started_again(running: Running) -> None:
    running.url()
    first = running.worker()
    psutil.Process(first["pid"]).kill()
    until(lambda: running.worker()["pid"] != first["pid"], "another worker lives")
    assert "The worker has ended" in running.said and "worker.log" in running.said
    assert get(f"{running.url()}/_stcore/health") == b"ok"


@posix
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_stop_stops_all_of_it(data: Path, sign: signal.Signals) -> None:
    studio = Running(data)
    studio.url()
    children = studio.children()
    assert len(children) == 2
    studio.process.send_signal(sign)
    assert studio.process.wait(30) == 0
    assert "Stopping" in studio.said
    assert not any(child.is_running() for child in children)
    assert not (data / "start.json").exists()


@posix
def test_under_nohup_a_closed_terminal_stops_nothing(data: Path) -> None:
    studio = Running(data, "nohup")
    try:
        url = studio.url()
        studio.process.send_signal(signal.SIGHUP)
        assert get(f"{url}/_stcore/health") == b"ok"
        again = start_once(data, "--no-browser")  # long enough for the signal to have worked
        assert f"runs already at {url}" in again.stdout
        assert studio.process.poll() is None
    finally:
        studio.close()


@posix
def test_a_kill_leaves_no_process_and_the_next_start_works(data: Path) -> None:
    studio = Running(data)
    studio.url()
    children = studio.children()
    assert len(children) == 2
    studio.process.kill()
    studio.process.wait()
    _, alive = psutil.wait_procs(children, PATIENCE_SECONDS)
    assert not alive
    again = Running(data)
    again.url()
    again.close()


@posix
def test_a_worker_that_somebody_else_runs_is_used_and_followed_by_an_own_one(data: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-m", "jobs.worker"], cwd=PROJECT, env=environment(data), stderr=subprocess.DEVNULL
    )
    until((data / "jobs" / "worker.json").exists, "the other worker lives")
    studio = Running(data)
    try:
        studio.wait_for("Another worker serves this data folder")
        studio.wait_for(f"process {other.pid}")
        other.kill()
        other.wait()
        until(lambda: studio.worker()["pid"] != other.pid, "an own worker lives")
    finally:
        other.kill()
        studio.close()


def test_a_taken_port_is_passed_over_for_the_next_free_one() -> None:
    first = start.free_port()
    with socket.create_server(("127.0.0.1", first)):
        second = start.free_port()
        assert first < second < start.FIRST_PORT + 100
        with socket.create_server(("127.0.0.1", second)):
            pass


@pytest.mark.parametrize("port", ["taken", "99999"])
def test_a_chosen_port_that_can_not_be_had_is_told(data: Path, port: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        chosen = str(server.getsockname()[1]) if port == "taken" else port
        told = start_once(data, "--no-browser", "--port", chosen)
    assert told.returncode == 1
    assert f"Port {chosen} is taken or not allowed" in told.stderr and "Traceback" not in told.stderr


@pytest.mark.parametrize("version", ["3.10.13", "3.14.0", "2.7.18"])
def test_another_python_is_refused_with_the_way_to_a_right_one(tmp_path: Path, version: str) -> None:
    command = [sys.executable, "-c", OTHER_PYTHON, version]
    told = subprocess.run(command, cwd=PROJECT, env=environment(tmp_path / "data"), capture_output=True, text=True)
    assert told.returncode == 1
    assert f"needs Python 3.11 to 3.13; this is {version}" in told.stderr
    assert "https://www.python.org/downloads/" in told.stderr and "Traceback" not in told.stderr
    assert not (tmp_path / "data").exists()


def test_an_old_python_reads_far_enough_to_be_refused() -> None:
    ast.parse((PROJECT / "start.py").read_text("utf-8"), feature_version=(3, 7))


def test_start_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((PROJECT / "start.py").read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_data_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = start_once(tmp_path / "file" / "data")
    assert told.returncode == 1
    assert str(tmp_path / "file") in told.stderr and "can't be written" in told.stderr
    assert "STUDIO_DATA" in told.stderr and "Traceback" not in told.stderr


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB; needs the right to mount one."""
    with mounted(tmp_path / "disk", "64k") as folder:
        yield folder


def test_a_read_only_data_folder_is_told(tiny_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    told = start_once(tiny_disk)
    assert told.returncode == 1
    assert f"{tiny_disk} can't be written: Read-only file system" in told.stderr
    assert "STUDIO_DATA" in told.stderr and "Traceback" not in told.stderr


def test_a_full_data_folder_is_told(tiny_disk: Path) -> None:
    with pytest.raises(OSError), (tiny_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4_096))
    told = start_once(tiny_disk)
    assert told.returncode == 1
    assert "No space left on device" in told.stderr and "Traceback" not in told.stderr


def test_an_installation_that_fails_is_told_and_goes_on_once_mended(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "start.py", tmp_path)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("no-such-package-anywhere==1.0\n")

    def begin() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "start.py", "--no-browser"]
        variables = environment(tmp_path / "data", PIP_NO_INDEX="1")
        return subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)

    failed = begin()
    assert failed.returncode == 1
    assert "Installing what requirements.txt names has failed" in failed.stderr
    assert "No matching distribution found for no-such-package-anywhere==1.0" in failed.stderr
    assert "Then start again" in failed.stderr and "Traceback" not in failed.stderr
    assert not list((tmp_path / ".venv").glob("*.installed"))

    requirements.write_text("")
    mended = begin()
    assert (tmp_path / ".venv" / "requirements.txt.installed").exists()
    assert "could not be prepared" in mended.stderr  # this copy has no model to prepare


@pytest.mark.parametrize(
    ("output", "advised"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for torch==9.9", "package index"),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError': no route "
            "to host ERROR: Could not find a version that satisfies the requirement torch",
            "connection",
        ),
        ("ERROR: HTTPSConnectionPool(host='pypi.org', port=443): Read timed out.", "HTTPS_PROXY"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "delete the folder .venv"),
    ],
)
def test_advice_fits_what_pip_said(output: str, advised: str) -> None:
    assert advised in start.advice(output)
