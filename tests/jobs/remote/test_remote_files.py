"""Results that travel through a remote folder: fsspec's own local file system, and a real S3 server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import JobError
from core.finetune.checkpoints import seal
from jobs.experiments.folder import ExperimentFolder
from jobs.queue.folder import PAUSED, SPEC, JobFolder, JobState
from jobs.remote.arrivals import _arriving
from jobs.remote.courier import RemoteCourier
from jobs.remote.files import FilesUnreachable, RemoteFiles
from jobs.remote.mirror import Mirror
from tests import s3


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with s3.running() as address, pytest.MonkeyPatch.context() as patch:
        for name, value in {**s3.KEYS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        yield f"s3://{s3.BUCKET}/studio"


@pytest.fixture(params=["file", "s3"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> RemoteFiles:
    url = request.getfixturevalue("s3_url") if request.param == "s3" else (tmp_path / "remote").as_uri()
    files = RemoteFiles(f"{url}/{tmp_path.name}")
    files.remove("")
    return files


@pytest.fixture
def here(tmp_path: Path) -> JobFolder:
    """A job's folder with a set in it, on the machine where it is worked on."""
    folder = JobFolder(tmp_path / "here" / "20260101-000000-abcdef")
    folder.create()
    folder.write_spec({"kind": "test"})
    JobFolder(folder.path / "sets" / "0001").path.mkdir(parents=True)
    return folder


@pytest.fixture
def there(tmp_path: Path, here: JobFolder) -> JobFolder:
    """The folder of the same job on another machine."""
    folder = JobFolder(tmp_path / "there" / here.job_id)
    folder.path.mkdir(parents=True)
    return folder


def everything(path: str) -> bool:
    return True


def names(folder: JobFolder) -> set[str]:
    return {file.relative_to(folder.path).as_posix() for file in folder.path.rglob("*") if file.is_file()}


def test_files_are_written_listed_read_and_removed(remote: RemoteFiles) -> None:
    assert remote.list("a") == {}
    assert remote.read("a/b.txt") is None
    remote.write("a/b.txt", b"one")
    remote.write("a/c/d.txt", b"three")
    found = remote.list("a")
    assert {path: about.size for path, about in found.items()} == {"a/b.txt": 3, "a/c/d.txt": 5}
    assert remote.read("a/c/d.txt") == b"three"
    assert remote.exists("a/b.txt") and not remote.exists("a/e.txt")
    remote.write("a/b.txt", b"two")
    assert remote.read("a/b.txt") == b"two"
    assert remote.list("a")["a/b.txt"].mark != found["a/b.txt"].mark
    remote.remove("a")
    remote.remove("a")
    assert remote.list("a") == {}


def test_what_is_new_arrives_and_only_sealed_checkpoints_travel(
    remote: RemoteFiles, here: JobFolder, there: JobFolder
) -> None:
    one_set = JobFolder(here.path / "sets" / "0001")
    for name in ("checkpoint-5", "checkpoint-9"):
        (one_set.path / "checkpoints" / name).mkdir(parents=True)
        (one_set.path / "checkpoints" / name / "adapter.bin").write_bytes(b"weights")
    seal(one_set.path / "checkpoints" / "checkpoint-5")
    one_set.log("begun")
    sending, arriving = Mirror(remote), Mirror(remote)
    sending.send(here, everything)
    arriving.fetch(there, everything)
    unsealed = {"sets/0001/checkpoints/checkpoint-9/adapter.bin"}
    assert names(there) == names(here) - unsealed

    one_set.log("gone on")
    seal(one_set.path / "checkpoints" / "checkpoint-9")
    for old in (one_set.path / "checkpoints" / "checkpoint-5").iterdir():
        old.unlink()
    sending.send(here, everything)
    newcomer = JobFolder(there.path.parent / "other" / here.job_id)
    newcomer.path.mkdir(parents=True)
    Mirror(remote).fetch(newcomer, everything)
    assert names(newcomer) == names(here)
    arriving.fetch(there, everything)
    assert (there.path / "sets/0001/log.txt").read_text() == one_set.log_file.read_text()


