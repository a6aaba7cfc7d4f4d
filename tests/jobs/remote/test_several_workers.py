"""Several worker processes on one PostgreSQL queue: they share the sets, and one that dies is replaced."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs import worker
from jobs.client import JobClient
from jobs.experiments.experiments import Experiments
from jobs.queue.heartbeat import Heartbeat
from tests import postgres
from tests.jobs.experiments.test_experiments import job_of, losses, sets_of, wait, wanted
from tests.jobs.studio import Studio, start_worker, until
from tests.worker_forks import ForkedWorker, WorkerForks

HASTY = """
from jobs import worker
worker.LOST_SECONDS = 12.0
raise SystemExit(worker.main())
"""


@pytest.fixture
def shared(tmp_path: Path, models_dir: Path, forks: WorkerForks | None) -> Iterator[Studio]:
    """A data folder whose queue is on PostgreSQL."""
    with postgres.running() as url:
        studio = Studio(tmp_path / "data", models_dir, forks=forks)
        studio.client = JobClient(studio.paths, url)
        studio.url = url
        yield studio
        studio.close()


def start(studio: Studio, forks: WorkerForks | None, name: str) -> "ForkedWorker | subprocess.Popen[bytes]":
    """A worker that takes another for dead sooner than usual, so that the test need not wait a minute."""
    environment = {"STUDIO_DATA": str(studio.paths.root), "STUDIO_JOBS_URL": studio.url, "STUDIO_WORKER": name}
    return start_worker(studio.paths.root / f"{name}.log", forks, HASTY, **environment)


def test_two_workers_share_the_sets_and_the_living_one_finishes_what_a_killed_one_had_begun(
    shared: Studio, forks: WorkerForks | None
) -> None:
    assert worker.LOST_SECONDS > 12.0
    first = start(shared, forks, "first")
    second = None
    try:
        until(lambda: Heartbeat(shared.paths.jobs, "first").state().alive, "the first worker lives")
        second = start(shared, forks, "second")
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
