"""Machines that share no folder: workers and owner with data folders of their own, results through a remote one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.paths import PROJECT, StudioPaths
from jobs.client import JobClient
from jobs.experiments.experiments import Experiments
from jobs.queue.folder import JobFolder
from jobs.remote.files import RemoteFiles
from tests import postgres, s3
from tests.jobs.experiments.test_experiments import WHOLE, job_of, losses, sets_of, wait, wanted
from tests.jobs.studio import MANY, WITHOUT, Studio, start_worker, until
from tests.worker_forks import ForkedWorker, WorkerForks

# Takes another worker for dead sooner than usual, and keeps a checkpoint of every step, so that the test need not wait.
HASTY = """
from core.finetune import run
from jobs import worker
run.CHECKPOINT_SECONDS = 0.0
worker.LOST_SECONDS = 12.0
raise SystemExit(worker.main())
"""


@dataclass(frozen=True)
class Machine:
    """A worker on a machine of its own."""

    paths: StudioPaths
    process: "ForkedWorker | subprocess.Popen[bytes]"

    def one_set(self, job_id: str, number: int) -> JobFolder:
        return JobFolder(self.paths.work / job_id / "sets" / f"{number:04d}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Distributed:
    """The owner, its queue and remote folder, and the machines that work for it."""

    def __init__(self, root: Path, models: Path, queue_url: str, files_url: str, forks: WorkerForks | None) -> None:
        self._forks = forks
        self.owner = Studio(root / "owner", models)
        self.owner.client = JobClient(self.owner.paths, queue_url, files_url=files_url)
        self.files = RemoteFiles(files_url)
        self._environment = {"STUDIO_JOBS_URL": queue_url, "STUDIO_JOBS_FILES": files_url}
        self._root, self._models = root, models
        self.machines: list[Machine] = []

    def start(self, name: str) -> Machine:
        paths = StudioPaths(self._root / name)
        paths.root.mkdir()
        paths.models.symlink_to(self._models, target_is_directory=True)
        environment = {**self._environment, "STUDIO_DATA": str(paths.root), "STUDIO_WORKER": name}
        process = start_worker(paths.root / "worker.log", self._forks, HASTY, **environment)
        self.machines.append(Machine(paths, process))
        return self.machines[-1]

    def close(self) -> None:
        for each in self.machines:
            each.kill()
        self.owner.close()


@pytest.fixture(scope="module")
def queue_url() -> Iterator[str]:
    with postgres.running() as url:
        yield url


@pytest.fixture
def s3_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with s3.running() as address:
        for name, value in {**s3.KEYS, "AWS_ENDPOINT_URL": address}.items():
            monkeypatch.setenv(name, value)
        yield address


@pytest.fixture
def on_s3(
    tmp_path: Path, models_dir: Path, queue_url: str, s3_address: str, forks: WorkerForks | None
) -> Iterator[Distributed]:
    distributed = Distributed(tmp_path, models_dir, queue_url, f"s3://{s3.BUCKET}/jobs", forks)
    yield distributed
    distributed.close()


@pytest.fixture
def on_files(tmp_path: Path, models_dir: Path, queue_url: str, forks: WorkerForks | None) -> Iterator[Distributed]:
    distributed = Distributed(tmp_path, models_dir, queue_url, (tmp_path / "remote").as_uri(), forks)
    yield distributed
    distributed.close()


def steps(folder: JobFolder) -> list[int]:
    return [json.loads(line)["step"] for line in (folder.path / "curve.jsonl").read_text().splitlines()]


def test_a_worker_goes_on_from_the_checkpoint_of_one_that_was_killed_on_another_machine(on_s3: Distributed) -> None:
    owner, experiments = on_s3.owner, Experiments(on_s3.owner.client)
    (rows,) = sets_of(owner, rows=16, count=1)
    alike = [replace(rows, name=name) for name in ("undisturbed", "disturbed")]
    first = on_s3.start("first")
    until(lambda: owner.client.worker_alive().alive, "the first worker's heart beats here too")
    job_id = job_of(owner, experiments.start(owner.store, wanted(alike, tuning=WHOLE)))
    checkpoints = f"{job_id}/sets/0002/checkpoints"
    until(lambda: sealed(on_s3.files, checkpoints), "a checkpoint of the second set has arrived", seconds=400)
    first.kill()
    assert [each.status for each in experiments.state(job_id).sets[1:]] == ["done", "running"]
    second = on_s3.start("second")
    wait(experiments, job_id, "done", seconds=400)

    log = second.one_set(job_id, 2).log_tail()
    assert "Resumes from step" in log
    assert log.count("Tuning on") == 2  # the first worker's lines came along
    measured = losses(owner, job_id)
    assert measured[2] == measured[1] != measured[0]
    assert steps(experiments.adapter(job_id, 2)) == steps(experiments.adapter(job_id, 1)) == list(range(1, 9))
    adapters = [experiments.adapter(job_id, n).path / "adapter" / "adapter_model.safetensors" for n in (1, 2)]
    assert adapters[0].read_bytes() == adapters[1].read_bytes()
    assert on_s3.files.list(checkpoints) == {}


def sealed(files: RemoteFiles, checkpoints: str) -> bool:
    return any(path.endswith("/seal.json") for path in files.list(checkpoints))


def test_scores_arrive_and_a_removed_experiment_is_gone_everywhere(on_files: Distributed) -> None:
    owner = on_files.owner
    on_files.start("only")
    until(lambda: owner.client.worker_alive().alive, "the worker's heart beats here too")
    dataset = owner.dataset("many", MANY[:20])
    job = owner.enqueue(dataset, WITHOUT)
    owner.wait(job, "done")
    assert owner.client.take_in(owner.store) == 20 * len(WITHOUT)
    assert len(owner.scores(dataset)) == 20 * len(WITHOUT)
    assert {path.split("/")[1] for path in on_files.files.list(job)} == {"spec.json", "log.txt", "progress.json"}

    experiments = Experiments(owner.client)
    number = experiments.start(owner.store, replace(wanted(sets_of(owner, rows=4, count=1)), priority=1))
    job_id = job_of(owner, number)
    experiments.pause(job_id)
    assert f"{job_id}/paused" in on_files.files.list(job_id)
    experiments.resume(job_id)
    assert f"{job_id}/paused" not in on_files.files.list(job_id)
    experiments.remove(owner.store, number)
    assert on_files.files.list(job_id) == {}


def test_a_worker_that_lacks_what_speaks_to_the_folder_says_so_and_ends(tmp_path: Path) -> None:
    environment = {**os.environ, "STUDIO_DATA": str(tmp_path), "STUDIO_JOBS_FILES": "sftp://host/folder"}
    ended = subprocess.run(
        [sys.executable, "-m", "jobs.worker"], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "pip install paramiko" in ended.stderr and "Traceback" not in ended.stderr
