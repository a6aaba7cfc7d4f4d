"""Several worker processes on one PostgreSQL queue: they share the sets, and one that dies is replaced."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import PROJECT
from jobs import worker
from jobs.client import JobClient
from jobs.experiments.experiments import Experiments
from jobs.queue.heartbeat import Heartbeat
from tests import postgres
from tests.jobs.experiments.test_experiments import job_of, losses, sets_of, wait, wanted
from tests.jobs.studio import Studio, until

HASTY = """
from jobs import worker
worker.LOST_SECONDS = 12.0
raise SystemExit(worker.main())
"""


@pytest.fixture
def shared(tmp_path: Path, models_dir: Path) -> Iterator[Studio]:
    """A data folder whose queue is on PostgreSQL."""
    with postgres.running() as url:
        studio = Studio(tmp_path / "data", models_dir)
        studio.client = JobClient(studio.paths, url)
        studio.url = url
        yield studio
        studio.close()


def start(studio: Studio, name: str) -> "subprocess.Popen[bytes]":
    """A worker that takes another for dead sooner than usual, so that the test need not wait a minute."""
    environment = {"STUDIO_DATA": str(studio.paths.root), "STUDIO_JOBS_URL": studio.url, "STUDIO_WORKER": name}
    with (studio.paths.root / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", HASTY], cwd=PROJECT, env={**os.environ, **environment}, stderr=log
        )


def test_two_workers_share_the_sets_and_the_living_one_finishes_what_a_killed_one_had_begun(shared: Studio) -> None:
    assert worker.LOST_SECONDS > 12.0
    first = start(shared, "first")
    second = None
    try:
        until(lambda: Heartbeat(shared.paths.jobs, "first").state().alive, "the first worker lives")
        second = start(shared, "second")
        until(lambda: Heartbeat(shared.paths.jobs, "second").state().alive, "the second worker lives")
        experiments = Experiments(shared.client)
        job_id = job_of(shared, experiments.start(shared.store, wanted(sets_of(shared, rows=8, count=3))))
        until(
            lambda: sum(each.status == "running" for each in experiments.state(job_id).sets) >= 2,
            "both workers are at a set",
        )
        first.kill()
        first.wait()
        assert shared.client.worker_alive().alive
        wait(experiments, job_id, "done", seconds=400)
    finally:
        for each in (first, second):
            if each is not None and each.poll() is None:
                each.kill()
                each.wait()
    assert set(losses(shared, job_id)) == {0, 1, 2, 3}
    assert len(shared.store.experiments.example_losses(job_id)) == 4 * 3
