"""The worker process: one a data folder, and everybody can see whether it lives."""

import os
import subprocess
import sys

import pytest

from core.errors import OutOfMemory
from core.paths import PROJECT
from jobs.temporary_worker import TemporaryWorker
from tests.jobs.studio import Studio, until


def test_a_second_worker_ends_with_code_3_and_names_the_first(studio: Studio) -> None:
    first = studio.start_worker()
    until(lambda: studio.client.worker_alive().alive, "a worker lives")
    second = subprocess.run(
        [sys.executable, "-m", "jobs.worker"],
        cwd=PROJECT,
        env={**os.environ, "STUDIO_DATA": str(studio.paths.root)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 3
    assert f"process {first.pid}" in second.stderr and "Traceback" not in second.stderr
    assert first.poll() is None and studio.client.worker_alive().pid == first.pid


def test_everybody_sees_whether_a_worker_lives(studio: Studio) -> None:
    never = studio.client.worker_alive()
    assert (never.pid, never.alive, never.since) == (None, False, None)
    worker = studio.start_worker()
    until(lambda: studio.client.worker_alive().alive, "a worker lives")
    assert studio.client.worker_alive().pid == worker.pid
    studio.kill_worker()
    assert (studio.client.worker_alive().pid, studio.client.worker_alive().alive) == (worker.pid, False)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX lets a file stand where a folder should be, in these words")
def test_a_data_folder_that_can_not_be_made_is_no_reason_for_a_worker_to_hang(studio: Studio) -> None:
    (studio.paths.root / "file").touch()
    ended = subprocess.run(
        [sys.executable, "-m", "jobs.worker"],
        cwd=PROJECT,
        env={**os.environ, "STUDIO_DATA": str(studio.paths.root / "file")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "cannot be written" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has this signal")
def test_a_command_whose_own_worker_is_killed_says_what_that_most_likely_was(studio: Studio) -> None:
    worker = TemporaryWorker(studio.paths)
    process = worker._child.process
    process.kill()
    process.wait()
    with pytest.raises(OutOfMemory, match="most likely because memory ran out") as told:
        worker.raise_if_ended()
    assert "smaller model" in told.value.mend and "resumes where it stopped" in told.value.mend
    worker.stop()
