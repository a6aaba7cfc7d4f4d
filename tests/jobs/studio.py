"""A data folder with store and client, and a real worker process that can be started, stopped and killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from core.indicators.base import ScorerKey
from core.indicators.scoring import scorer_key
from core.models.precision import chosen_precision, in_precision
from core.models.profiles import profile
from core.paths import DEMO, PROJECT, StudioPaths
from core.rows.row import Row
from core.store import Store
from jobs.client import JobClient
from jobs.queue.folder import JobFolder
from jobs.queue.job import Job
from jobs.scoring.enqueue import enqueue_scoring
from jobs.scoring.spec import ScoringSpec
from tests.scored_store import add_dataset
from tests.worker_forks import MAIN, ForkedWorker, WorkerForks

PATIENCE_SECONDS = 120.0


def demo_rows() -> list[Row]:
    """All rows of the demo data, short ones first."""
    lines = [line for name in ("forum", "handbook", "scrape") for line in (DEMO / f"{name}.jsonl").open("rb")]
    rows = {row.key: row for row in (Row(d["instruction"], d["input"], d["output"]) for d in map(json.loads, lines))}
    return sorted(rows.values(), key=lambda row: len(row.prompt) + len(row.output))


WITH_MODELS = ["perplexity", "knn_distance", "output_length", "mtld"]
WITHOUT = ["input_words", "output_words", "mtld"]
SHORT, MANY, OTHERS = demo_rows()[:8], demo_rows()[20:80], demo_rows()[80:]


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for a condition, looking again the later the more a look costs: the worker needs the processor.

    Raises:
        AssertionError: it has not come true in time.
    """
    end = time.monotonic() + seconds
    while True:
        began = time.thread_time()
        if condition():
            return
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(min(0.005 + 10 * (time.thread_time() - began), 0.2))


class Studio:
    """One data folder and who works on it."""

    def __init__(
        self, root: Path, models: Path, ran_once: Path | None = None, forks: WorkerForks | None = None
    ) -> None:
        """Make the folder.

        Args:
            models: the folder with the converted model.
            ran_once: a data folder whose queue `make_queue` copies, so that no worker need make one.
            forks: of which workers are forks, so that they need not import anything.
        """
        self._ran_once, self._forks = ran_once, forks
        root.mkdir(parents=True, exist_ok=True)
        try:
            (root / "models").symlink_to(models, target_is_directory=True)
        except OSError:  # Windows lets few users make one
            shutil.copytree(models, root / "models")
        self.paths = StudioPaths(root)
        self.store = Store.open(self.paths.store)
        self.client = JobClient(self.paths)
        self.url = ""
        self.worker: ForkedWorker | subprocess.Popen[bytes] | None = None

    def start_worker(self) -> "ForkedWorker | subprocess.Popen[bytes]":
        """Start a worker; it may take a second until it takes jobs."""
        log = self.paths.root / "worker.log"
        self.worker = start_worker(log, self._forks, STUDIO_DATA=str(self.paths.root))
        return self.worker

    def kill_worker(self) -> None:
        """Kill the worker where it is: it has no say in the matter."""
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()

    def stop_worker(self) -> int:
        """Ask the worker to stop; its exit code."""
        assert self.worker is not None
        self.worker.send_signal(signal.SIGTERM)
        return self.worker.wait(30)

    def make_queue(self) -> None:
        """Leave the folder as a worker does that ran for as long as it takes to make the queue's tables."""
        if self._ran_once is not None:
            copy_queue(self._ran_once, self.paths.root)
            return
        self.start_worker()
        until(lambda: self.client.worker_alive().alive, "a worker lives")
        self.stop_worker()

    def close(self) -> None:
        if self.worker is not None and self.worker.poll() is None:
            self.kill_worker()
        self.client.close()
        self.store.close()

    def dataset(self, name: str, rows: Sequence[Row]) -> int:
        return add_dataset(self.store, name, rows).dataset_id

    def enqueue(
        self, dataset_id: int, indicators: list[str], profile_name: str = "embedded", chunk_rows: int | None = None
    ) -> str:
        """Enqueue a job; `chunk_rows` cuts it smaller than usual and asks that no worker runs yet."""
        job_id = enqueue_scoring(
            self.client, self.store, dataset_id, self.keys(dataset_id, indicators, profile_name), profile_name
        )
        assert job_id is not None
        if chunk_rows is not None:
            assert self.worker is None or self.worker.poll() is not None
            folder = self.folder(job_id)
            folder.write_spec(replace(ScoringSpec.from_dict(folder.spec()), chunk_rows=chunk_rows).as_dict())
        return job_id

    def keys(self, dataset_id: int, indicators: Sequence[str], profile_name: str = "embedded") -> list[ScorerKey]:
        """Of scores in the precision that computes here."""
        models = in_precision(profile(profile_name), chosen_precision("auto"))
        dataset = self.store.datasets.get(dataset_id)
        return [scorer_key(name, models, dataset.fingerprint) for name in indicators]

    def folder(self, job_id: str) -> JobFolder:
        return JobFolder(self.paths.jobs / job_id)

    def job(self, job_id: str) -> Job:
        return next(job for job in self.client.jobs() if job.id == job_id)

    def wait(self, job_id: str, status: str) -> Job:
        """Wait until a job has a status."""

        def reached() -> bool:
            job = self.job(job_id)
            assert job.status in ("queued", "running", status), f"{job.status}: {job.error}\n{job.log_tail}"
            return job.status == status

        until(reached, f"{job_id} is {status}")
        return self.job(job_id)

    def wait_for_parts(self, job_id: str, number: int) -> None:
        """Wait until a job has finished so many parts."""
        folder = self.folder(job_id)
        until(lambda: len(folder.finished_parts()) >= number, f"{number} parts of {job_id}")

    def scores(self, dataset_id: int) -> list[tuple[str, str, float | None]]:
        """What the store holds of a dataset's rows; see `stored_scores`."""
        self.store.close()
        found = stored_scores(self.paths.store, dataset_id)
        self.store = Store.open(self.paths.store)
        return found


def start_worker(
    log: Path, forks: WorkerForks | None, code: str = MAIN, **environment: str
) -> "ForkedWorker | subprocess.Popen[bytes]":
    """Start a worker that runs this code, as a fork where there is one to fork from."""
    if forks is not None:
        return forks.start(log, code, **environment)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-c", code], cwd=PROJECT, env={**os.environ, **environment}, stderr=output
        )


def copy_queue(ran_once: Path, root: Path) -> None:
    """Give a data folder the queue of another one, on which nobody works any more."""
    root.joinpath("jobs").mkdir(exist_ok=True)
    for file in ran_once.glob("jobs.sqlite*"):
        shutil.copy(file, root / file.name)
    shutil.copy(ran_once / "jobs" / "worker.json", root / "jobs" / "worker.json")


def stored_scores(store: Path, dataset_id: int) -> list[tuple[str, str, float | None]]:
    """What a store that nobody holds has of a dataset's rows, in order: key, indicator, value.

    A doubled score stands twice.
    """
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(
            """
            SELECT replace(key::VARCHAR, '-', ''), indicator, value
            FROM dataset_rows JOIN rows USING (row_id) JOIN scores USING (row_id) JOIN scorers USING (scorer_id)
            WHERE dataset_id = ? ORDER BY ALL
            """,
            [dataset_id],
        ).fetchall()


def part_identities(folder: JobFolder) -> dict[str, tuple[int, int]]:
    """Which file each finished part is: one that is written again has another identity."""
    return {part.name: (part.stat().st_ino, part.stat().st_mtime_ns) for part in folder.finished_parts()}