def test_a_state_that_arrives_tells_of_nothing_that_has_not(
    remote: RemoteFiles, here: JobFolder, there: JobFolder
) -> None:
    """A worker that writes its last part and then that it is done, between one's listing and one's reading."""
    sending = Mirror(remote)
    here.write_state(JobState("scoring"))
    sending.send(here, everything)

    class Late(RemoteFiles):
        def read(self, path: str) -> bytes | None:
            if path.endswith("progress.json"):
                (here.parts / "last.parquet").write_bytes(b"part")
                here.write_state(JobState("done"))
                sending.send(here, everything)
            return super().read(path)

    Mirror(Late(remote.url)).fetch(there, everything)
    assert there.state().stage == "done"
    assert [part.name for part in there.finished_parts()] == ["last.parquet"]


def test_a_pause_by_a_worker_is_the_owners_from_then_on_who_alone_ends_it(
    remote: RemoteFiles, here: JobFolder, there: JobFolder
) -> None:
    theirs, own, owner = ExperimentFolder(here), ExperimentFolder(there), Mirror(remote)
    owner.send(here, lambda path: path == SPEC)
    theirs.pause("The worker was killed twice.")
    courier = RemoteCourier(Mirror(remote), here, 1, patience_seconds=0.0)
    courier.deliver()
    courier.hand_over(PAUSED)
    owner.fetch(there, _arriving)
    assert own.why_paused == "The worker was killed twice." and not theirs.paused
    own.unpause()
    remote.remove(f"{here.job_id}/{PAUSED}")
    courier.deliver()
    owner.fetch(there, _arriving)
    assert not own.paused


def test_a_line_written_here_is_not_lost_when_an_older_log_arrives(
    remote: RemoteFiles, here: JobFolder, there: JobFolder
) -> None:
    here.log("from the worker")
    Mirror(remote).send(here, everything)
    arriving = Mirror(remote)
    arriving.fetch(there, everything)
    there.log("from the user")
    again = there.log_file.read_text()
    Mirror(remote).fetch(there, everything)
    assert there.log_file.read_text() == again


def test_an_unreachable_folder_is_told_in_the_log_and_loses_nothing(tmp_path: Path, here: JobFolder) -> None:
    root = tmp_path / "remote"
    remote = RemoteFiles(root.as_uri())
    remote.write("workers/worker-one.json", b"{}")
    Mirror(remote).send(here, everything)
    (here.parts / "scores-1.parquet").write_bytes(b"part")
    root.rename(tmp_path / "away")
    mirror = Mirror(remote)
    courier = RemoteCourier(mirror, here, None, patience_seconds=1.5)
    with pytest.raises(FilesUnreachable, match="Then retry") as told:
        courier.deliver()
    assert root.as_uri() in str(told.value)
    assert "is empty" in here.log_tail() and here.log_tail().count("\n") == 1
    (tmp_path / "away").rename(root)
    courier.deliver()
    assert remote.read(f"{here.job_id}/parts/scores-1.parquet") == b"part"


def test_a_job_removed_by_its_owner_is_not_made_anew_by_its_worker(tmp_path: Path, here: JobFolder) -> None:
    remote = RemoteFiles((tmp_path / "remote").as_uri())
    remote.write("workers/worker-one.json", b"{}")
    mirror = Mirror(remote)
    mirror.send(here, everything)
    mirror.forget(here)
    here.log("Stopped: cancelled.")
    RemoteCourier(mirror, here, None, patience_seconds=0.0).deliver()
    assert remote.list(here.job_id) == {}


@pytest.mark.parametrize(("url", "package"), [("sftp://host/folder", "paramiko"), ("gs://bucket/folder", "gcsfs")])
def test_a_protocol_whose_package_is_missing_is_told_with_its_name(url: str, package: str) -> None:
    with pytest.raises(JobError, match=f"pip install {package}"):
        RemoteFiles(url)


@pytest.mark.parametrize("url", ["studio", "nonsense://folder"])
def test_an_address_that_means_nothing_is_refused(url: str) -> None:
    with pytest.raises(JobError, match="is not the URL"):
        RemoteFiles(url)
    assert not os.path.exists(url)  # noqa: PTH110
