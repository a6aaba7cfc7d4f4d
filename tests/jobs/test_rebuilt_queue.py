"""A queue whose database is damaged or gone is made again from the jobs' folders, and work goes on where it was."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import JobError
from core.finetune.settings import TuningSettings
from core.paths import StudioPaths
from jobs.api.datasets import DatasetSection
from jobs.api.session import Session
from jobs.api.sources import SourceSection
from jobs.experiments.folder import ExperimentFolder
from jobs.experiments.requeue import queued
from jobs.experiments.spec import ExperimentSpec, SetPlan
from jobs.queue.folder import JobFolder, JobState
from jobs.queue.rebuild import LOST, rebuilt, set_aside_if_lost
from jobs.scoring.enqueue import new_scoring_folder
from tests.jobs.studio import MANY, SHORT, WITHOUT, Studio, until

KILLED_WHILE_WRITING = """
import os, signal, sqlite3, sys
queue = sqlite3.connect(sys.argv[1], isolation_level=None)
queue.execute("PRAGMA cache_size = 1")
queue.execute("BEGIN")
numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999)"
queue.execute(f"CREATE TABLE half AS {numbers} SELECT i FROM n")
os.kill(os.getpid(), signal.SIGKILL)
"""


def overwrite(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[: len(content) // 2] = b"x" * (len(content) // 2)
    database.write_bytes(content)


def test_jobs_stand_where_they_stood_and_go_on(studio: Studio) -> None:
    studio.make_queue()
    number = studio.dataset("many", MANY[:6])
    done = studio.enqueue(studio.dataset("short", SHORT[:2]), ["input_words"])
    running = studio.enqueue(number, WITHOUT, chunk_rows=1)
    cancelled = studio.enqueue(studio.dataset("others", SHORT[2:4]), ["input_words"])
    studio.client.cancel(cancelled)
    studio.start_worker()
    studio.wait(done, "done")
    studio.wait_for_parts(running, 1)
    studio.kill_worker()
    overwrite(studio.paths.jobs_database)
    with pytest.raises(JobError, match="damaged"):
        studio.client.queue().list_workflows()
    studio.start_worker()
    until(lambda: rebuilt(studio.paths.jobs) is not None, "the queue is made again")
    assert studio.wait(running, "done").done == 6
    statuses = {each.id: each.status for each in studio.client.jobs()}
    assert statuses == {done: "done", running: "done", cancelled: "cancelled"}
    told = rebuilt(studio.paths.jobs)
    assert told is not None and "No results are lost" in told.told
    assert (Path(told.aside) / "jobs.sqlite").exists()
    studio.client.take_in(studio.store)
    assert len(studio.scores(number)) == 6 * len(WITHOUT)
    studio.client.retry(cancelled)
    studio.wait(cancelled, "done")


def test_a_queue_that_is_gone_is_made_again_where_there_are_jobs(tmp_path: Path) -> None:
    paths = StudioPaths(tmp_path)
    paths.jobs.mkdir()
    set_aside_if_lost(paths)
    assert not (paths.jobs / LOST).exists()
    JobFolder(paths.jobs / "20260101-000000-abc123").create()
    set_aside_if_lost(paths)
    assert (paths.jobs / LOST).read_text() == ""


def test_sets_of_a_paused_experiment_stay_paused(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path / "20260101-000000-abc123")
    folder.create()
    experiment = ExperimentFolder(folder)
    sets = tuple(SetPlan(number, f"set {number}", "random", 4) for number in range(4))
    folder.write_spec(ExperimentSpec("e", 1, "embedded", TuningSettings(), "demo", 256, sets).as_dict())
    experiment.set_folder(1).path.mkdir(parents=True)
    experiment.set_folder(1).write_state(JobState(stage="done"))
    assert [each.ended for each in queued(folder)] == ["", "SUCCESS", "", "", "SUCCESS"]
    experiment.pause()
    assert [each.ended for each in queued(folder)] == ["CANCELLED", "SUCCESS", "CANCELLED", "CANCELLED", "SUCCESS"]


def test_a_deleted_dataset_is_not_scored_by_a_job_that_waits(studio: Studio) -> None:
    studio.make_queue()
    kept, gone = studio.dataset("kept", SHORT[:2]), studio.dataset("gone", SHORT[2:4])
    jobs = [studio.enqueue(number, ["input_words"]) for number in (kept, gone)]
    session = Session(studio.paths, studio.store, studio.client)
    DatasetSection(session, SourceSection(session)).delete(gone)
    assert [studio.job(each).status for each in jobs] == ["queued", "cancelled"]
    assert "dataset was deleted" in studio.job(jobs[1]).error and not studio.job(jobs[0]).error


def test_folders_of_jobs_that_were_never_queued_go(studio: Studio) -> None:
    studio.make_queue()
    number = studio.dataset("some", SHORT[:2])
    waiting = studio.enqueue(number, ["input_words"])
    keys = studio.keys(number, ["output_words"])
    dead, fresh = (new_scoring_folder(studio.store, studio.paths.jobs, number, keys, "embedded") for _ in range(2))
    assert dead is not None and fresh is not None
    for path in (dead.path, studio.folder(waiting).path):
        os.utime(path, (0, 0))
    assert studio.client.remove_unqueued() == 1
    assert not dead.path.exists() and fresh.path.exists() and studio.folder(waiting).path.exists()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has this signal")
def test_a_queue_whose_worker_was_killed_while_it_wrote_is_not_taken_for_damaged(tmp_path: Path) -> None:
    paths = StudioPaths(tmp_path)
    JobFolder(paths.jobs / "20260101-000000-abc123").create()
    with closing(sqlite3.connect(paths.jobs_database)) as queue:
        queue.execute("CREATE TABLE workflow_status (workflow_uuid TEXT)")
    subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(paths.jobs_database)])
    assert paths.jobs_database.with_name("jobs.sqlite-journal").stat().st_size > 0
    set_aside_if_lost(paths)
    assert not (paths.jobs / LOST).exists() and not paths.damaged.exists()
    with closing(sqlite3.connect(paths.jobs_database)) as queue:
        assert queue.execute("SELECT name FROM sqlite_master").fetchall() == [("workflow_status",)]
