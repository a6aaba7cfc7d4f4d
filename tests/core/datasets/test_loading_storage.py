"""Loads on disks that fill up or can't be written: told in a sentence, and what was stored before is unharmed."""

import gzip
import io
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.datasets.load_task import LoadTask
from core.datasets.loading import load_files
from core.errors import StorageFull, StoreError
from core.progress import Silent
from core.sources.hub import hub_files
from core.sources.source_file import SourceFile
from core.store import Store
from tests.small_disk import mounted


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", "12m") as folder:
        yield folder


def noise(path: Path, rows: int, characters: int) -> Path:
    lines = [
        json.dumps({"instruction": f"question {row}", "output": os.urandom(characters // 2).hex()}) + "\n"
        for row in range(rows)
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_a_disk_that_fills_during_a_load_keeps_what_was_stored(small_disk: Path, tmp_path: Path) -> None:
    small, large = noise(tmp_path / "small.jsonl", 5, 100), noise(tmp_path / "large.jsonl", 12_000, 4_000)
    with Store.open(small_disk / "studio.duckdb") as store:
        before = load_files(store, "small", [SourceFile(small, small.name)], None, Silent())
        task = LoadTask(store, "large", [SourceFile(large, large.name)])
        task.start()
        task.join(120)
        assert isinstance(task.state.error, StorageFull)
        assert "No space left" in str(task.state.error) and task.state.error.mend
    with Store.open(small_disk / "studio.duckdb") as store:
        assert [each.dataset_id for each in store.datasets.all()] == [before.dataset_id]
        assert sum(len(batch) for batch in store.rows.iterate(before.dataset_id)) == 5


def test_a_read_only_data_folder_is_told_before_a_load(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError, match="The data folder is not writable") as told:
        Store.open(small_disk / "studio.duckdb")
    assert told.value.where == str(small_disk)


def test_a_packed_parquet_file_says_where_it_lacks_space(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pa.table({"instruction": ["q"], "output": [os.urandom(10**7).hex()]})
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="none", use_dictionary=False)
    path = tmp_path / "rows.parquet.gz"
    path.write_bytes(gzip.compress(stream.getvalue(), 1, mtime=0))
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with Store.open(tmp_path / "studio.duckdb") as store, pytest.raises(StorageFull) as told:
        load_files(store, "rows", [SourceFile(path, path.name)], None, Silent())
    assert told.value.where == "rows.parquet.gz"
    assert str(small_disk) in told.value.what and "No space left" in told.value.what


@pytest.mark.parametrize(
    ("options", "family", "what"),
    [("remount,size=256k", StorageFull, "No space left"), ("remount,ro", StoreError, "Read-only file system")],
)
def test_a_dataset_of_the_hub_that_can_not_be_written_is_told(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, options: str, family: type[StoreError], what: str
) -> None:
    import datasets

    output = [os.urandom(2000).hex() for _ in range(400)]
    rows = datasets.Dataset.from_dict({"instruction": ["q"] * len(output), "output": output})
    built = SimpleNamespace(
        config=SimpleNamespace(data_files=None), download_and_prepare=lambda: None, as_dataset=lambda split: rows
    )
    monkeypatch.setattr(datasets, "load_dataset_builder", lambda *_: built)
    subprocess.run(["mount", "-o", options, str(small_disk)], check=True)
    with pytest.raises(family, match=what) as told:
        hub_files("owner/name", "train", small_disk / "hub", Silent())
    assert told.value.mend
    assert not list(small_disk.rglob("*.parquet"))
