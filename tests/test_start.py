"""`python start.py`: starts everything, watches over it, leaves nothing running."""

import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

import start
from core.paths import PROJECT
from tests.started import PATIENCE_SECONDS, Running, environment, start_once, until, with_models

posix = pytest.mark.skipif(os.name != "posix", reason="signals of this kind are a matter of POSIX")


@pytest.fixture
def data(tmp_path: Path, models_dir: Path) -> Path:
    """A data folder with the embedded model in it already."""
    return with_models(tmp_path / "data with spaces – é", models_dir)


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
    assert b"/?key=" not in get(running.address())  # it leads on without the key, with a cookie


def test_without_the_key_there_is_one_sentence_and_no_page(running: Running) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{running.url()}/rule")
    assert refused.value.code == 403
    assert b"python start.py" in (told := refused.value.read()) and b"Traceback" not in told and b"script" not in told


@posix
def test_no_other_user_can_read_its_files_or_see_the_key(running: Running) -> None:
    running.worker()
    made = [path for path in [running.data, *running.data.rglob("*")] if not path.is_symlink()]
    assert len(made) > 5 and not [path for path in made if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    key = running.address().partition("key=")[2]
    commands = [" ".join(each.cmdline()) for each in [psutil.Process(running.process.pid), *running.children()]]
    assert len(commands) > 2 and not any(key in each for each in commands)  # which everybody may see


@posix
def test_a_second_start_opens_the_first_page_and_ends_well(running: Running, tmp_path: Path) -> None:
    url, opened = running.address(), tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
    browser.chmod(0o755)
    second = start_once(running.data, BROWSER=str(browser))
    assert second.returncode == 0
    assert f"is already running at {url}" in second.stdout and str(running.process.pid) in second.stdout
    until(lambda: opened.exists() and opened.read_text(), "the browser is opened")
    given = opened.read_text().strip()
    assert url not in given and url in Path(urllib.request.url2pathname(urlsplit(given).path)).read_text()


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
    how = "was killed, most likely because memory ran out" if os.name == "posix" else "stopped"
    assert f"The worker {how}" in running.said and "worker.log" in running.said
    assert get(f"{running.url()}/_stcore/health") == b"ok"


@posix
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_stop_stops_all_of_it(data: Path, sign: signal.Signals) -> None:
    studio = Running(data)
    studio.url()
    until(lambda: len(studio.children()) == 2, "the page and the worker run")
    children = studio.children()
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
        assert f"is already running at {studio.address()}" in again.stdout
        assert studio.process.poll() is None
    finally:
        studio.close()


@posix
def test_a_kill_leaves_no_process_and_the_next_start_works(data: Path) -> None:
    studio = Running(data)
    studio.url()
    until(lambda: len(studio.children()) == 2, "the page and the worker run")
    children = studio.children()
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
        studio.wait_for("Another worker runs on this data folder")
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
    assert f"Port {chosen} is in use or not allowed" in told.stderr and "Traceback" not in told.stderr
