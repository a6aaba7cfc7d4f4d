"""A worker that has had nothing to do for some time gives back its memory and goes on taking jobs."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from core.child_process import STOP_SECONDS, ChildProcess
from core.paths import PROJECT
from jobs.queue.resources import Runs
from tests.jobs.studio import SHORT, Studio, until

posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX replaces a process by another one of the same id")
LOADED, FRESH = 400e6, 250e6  # bytes of a process that has scored with models, and of one that has only started


@pytest.fixture
def idle_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_IDLE_MINUTES", "0.03")


def memory(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def started(studio: Studio) -> float:
    """When the process that beats now said that it runs, Unix time."""
    file = studio.paths.jobs / "worker.json"
    return float(json.loads(file.read_text())["since"]) if file.exists() else 0.0


@pytest.fixture
def whole(studio: Studio) -> Iterator[Studio]:
    """A studio whose worker is started whole, as `python -m jobs.worker`."""
    log = (studio.paths.root / "worker.log").open("ab")
    command = [sys.executable, "-m", "jobs.worker"]
    environment = {**os.environ, "STUDIO_DATA": str(studio.paths.root)}
    studio.worker = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=log)
    yield studio
    log.close()


@posix
@pytest.mark.usefixtures("idle_soon")
def test_an_idle_worker_begins_anew_with_the_memory_of_a_fresh_one_and_takes_the_next_job(whole: Studio) -> None:
    until(lambda: whole.client.worker_alive().alive, "a worker lives")
    assert whole.worker is not None
    pid, began = whole.worker.pid, started(whole)
    dataset = whole.dataset("short", SHORT)
    whole.wait(whole.enqueue(dataset, ["knn_distance"]), "done")
    most = memory(pid)
    until(lambda: started(whole) > began, "it has begun anew")
    assert whole.client.worker_alive().pid == pid and whole.worker.poll() is None
    assert most > LOADED and memory(pid) < FRESH
    began = started(whole)
    whole.wait(whole.enqueue(dataset, ["input_words"]), "done")
    until(lambda: started(whole) > began, "it has begun anew again")


@posix
@pytest.mark.usefixtures("idle_soon")
def test_a_worker_that_has_begun_anew_still_stops_with_its_starter(studio: Studio) -> None:
    child = ChildProcess(sys.executable, studio.paths.root, "worker", "jobs.worker")
    child.start()
    studio.worker = child.process
    until(lambda: studio.client.worker_alive().alive, "a worker lives")
    began = started(studio)
    studio.wait(studio.enqueue(studio.dataset("short", SHORT), ["input_words"]), "done")
    until(lambda: started(studio) > began, "it has begun anew")
    assert studio.worker.poll() is None
    child.let_go()
    studio.worker.wait(STOP_SECONDS + 10)


def test_jobs_are_counted_and_time_runs_from_the_end_of_the_last() -> None:
    runs = Runs()
    assert not runs.at_work and not runs.rested(0)
    with runs.one():
        with runs.one():
            assert runs.at_work
        assert runs.at_work and not runs.rested(0)
    assert not runs.at_work and runs.rested(0) and not runs.rested(60)
    time.sleep(0.01)
    assert runs.rested(0.01)


def test_a_job_that_fails_is_over_as_well() -> None:
    runs = Runs()
    with pytest.raises(ValueError), runs.one():
        raise ValueError
    assert runs.rested(0)


def test_the_process_that_compiles_ends_with_the_worker() -> None:
    code = "from core.embeddings.compiled import _end_with_parent; _end_with_parent()"
    compiling = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdin=subprocess.PIPE)
    assert compiling.stdin is not None and compiling.poll() is None
    compiling.stdin.close()
    assert compiling.wait(60) == 1
