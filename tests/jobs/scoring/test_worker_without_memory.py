"""A worker that is killed at one job again and again, as by a system without memory."""

import os

import pytest

from tests.jobs.studio import SHORT, WITHOUT, Studio, start_worker, until

KILLED_BY_A_CHUNK = """
import os
from jobs import worker
from jobs.scoring import job
worker.POLL_SECONDS = 0.2
job.score_chunk = lambda *given, **named: os.kill(os.getpid(), 9)
raise SystemExit(worker.main())
"""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has signal 9")
def test_after_two_kills_the_job_has_failed_in_words_and_the_worker_lives(studio: Studio) -> None:
    studio.make_queue()
    job = studio.enqueue(studio.dataset("short", SHORT), WITHOUT)
    log = studio.paths.root / "worker.log"
    for _ in range(2):
        studio.worker = start_worker(log, studio._forks, KILLED_BY_A_CHUNK, STUDIO_DATA=str(studio.paths.root))
        assert studio.worker.wait(120) == -9
    studio.worker = start_worker(log, studio._forks, KILLED_BY_A_CHUNK, STUDIO_DATA=str(studio.paths.root))
    failed = studio.wait(job, "failed")
    assert "killed 2 times in a row" in failed.error and "memory" in failed.error and "smaller model" in failed.error
    until(lambda: studio.client.worker_alive().pid == studio.worker.pid, "the worker lives")
    assert studio.worker.poll() is None
    studio.stop_worker()

    studio.client.retry(job)
    studio.start_worker()
    studio.wait(job, "done")
