"""One owner of the file, and what the others are told."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StorageFull, StoreBusy, StoreError
from core.rows.row import Row
from core.store import Store
from tests.small_disk import mounted

HOLD = """
import sys
from pathlib import Path
from core.store import Store
store = Store.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""

KILLED_WHILE_LOADING = """
import os, signal, sys
from pathlib import Path
from core.rows.row import Row
from core.store import Store
store = Store.open(Path(sys.argv[1]))
store.settings.set("kept", 1)
dataset = store.datasets.begin("half")
store.datasets.append_rows(dataset, [Row("a", "", "b")], [("f", 1)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB; needs the right to mount one."""
    with mounted(tmp_path / "disk", "12m") as folder:
        yield folder


@pytest.mark.parametrize(
    ("of_a_command", "who"),
    [((), "Process {}"), (("-m", "jobs", "curate", "--keep"), "The command `python -m jobs curate` (process {})")],
)
def test_a_second_process_is_told_who_holds_the_store(tmp_path: Path, of_a_command: tuple[str, ...], who: str) -> None:
    path = tmp_path / "studio.duckdb"
    command = [sys.executable, "-c", HOLD, str(path), *of_a_command]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"open\n"
    try:
        with pytest.raises(StoreBusy, match=re.escape(who.format(holder.pid))) as told:
            Store.open(path)
        assert "STUDIO_DATA" in told.value.mend
    finally:
        holder.communicate(b"")
    Store.open(path).close()


def test_a_killed_owner_leaves_a_store_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    assert subprocess.run([sys.executable, "-c", KILLED_WHILE_LOADING, str(path)]).returncode == -9
    with Store.open(path) as store:
        assert store.settings.get("kept") == 1
        assert store.datasets.all() == []


def test_a_file_that_is_no_database_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(StoreError) as told:
        Store.open(path)
    assert str(path) in told.value.where and "jobs restore" in told.value.mend
    assert path.read_bytes() == b"not a database at all" * 1000


def test_a_full_disk_is_said_and_harms_nothing_stored(small_disk: Path) -> None:
    store = Store.open(small_disk / "studio.duckdb")
    store.settings.set("before", "kept")
    dataset = store.datasets.begin("too much")
    noise = [Row(f"question {i}", "", os.urandom(2000).hex()) for i in range(2000)]
    with pytest.raises(StorageFull, match="No space left"):
        for start in range(0, 40_000, 2000):
            batch = [Row(f"{row.instruction} {start}", "", row.output[start % 7 :] + str(start)) for row in noise]
            store.datasets.append_rows(dataset, batch, [("f", i) for i in range(2000)])
    assert store.settings.get("before") == "kept"
    store.close()
    with Store.open(small_disk / "studio.duckdb") as again:
        assert again.settings.get("before") == "kept"
        assert again.datasets.all() == []


def test_a_read_only_folder_is_said(small_disk: Path) -> None:
    Store.open(small_disk / "there" / "studio.duckdb").close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError, match="not writable"):
        Store.open(small_disk / "studio.duckdb")
    with pytest.raises(StoreError, match="not writable"):
        Store.open(small_disk / "there" / "studio.duckdb")


def test_threads_write_and_read_at_once(tmp_path: Path) -> None:
    with Store.open(tmp_path / "studio.duckdb") as store:
        failures: list[BaseException] = []

        def work(name: str) -> None:
            try:
                dataset = store.datasets.begin(name)
                for start in range(5):
                    rows = [Row(f"{name} {start} {i}", "", "answer") for i in range(50)]
                    store.datasets.append_rows(dataset, rows, [(name, i) for i in range(50)])
                    store.datasets.all()
                store.datasets.finish(dataset)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(f"set {n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert [d.rows for d in store.datasets.all()] == [250] * 6


def test_a_query_for_which_memory_is_too_short_is_told_and_the_next_one_works(tmp_path: Path) -> None:
    with Store.open(tmp_path / "studio.duckdb") as store:
        with pytest.raises(StoreError, match="Memory ran out") as told, store.connection.read() as cursor:
            cursor.execute("SET memory_limit = '8MB'")
            cursor.execute("SET temp_directory = ''")
            cursor.execute("SELECT count(DISTINCT range::VARCHAR || '-') FROM range(3_000_000)").fetchall()
        assert "fewer rows" in told.value.mend
        with store.connection.read() as cursor:
            assert cursor.execute("SELECT 1").fetchall() == [(1,)]
