"""An upload is kept in its folder whatever it is called, and named by what is in it."""

import subprocess
from pathlib import Path

import pytest

from core.errors import StorageFull, StoreError
from core.sources.uploads import keep_upload
from tests.small_disk import mounted

NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows\\system.jsonl",
    "a.jsonl/../../b.csv",
    "..",
    "",
    "x\0y.jsonl",
    "\udcff.json",
    "a." + "x" * 400 + ".jsonl.gz",
    "x" * 400,
    "rows.jsonl\n",
    "東 'é' \"quoted\".csv.zst",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leaves_the_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    place = keep_upload(folder, name, b"content")
    assert place.read_bytes() == b"content"
    assert place.resolve().parent == folder
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [place]


def test_the_ending_that_tells_of_the_form_is_kept(tmp_path: Path) -> None:
    names = ["a.b.JSONL.gz", "rows.csv", "rows.tsv.zst", "notes.tar", "x.parquet"]
    places = [keep_upload(tmp_path, name, name.encode()).name for name in names]
    assert [place[16:] for place in places] == [".jsonl.gz", ".csv", ".tsv.zst", "", ".parquet"]


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    assert keep_upload(tmp_path, "a.csv", b"x") == keep_upload(tmp_path, "b.csv", b"x")
    assert keep_upload(tmp_path, "a.csv", b"y") != keep_upload(tmp_path, "a.csv", b"x")


def test_a_full_disk_keeps_nothing_of_the_upload(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "256k") as disk:
        with pytest.raises(StorageFull, match=r"rows\.csv: No space left"):
            keep_upload(disk, "rows.csv", bytes(2**20))
        assert list(disk.iterdir()) == []


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "256k") as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(StoreError, match="Read-only") as told:
            keep_upload(disk, "rows.csv", b"x")
        assert str(disk) in told.value.what
