"""What the files of an export are called, and what their endings say."""

import gzip
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.export import ExportOptions, ExportRow, Layout, write_export
from core.export.endings import layout_and_ending
from core.export.file_names import file_name_for
from core.rows.row import Row
from core.values import read
from tests.core.export.test_export import load_again

ROWS = [Row("Name a prime.", "", "Seven."), Row("Two?", "really", "2")]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Five sums", "five-sums"),
        ("精选一", "精选一"),
        ("चयन कि", "चयन-कि"),
        ("Größe, 2. Wahl", "größe-2.-wahl"),
        ("../../etc/passwd", "etc-passwd"),
        ("…", "selection"),
    ],
)
def test_letters_of_any_script_stay(name: str, file: str) -> None:
    assert file_name_for(name) == file


@given(st.text())
def test_a_file_name_is_one_everywhere(name: str) -> None:
    made = file_name_for(name)
    assert made and file_name_for(made) == made
    assert len(f"{made}.manifest.json".encode()) < 200
    assert not set(made) & set('/\\:*?"<>|\0 \n') and not made.startswith((".", "-"))


@pytest.mark.parametrize("layout", [Layout.ALPACA, Layout.CSV, Layout.PARQUET])
@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_a_file_is_what_its_ending_says(layout: Layout, packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows.v1{layout.suffix}{packing}"
    if packing and layout is Layout.PARQUET:
        with pytest.raises(InputError, match="not clear"):
            layout_and_ending(path)
        return
    chosen, ending = layout_and_ending(path)
    assert chosen == layout
    write_export(path, read(ExportOptions, {"layout": chosen, "ending": ending}), list(map(ExportRow, ROWS)), 2)
    content = path.read_bytes()
    if packing:
        content = (
            gzip.decompress(content)
            if packing == ".gz"
            else zstandard.ZstdDecompressor().decompressobj().decompress(content)
        )
    if layout is Layout.PARQUET:
        assert pq.read_table(path)["output"].to_pylist() == ["Seven.", "2"]
    else:
        assert content.startswith(b"instruction,input" if layout is Layout.CSV else b'{"instruction"')
    assert [row.key for row in load_again(path)] == [row.key for row in ROWS]


def test_a_json_file_is_one_list(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    for rows in (ROWS, []):
        write_export(path, ExportOptions(ending=".json"), list(map(ExportRow, rows)), len(rows))
        assert [each["instruction"] for each in json.loads(path.read_text())] == [row.instruction for row in rows]


@pytest.mark.parametrize(
    ("name", "layout", "said"),
    [
        ("rows.csv", "messages", "messages is not written to a .csv file"),
        ("rows.jsonl", "parquet", "parquet is not written to a .jsonl file"),
        ("rows.parquet", "alpaca", "alpaca is not written to a .parquet file"),
        ("rows.xlsx", "", "not clear"),
        ("rows", "", "not clear"),
        ("rows.gz", "", "not clear"),
    ],
)
def test_a_name_that_says_something_else_is_refused(name: str, layout: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        layout_and_ending(Path(name), layout)
