"""The folder of a job: every file in it is there whole, or not at all."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.errors import JobError, StorageFull
from core.files import UNFINISHED
from core.paths import PROJECT
from jobs.queue.folder import JobFolder, JobState, job_file, job_folder, raising_storage_full
from tests.small_disk import fill

KILLED_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from jobs.queue.folder import job_file
with job_file(Path(sys.argv[1])) as partial:
    partial.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""

NO_ROOM = """
import resource, sys
from pathlib import Path
from core.errors import StorageFull
from jobs.queue.folder import job_file
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with job_file(Path(sys.argv[1])) as partial:
        partial.write_bytes(bytes(5000))
except StorageFull as error:
    print(error)
"""


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    folder = JobFolder(tmp_path / "20260101-000000-abcdef")
    folder.create()
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run(code: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, str(path)], cwd=PROJECT, capture_output=True, text=True)


def test_a_file_replaces_the_one_before_it(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        with job_file(tmp_path / "file") as partial:
            partial.write_bytes(content)
    assert (tmp_path / "file").read_bytes() == b"second"
    assert names(tmp_path) == ["file"]


def test_a_writer_that_fails_leaves_the_file_before_it_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"whole")

    with pytest.raises(RuntimeError, match="in the middle"), job_file(tmp_path / "file") as partial:
        partial.write_bytes(b"half")
        raise RuntimeError("in the middle")
    assert (tmp_path / "file").read_bytes() == b"whole"
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_writer_killed_half_way_leaves_the_file_before_it_and_a_leftover_that_is_cleared(folder: JobFolder) -> None:
    (folder.parts / "scores-00000.parquet").write_bytes(b"whole")
    assert run(KILLED_HALF_WAY, folder.parts / "scores-00000.parquet").returncode == -signal.SIGKILL
    assert (folder.parts / "scores-00000.parquet").read_bytes() == b"whole"
    assert [part.name for part in folder.finished_parts()] == ["scores-00000.parquet"]
    assert any(name.startswith(UNFINISHED) for name in names(folder.parts))
    folder.remove_unfinished()
    assert names(folder.parts) == ["scores-00000.parquet"]


@pytest.mark.skipif(os.name != "posix", reason="limits of file sizes are a matter of POSIX")
def test_no_room_for_a_file_is_told_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    told = run(NO_ROOM, tmp_path / "file").stdout
    assert "No space left on the disk." in told and str(tmp_path) in told and "retry" in told
    assert names(tmp_path) == []


def test_a_reader_beside_a_writer_never_sees_half_a_state(folder: JobFolder) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            folder.write_state(JobState(done=number, total=number, message="x" * (number % 5_000)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not (folder.path / "progress.json").exists():
            pass
        for _ in range(2_000):
            content = json.loads((folder.path / "progress.json").read_text("utf-8"))
            assert content["done"] == content["total"]
    finally:
        stop.set()
        writer.join()


def test_a_state_comes_back_as_it_was_written(folder: JobFolder) -> None:
    state = JobState("scoring", 3, 10, rate=1.5, eta_seconds=4.7, message="Reading – 読む", error="")
    folder.write_state(state)
    assert folder.state() == state


def test_a_state_that_is_not_there_or_damaged_is_the_beginning(folder: JobFolder) -> None:
    assert folder.state() == JobState()
    for damage in ("", "{", "[]", '{"unheard_of": 1}'):
        (folder.path / "progress.json").write_text(damage)
        assert folder.state() == JobState()


def test_a_damaged_specification_is_told(folder: JobFolder) -> None:
    for damage in ("", "{", "[1, 2]"):
        (folder.path / "spec.json").write_text(damage)
        with pytest.raises(JobError, match="missing or damaged") as told:
            folder.spec()
        assert told.value.where == str(folder.path)


def test_the_tail_of_a_long_log_is_short_and_ends_with_the_last_line(folder: JobFolder) -> None:
    assert folder.log_tail() == ""
    for number in range(500):
        folder.log(f"step {number} – gemacht")
    tail = folder.log_tail()
    assert len(tail.encode()) <= 4_000 + 3  # a character cut in half becomes a mark of three bytes
    assert tail.splitlines()[-1].endswith("step 499 – gemacht")


def test_parts_come_in_order_without_what_is_unfinished(folder: JobFolder) -> None:
    for name in ("scores-00010.parquet", "scores-00002.parquet", f"{UNFINISHED}abc", "notes.txt"):
        (folder.parts / name).touch()
    assert [part.name for part in folder.finished_parts()] == ["scores-00002.parquet", "scores-00010.parquet"]


def test_dropping_the_data_keeps_specification_and_log(folder: JobFolder) -> None:
    folder.write_spec({"kind": "score"})
    folder.log("Done.")
    folder.drop_data()
    assert names(folder.path) == ["log.txt", "spec.json"]
    assert folder.finished_parts() == []


@pytest.mark.parametrize("job_id", ["..", "a/b", "../x", "", "a b", "x" * 65, "C:\\x", "a\n"])
def test_an_id_never_leads_out_of_the_folder_of_jobs(tmp_path: Path, job_id: str) -> None:
    with pytest.raises(JobError, match="Job not found"):
        job_folder(tmp_path, job_id)


def test_a_folder_of_a_full_disk_is_told(small_disk: Path) -> None:
    filler = small_disk / "filler"
    with pytest.raises(OSError), filler.open("wb") as file:
        while True:
            file.write(bytes(100_000))
            file.flush()
    folder = JobFolder(small_disk / "job")
    with pytest.raises(StorageFull):
        folder.create()
        folder.write_spec({"text": "x" * 100_000})
    filler.unlink()
    folder.write_spec({"text": "x"})
    assert folder.spec() == {"text": "x"}


def _save_with_torch(folder: Path) -> None:
    torch.save({"moments": torch.zeros(100_000)}, folder / "optimizer.pt")


def _save_as_safetensors(folder: Path) -> None:
    save_file({"weights": torch.zeros(100_000)}, folder / "adapter_model.safetensors")


def _copy(folder: Path) -> None:
    (folder.parent / "adapter").mkdir()
    (folder.parent / "adapter" / "weights").write_bytes(bytes(100_000))
    shutil.copytree(folder.parent / "adapter", folder / "copy")


def _commit_to_sqlite(folder: Path) -> None:
    with sqlite3.connect(folder / "jobs.sqlite") as queue:
        queue.execute("CREATE TABLE jobs AS SELECT zeroblob(100000) AS spec")


@pytest.mark.parametrize("write", [_save_with_torch, _save_as_safetensors, _copy, _commit_to_sqlite])
def test_a_full_disk_is_told_whichever_library_writes(write: Callable[[Path], None], small_disk: Path) -> None:
    fill(small_disk / "filler", leaving=40_960)
    with pytest.raises(StorageFull, match="No space left"), raising_storage_full(small_disk):
        write(small_disk)


def test_other_faults_of_writing_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), raising_storage_full(tmp_path):
        (tmp_path / "not there" / "file").write_text("x")
