"""A scoring job from the page's call to the scores in the store."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import JobError, StoreError
from core.indicators.base import ScorerKey
from core.paths import PROJECT
from jobs.client import JobClient
from jobs.scoring.enqueue import enqueue_scoring
from jobs.scoring.failure import failed_scoring
from tests.jobs.studio import MANY, OTHERS, SHORT, WITHOUT, Studio, part_identities, until

TAKES_IN_AND_DIES = """
import os, signal, sys
from pathlib import Path
from core.store import Store
from jobs.queue.folder import JobFolder
folder = JobFolder(Path(sys.argv[2]))
with Store.open(Path(sys.argv[1])) as store:
    print(store.parts.take(folder.job_id, folder.finished_parts()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_job_runs_from_queued_to_done_and_its_scores_land_once(served: Studio) -> None:
    dataset = served.dataset("first", OTHERS[30:33])
    job = served.enqueue(dataset, ["perplexity", "output_words"])
    seen = [served.job(job)]
    until(lambda: seen.append(served.job(job)) or seen[-1].status in ("done", "failed"), "the job ends")
    statuses = list(dict.fromkeys(each.status for each in seen))
    assert statuses in (["queued", "running", "done"], ["running", "done"])
    ended = seen[-1]
    assert (ended.title, ended.kind, ended.done, ended.total, ended.error) == ("Score first", "score", 3, 3, "")
    assert ended.started_at is not None and ended.finished_at is not None
    assert ended.created_at <= ended.started_at <= ended.finished_at
    assert "Done." in ended.log_tail

    assert served.client.take_in(served.store) == 6
    assert served.client.take_in(served.store) == 0
    words = {key: value for key, name, value in served.scores(dataset) if name == "output_words"}
    assert words == {row.key: len(row.output.split()) for row in OTHERS[30:33]}
    assert len(served.scores(dataset)) == 6
    assert not served.folder(job).input.exists() and served.folder(job).spec()["dataset_name"] == "first"


def test_some_rows_alone_are_scored_and_what_compares_all_rows_is_computed_of_all(served: Studio) -> None:
    rows = OTHERS[50:58]
    dataset = served.dataset("some of it", rows)
    keys = served.keys(dataset, ["input_words", "knn_distance"])
    only = {rows[1].key, rows[4].key}
    served.wait(enqueue_scoring(served.client, served.store, dataset, keys, "embedded", only=only) or "", "done")
    served.client.take_in(served.store)
    scored = served.scores(dataset)
    assert {key for key, name, _ in scored if name == "input_words"} == only
    assert {key for key, name, _ in scored if name == "knn_distance"} == {row.key for row in rows}
    assert enqueue_scoring(served.client, served.store, dataset, keys, "embedded", only=only) is None
    rest = served.enqueue(dataset, ["input_words", "knn_distance"])
    assert served.folder(rest).spec()["rows"] == 6
    served.wait(rest, "done")


def test_what_is_scored_is_never_scored_again(served: Studio) -> None:
    first = served.dataset("once", OTHERS[33:36])
    served.wait(served.enqueue(first, ["mtld"]), "done")
    assert enqueue_scoring(served.client, served.store, first, served.keys(first, ["mtld"]), "embedded") is None

    more = served.dataset("once and more", OTHERS[33:38])
    job = served.enqueue(more, ["mtld"])
    assert served.folder(job).spec()["rows"] == 2
    served.wait(job, "done")
    assert served.client.take_in(served.store) == 2
    assert len(served.scores(more)) == 5


def test_what_a_job_is_at_already_is_left_to_it(studio: Studio) -> None:
    studio.make_queue()
    dataset = studio.dataset("short", SHORT)
    job = studio.enqueue(dataset, ["mtld", "output_words"])
    assert enqueue_scoring(studio.client, studio.store, dataset, studio.keys(dataset, ["mtld"]), "embedded") == job
    other = studio.enqueue(dataset, ["mtld", "input_words"])
    assert [scorer["indicator"] for scorer in studio.folder(other).spec()["scorers"]] == ["input_words"]
    assert [each.id for each in studio.client.jobs()] == [other, job]


def test_two_windows_that_ask_for_the_same_scores_at_once_get_one_job(studio: Studio) -> None:
    studio.make_queue()
    dataset = studio.dataset("many", MANY)
    keys = studio.keys(dataset, ["mtld"])
    together, got = threading.Barrier(4), []

    def ask() -> None:
        together.wait()
        got.append(enqueue_scoring(studio.client, studio.store, dataset, keys, "embedded"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (job,) = studio.client.jobs()
    assert got == [job.id] * 4


def test_a_running_job_tells_its_rate_and_time_left_and_stops_when_cancelled(served: Studio) -> None:
    job = served.enqueue(served.dataset("long", OTHERS[60:100]), ["perplexity"])
    told = []
    until(lambda: told.append(served.job(job)) or told[-1].eta_seconds is not None, "a time left is told")
    at = told[-1]
    assert (at.status, at.unit, at.total) == ("running", "rows", 40)
    assert 0 < at.done < 40 and at.rate is not None and at.rate > 0
    assert at.eta_seconds is not None and at.eta_seconds > 0
    assert "language model" in at.message

    served.client.cancel(job)
    assert served.job(job).status == "cancelled"
    until(lambda: "Stopped: cancelled" in served.job(job).log_tail, "the worker stops")
    assert served.job(job).status == "cancelled"
    after = served.enqueue(served.dataset("after", OTHERS[38:40]), WITHOUT)
    served.wait(after, "done")


def test_a_waiting_job_is_cancelled_at_once_and_a_retry_runs_it(studio: Studio) -> None:
    studio.make_queue()
    dataset = studio.dataset("short", SHORT)
    cancelled, other = studio.enqueue(dataset, ["mtld"]), studio.enqueue(dataset, ["output_words"])
    studio.client.cancel(cancelled)
    assert studio.job(cancelled).status == "cancelled"
    studio.start_worker()
    studio.wait(other, "done")
    assert "Started" not in studio.job(cancelled).log_tail
    studio.client.retry(cancelled)
    studio.wait(cancelled, "done")
    assert studio.client.take_in(studio.store) == 2 * len(SHORT)


def test_a_retry_goes_on_where_a_cancelled_job_stopped(studio: Studio, served: Studio) -> None:
    studio.make_queue()
    dataset = studio.dataset("many", MANY)
    job = studio.enqueue(dataset, WITHOUT, chunk_rows=1)
    studio.start_worker()
    studio.wait_for_parts(job, 5)
    studio.client.cancel(job)
    finished = part_identities(studio.folder(job))
    assert len(finished) < len(MANY), "the cancellation came too late to say anything"
    studio.client.retry(job)  # at once: the step in hand may not even have ended
    studio.wait(job, "done")
    assert finished.items() <= part_identities(studio.folder(job)).items()
    assert studio.client.take_in(studio.store) == len(MANY) * len(WITHOUT)
    assert studio.scores(dataset) == served.scores(2)


def test_only_what_failed_or_was_cancelled_can_be_retried(served: Studio) -> None:
    done = next(job.id for job in served.client.jobs() if job.status == "done")
    with pytest.raises(JobError, match="Only failed and cancelled jobs"):
        served.client.retry(done)
    served.client.cancel(done)
    assert served.job(done).status == "done" and "Cancelled" not in served.job(done).log_tail


def test_a_job_that_is_not_there_is_told(served: Studio) -> None:
    for job_id in ("20260101-000000-abcdef", "../../etc"):
        with pytest.raises(JobError, match="Job not found"):
            served.client.cancel(job_id)
        with pytest.raises(JobError, match="Job not found"):
            served.client.retry(job_id)
    with pytest.raises(StoreError):
        enqueue_scoring(served.client, served.store, 4711, [ScorerKey.of("mtld", "none", {})], "embedded")


def test_a_damaged_input_fails_in_words_and_runs_once_it_is_mended(studio: Studio) -> None:
    studio.make_queue()
    dataset = studio.dataset("short", SHORT)
    job = studio.enqueue(dataset, WITHOUT)
    rows = studio.folder(job).input / "rows.parquet"
    whole = rows.read_bytes()
    rows.write_bytes(whole[: len(whole) // 2])
    studio.start_worker()
    failed = studio.wait(job, "failed")
    assert "A file of this job is missing or damaged. Start the job again" in failed.error
    assert "Failed." in failed.log_tail and "Traceback" not in failed.log_tail
    assert failed_scoring(studio.client, dataset) == dict.fromkeys(WITHOUT, failed.error)
    rows.write_bytes(whole)
    studio.client.retry(job)
    assert studio.wait(job, "done").error == ""
    assert failed_scoring(studio.client, dataset) == {}


def test_a_model_that_can_not_be_had_is_told_in_one_sentence_and_a_mend(served: Studio) -> None:
    job = served.enqueue(served.dataset("paper", OTHERS[40:42]), ["perplexity"], "paper")
    failed = served.wait(job, "failed")
    assert "llama" in failed.error.lower()
    assert "\n" not in failed.error and "Traceback" not in failed.log_tail and len(failed.error) < 400
    assert "mistake" not in failed.error


def test_a_dataset_deleted_meanwhile_harms_nobody(studio: Studio) -> None:
    studio.make_queue()
    gone, kept = studio.dataset("gone", SHORT), studio.dataset("kept", SHORT[:2])
    job = studio.enqueue(gone, ["mtld"])
    studio.store.datasets.delete(gone)
    studio.start_worker()
    studio.wait(job, "done")
    studio.client.take_in(studio.store)
    assert [key for key, _, _ in studio.scores(kept)] == sorted(row.key for row in SHORT[:2])


@pytest.mark.skipif(os.name != "posix", reason="the app kills itself by a signal")
def test_an_app_killed_after_taking_results_in_takes_none_twice(studio: Studio) -> None:
    studio.make_queue()
    dataset = studio.dataset("short", SHORT)
    job = studio.enqueue(dataset, WITHOUT)
    studio.start_worker()
    studio.wait(job, "done")
    studio.store.close()
    app = subprocess.run(
        [sys.executable, "-c", TAKES_IN_AND_DIES, str(studio.paths.store), str(studio.folder(job).path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert (app.returncode, app.stdout) == (-signal.SIGKILL, f"{len(SHORT) * len(WITHOUT)}\n")
    studio.store = type(studio.store).open(studio.paths.store)
    assert studio.folder(job).parts.exists()
    again = JobClient(studio.paths)
    assert again.take_in(studio.store) == 0
    assert not studio.folder(job).parts.exists()
    assert len(studio.scores(dataset)) == len(SHORT) * len(WITHOUT)


def test_results_wait_for_the_app_and_come_in_as_they_are_made(studio: Studio) -> None:
    studio.make_queue()
    job = studio.enqueue(studio.dataset("many", MANY), WITHOUT, chunk_rows=1)
    studio.start_worker()
    studio.wait_for_parts(job, 3)
    early = studio.client.take_in(studio.store)
    assert early >= 3 * len(WITHOUT)
    studio.client.close()
    studio.client = JobClient(studio.paths)  # the app is opened anew
    studio.wait(job, "done")
    assert early + studio.client.take_in(studio.store) == len(MANY) * len(WITHOUT)


def test_no_worker_ever_is_told_with_the_way_to_start_one(studio: Studio) -> None:
    client, dataset = JobClient(studio.paths, patience_seconds=0.0), studio.dataset("short", SHORT)
    assert client.jobs() == []
    with pytest.raises(JobError, match="No worker") as told:
        enqueue_scoring(client, studio.store, dataset, studio.keys(dataset, WITHOUT), "embedded")
    assert "python start.py" in told.value.mend
    assert not any(path.is_dir() for path in studio.paths.jobs.glob("*"))


def test_a_full_disk_fails_in_words_and_a_retry_goes_on(small_disk: Path, models_dir: Path) -> None:
    studio = Studio(small_disk / "data", models_dir)
    try:
        studio.make_queue()
        dataset = studio.dataset("many", MANY)
        job = studio.enqueue(dataset, WITHOUT, chunk_rows=1)
        studio.start_worker()
        studio.wait_for_parts(job, 5)
        filler = small_disk / "filler"
        fill(filler)
        failed = studio.wait(job, "failed")
        assert "No space left on the disk." in failed.error and "retry" in failed.error
        assert "mistake" not in failed.error
        finished = part_identities(studio.folder(job))
        assert 5 <= len(finished) < len(MANY)

        filler.unlink()
        studio.client.retry(job)
        studio.wait(job, "done")
        assert finished.items() <= part_identities(studio.folder(job)).items()
        assert studio.client.take_in(studio.store) == len(MANY) * len(WITHOUT)
        assert len(studio.scores(dataset)) == len(MANY) * len(WITHOUT)
    finally:
        studio.close()


def test_no_space_for_a_new_job_is_told_and_leaves_nothing(small_disk: Path, models_dir: Path) -> None:
    studio = Studio(small_disk / "data", models_dir)
    try:
        studio.make_queue()
        dataset = studio.dataset("many", MANY)
        before = sorted(studio.paths.jobs.iterdir())
        fill(small_disk / "filler")
        with pytest.raises(StoreError, match="No space left"):
            enqueue_scoring(studio.client, studio.store, dataset, studio.keys(dataset, WITHOUT), "embedded")
        assert sorted(studio.paths.jobs.iterdir()) == before
        (small_disk / "filler").unlink()
        assert studio.enqueue(dataset, WITHOUT)
    finally:
        studio.close()


def fill(file: Path) -> None:
    """Write until the disk is full."""
    with pytest.raises(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4_096))
