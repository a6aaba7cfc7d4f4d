"""Many jobs in the list: what the Jobs page and `python -m jobs list jobs` take.

    python -m benchmarks.faults_many_jobs [--jobs 500]

Jobs of scoring that have ended, in the queue's own tables and with their folders as a worker leaves them. Processor
time of this process beside time on the clock, as the computer may have other things to do; the median of five.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.faults_operations import MODELS
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.paths import PROJECT
from jobs.queue.folder import JobFolder, JobState
from jobs.queue.rebuild import _tell_ended
from jobs.queue.settings import database_url
from jobs.queue.work import SUCCESS, QueuedWork
from jobs.scoring.kind import KIND
from jobs.scoring.spec import ScoringSpec
from tests.jobs.studio import Studio

TIMES = 5


def make_jobs(folder: Path, count: int) -> None:
    """A data folder with so many jobs that have ended."""
    studio = Studio(folder, MODELS)
    studio.make_queue()
    key = scorer_key("output_words", profile("embedded"), "")
    spec = ScoringSpec(
        title="Score rows",
        dataset_id=1,
        dataset_name="rows",
        dataset_rows=1_000,
        rows=1_000,
        profile="embedded",
        scorers=(key,),
        pool_fingerprint="",
        embedding_model="",
    ).as_dict()
    ended = []
    for number in range(count):
        job = JobFolder(
            studio.paths.jobs / f"20260101-{number // 3600:02d}{number // 60 % 60:02d}{number % 60:02d}-abcdef"
        )
        job.create()
        job.write_spec({**spec, "title": f"Score rows {number}"})
        studio.client.enqueue(job, KIND)
        for _ in range(5):
            job.log("Started: output_words; 1,000 rows in 1 steps.")
        job.write_state(JobState("done", 1_000, 1_000))
        job.drop_data()
        moment = 1_767_225_600.0 + number
        ended.append(QueuedWork(KIND.workflow, KIND.queue, job.job_id, (job.job_id,), SUCCESS, moment, moment + 1))
    _tell_ended(database_url(studio.paths, ""), ended)
    studio.close()


def timed(work: Callable[[], object]) -> str:
    """Seconds of processor time and on the clock, the median of several; the first time is not counted."""
    work()
    taken = []
    for _ in range(TIMES):
        processor, clock = time.process_time(), time.perf_counter()
        work()
        taken.append((time.process_time() - processor, time.perf_counter() - clock))
    return " | ".join(f"{statistics.median(each):.3f}" for each in zip(*taken, strict=True))


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--jobs", type=int, default=500)
    asked = lines.parse_args()
    print(f"| of {asked.jobs} jobs | processor, s | clock, s |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="many-jobs-") as folder:
        data = Path(folder) / "data"
        make_jobs(data, asked.jobs)
        os.environ["STUDIO_DATA"] = str(data)
        from streamlit.testing.v1 import AppTest, app_test
        from streamlit.util import calc_hash

        from tests.pages.conftest import NavigatedPages

        app_test.PagesManager = NavigatedPages
        page = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120)
        page._page_hash = calc_hash("jobs")
        print(f"| the Jobs page, drawn again | {timed(page.run)} |", flush=True)
        shown = sum("Score rows" in each.value for each in page.markdown)
        assert shown and not page.exception
        print(f"  ({shown} of them are shown)")
        from pages.components.workspace import studio

        with studio() as opened:
            print(f"| the list, as every second | {timed(opened.jobs.all)} |", flush=True)
            print(f"| results taken in, as every second | {timed(opened.jobs.take_in)} |", flush=True)
        for what in ("worker", "jobs"):
            print(f"| {command_line(what)} |", flush=True)
    return 0


def command_line(what: str) -> str:
    """What `list` takes, in a process of its own."""
    began, used = time.perf_counter(), os.times()
    said = subprocess.run(
        [sys.executable, "-m", "jobs", "list", what], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    now = os.times()
    processor = now.children_user + now.children_system - used.children_user - used.children_system
    shown = said.count("Score rows")
    return (
        f"list {what} ({shown} jobs shown), a process of its own | {processor:.3f} | {time.perf_counter() - began:.3f}"
    )


if __name__ == "__main__":
    sys.exit(main())
