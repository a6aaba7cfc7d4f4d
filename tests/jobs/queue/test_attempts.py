"""A job whose worker is killed at it is tried once more, and then set aside in words."""

import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from core.errors import JobError
from core.paths import PROJECT
from core.values import Door
from core.values.files import read_json
from core.values.plain import as_json
from jobs.queue.attempts import Attempts, RunMark
from jobs.queue.folder import RUNNING_MARK, JobFolder

KILLED = """
import os, sys
from pathlib import Path
from jobs.queue.attempts import Attempts
from jobs.queue.folder import JobFolder
with Attempts() as attempts, attempts.one(JobFolder(Path(sys.argv[1]))):
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def folder(tmp_path) -> JobFolder:
    folder = JobFolder(tmp_path / "20260101-000000-abcdef")
    folder.create()
    return folder


def run_and_be_killed(folder: JobFolder) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(folder.path)], cwd=PROJECT)
    assert ended.returncode != 0 and (folder.path / RUNNING_MARK).exists()


pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX has signal 9")


def test_two_kills_without_a_step_between_set_a_job_aside_and_a_retry_begins_anew(folder: JobFolder) -> None:
    run_and_be_killed(folder)
    run_and_be_killed(folder)
    assert "tried once more" in folder.log_tail()
    with pytest.raises(JobError) as told, Attempts().one(folder):
        pytest.fail("it is run again")
    assert "killed 2 times in a row" in told.value.what and "memory ran out (it had " in told.value.what
    assert "smaller batch" in told.value.mend and "retry" in told.value.mend
    with Attempts().one(folder):
        assert (folder.path / RUNNING_MARK).exists()
    assert not (folder.path / RUNNING_MARK).exists()


def test_a_step_that_was_finished_between_begins_the_count_anew(folder: JobFolder) -> None:
    run_and_be_killed(folder)
    run_and_be_killed(folder)
    (folder.parts / "scores-00000.parquet").touch()
    with Attempts().one(folder):
        assert read_json(RunMark, folder.path / RUNNING_MARK, door=Door.STORE).killed == 1


def test_a_worker_that_stops_takes_the_marks_of_what_it_is_at_away(folder: JobFolder) -> None:
    with Attempts() as attempts:
        run = attempts.one(folder)
        run.__enter__()
    assert not (folder.path / RUNNING_MARK).exists()


def test_a_computer_that_was_started_anew_has_killed_no_job_for_memory(folder: JobFolder) -> None:
    for _ in range(2):
        run_and_be_killed(folder)
    mark = folder.path / RUNNING_MARK
    before = replace(read_json(RunMark, mark, door=Door.STORE), since=psutil.boot_time() - 60)
    mark.write_text(as_json(before, "mark"), "utf-8")
    with Attempts().one(folder):
        assert read_json(RunMark, mark, door=Door.STORE).killed == 0
