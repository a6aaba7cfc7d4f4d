"""Damage to the database's own files: told before anything is written, and undone by what is offered."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StoreDamaged
from core.rows.row import Row
from core.store import Store, connection
from core.store.commits import commit_file, kept_commit, log_of
from core.store.examine import Damage, damage_of
from core.store.rescue import go_on_with_rest, set_aside
from tests.started import until

CHANGES = 30
CHECKPOINT_AT = 10
KILLED = f"""
import os, signal, sys
from pathlib import Path
from core.store import Store
store = Store.open(Path(sys.argv[1]))
for number in range({CHANGES}):
    store.settings.set(f"setting {{number}}", number)
    if number == {CHECKPOINT_AT}:
        store.connection.checkpoint()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database whose owner was killed: the first changes are in the file, the others in its log."""
    path = tmp_path_factory.mktemp("killed") / "studio.duckdb"
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)]).returncode == -signal.SIGKILL
    assert log_of(path).stat().st_size > 1000
    return path


def laid(killed: Path, folder: Path) -> Path:
    """A copy of it in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (killed, log_of(killed), commit_file(killed)):
        shutil.copy(file, folder / file.name)
    return folder / killed.name


def changes(path: Path) -> int:
    """How many of the changes an opened store has, which have to be the first ones."""
    with Store.open(path) as store:
        found = [store.settings.get(f"setting {number}") for number in range(CHANGES)]
    there = [number for number, each in enumerate(found) if each is not None]
    assert there == list(range(len(there)))
    return len(there)


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def refused(path: Path) -> Damage:
    """What is said to be the matter; nothing may be written meanwhile."""
    before = files(path.parent)
    with pytest.raises(StoreDamaged, match="restore"):
        Store.open(path)
    assert files(path.parent) == before
    found = damage_of(path)
    assert found is not None
    return found[0]


def test_a_killed_owner_loses_nothing(killed: Path, tmp_path: Path) -> None:
    assert changes(laid(killed, tmp_path / "data")) == CHANGES


@settings(max_examples=12)
@given(share=st.floats(0, 1), more=st.integers(0, 60))
def test_a_shortened_log_is_told_and_what_is_left_can_be_gone_on_with(
    killed: Path, tmp_path_factory: pytest.TempPathFactory, share: float, more: int
) -> None:
    path = laid(killed, tmp_path_factory.mktemp("cut") / "data")
    size = log_of(path).stat().st_size
    os.truncate(log_of(path), max(0, int(share * size) - more))
    if log_of(path).stat().st_size == size:
        return
    assert refused(path) in (Damage.BEHIND, Damage.LOG_UNREADABLE)
    aside = go_on_with_rest(path, path.parent / "damaged")
    assert CHECKPOINT_AT < changes(path) < CHANGES
    assert files(aside)[path.name] == killed.read_bytes()


@settings(max_examples=12)
@given(share=st.floats(0, 0.999), mask=st.integers(1, 255))
def test_a_changed_byte_of_the_log_loses_nothing_in_silence(
    killed: Path, tmp_path_factory: pytest.TempPathFactory, share: float, mask: int
) -> None:
    path = laid(killed, tmp_path_factory.mktemp("flip") / "data")
    content = bytearray(log_of(path).read_bytes())
    content[int(share * len(content))] ^= mask
    log_of(path).write_bytes(content)
    try:
        assert changes(path) == CHANGES
    except StoreDamaged:
        go_on_with_rest(path, path.parent / "damaged")
        assert changes(path) >= CHECKPOINT_AT


def test_a_log_that_is_gone_is_told(killed: Path, tmp_path: Path) -> None:
    path = laid(killed, tmp_path / "data")
    log_of(path).unlink()
    assert refused(path) is Damage.BEHIND


def test_a_database_that_is_gone_is_told_and_its_log_is_not_written_over(killed: Path, tmp_path: Path) -> None:
    path = laid(killed, tmp_path / "data")
    path.unlink()
    assert refused(path) is Damage.MISSING
    aside = set_aside(path, tmp_path / "damaged")
    assert {each.name for each in aside.iterdir()} == {"studio.duckdb.wal", "studio.commit.json"}
    assert changes(path) == 0


def test_a_damaged_file_is_set_aside_with_its_log(killed: Path, tmp_path: Path) -> None:
    path = laid(killed, tmp_path / "data")
    content = bytearray(path.read_bytes())
    content[4096:4200] = bytes(104)
    path.write_bytes(content)
    before = files(path.parent)
    assert refused(path) is Damage.UNREADABLE
    with pytest.raises(StoreDamaged):
        go_on_with_rest(path, tmp_path / "copies")
    assert files(set_aside(path, tmp_path / "damaged")) == before
    assert files(path.parent) == {}


def test_a_file_copied_alone_from_an_open_studio_is_told(killed: Path, tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    shutil.copy(killed, path)
    assert refused(path) is Damage.COPIED
    go_on_with_rest(path, tmp_path / "damaged")
    assert changes(path) == CHECKPOINT_AT + 1


def test_a_file_copied_alone_from_a_closed_studio_is_whole(killed: Path, tmp_path: Path) -> None:
    path = laid(killed, tmp_path / "data")
    changes(path)
    assert not log_of(path).exists()
    shutil.copy(path, tmp_path / "studio.duckdb")
    assert changes(tmp_path / "studio.duckdb") == CHANGES


def test_the_database_of_another_folder_is_told(killed: Path, tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    Store.open(path).close()
    kept = kept_commit(path)
    shutil.copy(laid(killed, tmp_path / "other"), path)
    assert refused(path) is Damage.OTHER and kept_commit(path) == kept
    shutil.copy(log_of(killed), log_of(path))
    go_on_with_rest(path, tmp_path / "damaged")
    assert changes(path) == CHANGES


def test_the_log_is_taken_in_some_seconds_after_the_last_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REST_SECONDS", 0.05)
    path = tmp_path / "studio.duckdb"
    with Store.open(path) as store:
        store.settings.set("kept", 1)
        until(lambda: not log_of(path).exists(), "the log is taken in")
        shutil.copy(path, tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as copied:
        assert copied.execute("SELECT value FROM settings WHERE name = 'kept'").fetchall() == [("1",)]


def test_the_log_is_taken_in_after_a_load(tmp_path: Path) -> None:
    with Store.open(tmp_path / "studio.duckdb") as store:
        dataset = store.datasets.begin("one")
        store.datasets.append_rows(dataset, [Row("q", "", "a")], [("f", 1)])
        assert log_of(store.path).stat().st_size
        store.datasets.finish(dataset)
        assert not log_of(store.path).exists()
