"""Small files that unpack to gigabytes, and depth: a sentence, within a memory that does not grow with the bomb."""

import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import InputError
from core.formats import archive, compression, parquet
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.rejection import Rejection

MEGABYTE = 1 << 20


@contextmanager
def within(megabytes: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bombs are watched for from 8 megabytes on, so that a test's may be small."""
    monkeypatch.setattr(compression, "_UNWATCHED", 8 * MEGABYTE)


def test_a_gzip_that_unpacks_beyond_measure_ends_there(watched: None, tmp_path: Path) -> None:
    packer, line = zlib.compressobj(9, wbits=31), b'{"instruction": "a", "output": "b"}\n'
    packed = packer.compress(line) + b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(40)) + packer.flush()
    (tmp_path / "rows.jsonl.gz").write_bytes(packed)
    with within(64):
        stream = compression.Decompressed((tmp_path / "rows.jsonl.gz").open("rb", buffering=0), "gzip")
        taken = sum(len(piece) for piece in iter(lambda: stream.read(MEGABYTE), b""))
    assert "more than 500 times" in stream.damage and taken < 30 * MEGABYTE


def test_a_zip_that_says_so_is_refused(watched: None, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr("rows.jsonl", bytes(20 * MEGABYTE))
    with pytest.raises(InputError, match="many times its size"):
        archive.member_of(archive.ArchivePlace(tmp_path / "a.zip", "rows.jsonl"), "a.zip")


def test_a_parquet_dictionary_with_a_giant_value_is_not_unfolded(tmp_path: Path) -> None:
    """Unfolded it would be 3 GB."""
    giant = pa.DictionaryArray.from_arrays(pa.array([0] * 500, pa.int32()), pa.array(["x" * (6 * MEGABYTE)]))
    pq.write_table(
        pa.table({"instruction": ["a"] * 500, "output": giant}), tmp_path / "rows.parquet", compression="zstd"
    )
    with within(64):
        found = list(read_records(tmp_path / "rows.parquet"))
    assert len(found) == 500


def test_a_parquet_column_of_another_size_than_it_seems_is_refused(watched: None, tmp_path: Path) -> None:
    table = pa.table({"instruction": ["a"] * 20, "output": ["x" * MEGABYTE] * 20})
    pq.write_table(table, tmp_path / "rows.parquet", compression="zstd", use_dictionary=False)
    with pytest.raises(InputError, match="The column output unpacks to"):
        list(read_records(tmp_path / "rows.parquet"))


def test_a_usual_file_is_read_without_dictionaries(tmp_path: Path) -> None:
    table = pa.table({"instruction": [f"What is {n}?" for n in range(5_000)], "output": ["yes"] * 5_000})
    pq.write_table(table, tmp_path / "rows.parquet")
    assert parquet._large_dictionaries(pq.read_metadata(tmp_path / "rows.parquet")) == []


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
def test_a_hundred_thousand_levels_are_one_sentence(name: str, tmp_path: Path) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    row = b'{"instruction": %s, "output": "b"}' % deep
    (tmp_path / name).write_bytes(b"[%s]" % row if name.endswith(".json") else row + b"\n")
    try:
        found = list(read_records(tmp_path / name))
    except InputError as error:
        assert "nested too deeply" in str(error)
    else:
        assert not [each for each in found if isinstance(each, Record)]
        assert [each for each in found if isinstance(each, Rejection) and "nested too deeply" in each.reason]
