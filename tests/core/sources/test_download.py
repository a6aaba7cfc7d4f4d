"""Files at an address become copies that load as others do; what cannot be reached is said in one sentence."""

import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec import AbstractFileSystem, register_implementation

from core.errors import InputError, StorageFull
from core.progress import Cancelled, Silent
from core.sources import download
from core.sources.download import fetch, is_address, public_address


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        if self.path.startswith("/locked"):
            self.send_error(403)
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        if self.path.startswith("/locked"):
            self.send_error(403)
        else:
            super().do_HEAD()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


def test_a_file_of_several_megabytes_comes_whole_and_its_address_is_shown_without_secrets(
    served: tuple[str, Path], tmp_path: Path
) -> None:
    address, folder = served
    table = pa.table({"instruction": [f"q{i}" for i in range(400_000)], "output": [f"a{i}" for i in range(400_000)]})
    pq.write_table(table, folder / "rows.parquet", compression=None)
    (found,) = fetch(f"{address}/rows.parquet?signature=secret", tmp_path / "copies", Silent())
    assert found.path.read_bytes() == (folder / "rows.parquet").read_bytes()
    assert (found.path.suffix, found.address) == (".parquet", f"{address}/rows.parquet")
    assert list(found.path.parent.iterdir()) == [found.path]


def test_a_folder_of_a_file_system_gives_its_data_files_in_order(tmp_path: Path) -> None:
    for name in ("b.jsonl.gz", "a.csv", "notes.md", "deep/c.parquet", "dataset_info.json"):
        (tmp_path / "data" / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / "data" / name).write_text(name)
    found = fetch(f"file://{tmp_path}/data", tmp_path / "copies", Silent())
    assert [each.path.read_text() for each in found] == ["a.csv", "b.jsonl.gz", "deep/c.parquet"]
    assert found[1].address.endswith("data/b.jsonl.gz") and found[1].path.name.endswith(".jsonl.gz")
    assert len(fetch(f"file://{tmp_path}/data/*.csv", tmp_path / "copies", Silent())) == 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_what_stands_in_the_way_is_one_sentence(served: tuple[str, Path], tmp_path: Path) -> None:
    address, folder = served
    for bad, sentence in {
        f"{address}/nothing.jsonl": "The URL has no such file",
        f"{address}/locked.jsonl": "requires a login for this file",
        f"http://127.0.0.1:{free_port()}/a.jsonl": "cannot be reached",
        "hf://datasets/someone/something/train.parquet": "cannot be reached",
        "gopher://somewhere/a.jsonl": "not supported",
        f"file://{folder}": "No data file found",
    }.items():
        with pytest.raises(InputError, match=sentence) as told:
            fetch(bad, tmp_path / "copies", Silent())
        assert told.value.where and told.value.mend and "\n" not in told.value.what


def test_a_cancelled_fetch_leaves_nothing(served: tuple[str, Path], tmp_path: Path) -> None:
    address, folder = served
    (folder / "rows.csv").write_bytes(b"x" * 3_000_000)

    class CancelLater:
        def update(self, done: int, total: int, message: str = "") -> None:
            if done > 1_000_000:
                raise Cancelled

    with pytest.raises(Cancelled):
        fetch(f"{address}/rows.csv", tmp_path / "copies", CancelLater())
    assert list((tmp_path / "copies").iterdir()) == []


def test_only_what_has_a_protocol_is_an_address() -> None:
    assert is_address("hf://datasets/a/b") and is_address(" HTTPS://host/a")
    assert not is_address("C:\\data\\a.jsonl") and not is_address("/home/me/a.jsonl")
    assert public_address("https://me:word@host:8/a?b=c#d") == "https://host:8/a"


class Slow(AbstractFileSystem):
    """A file system whose one file never ends, or comes too slowly."""

    protocol = "slow"
    ended = threading.Event()

    def info(self, path: str, **_: object) -> dict[str, object]:
        return {"name": path, "size": None, "type": "file"}

    def isdir(self, path: str) -> bool:
        return False

    def open(self, path: str, mode: str = "rb", **_: object) -> "Slow":
        return self

    def read(self, size: int) -> bytes:
        self.ended.wait(30)
        return b""

    def __enter__(self) -> "Slow":
        return self

    def __exit__(self, *_: object) -> None: ...


class Endless(Slow):
    protocol = "endless"

    def read(self, size: int) -> bytes:
        return bytes(size)


def test_a_file_of_another_file_system_has_bounds_of_time_and_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for system in (Slow, Endless):
        register_implementation(system.protocol, system, clobber=True)
    monkeypatch.setattr(download, "PIECE_SECONDS", 0.2)
    with pytest.raises(InputError, match="sent less than 1 MB") as told:
        fetch("slow://a.jsonl", tmp_path / "copies", Silent())
    Slow.ended.set()
    assert told.value.mend
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_003_000_000))
    monkeypatch.setattr(download, "PIECE_SECONDS", 60.0)
    with pytest.raises(StorageFull):
        fetch("endless://a.jsonl", tmp_path / "copies", Silent())
    assert list((tmp_path / "copies").iterdir()) == []
