"""LLaMA-Factory's dataset_info.json beside a file, above its folder or in an archive: columns, splits, what is left."""

import json
import tempfile
import zipfile
from pathlib import Path

from core.datasets.loading import LoadReport, load_files
from core.progress import Silent
from core.rows.row import Row
from core.sources.resolve import found_files
from core.store import Store
from tests.core.sources.test_data_folders import folder_of

ASKED = {"columns": {"prompt": "ask", "response": "say"}}


def rows_of(line: str) -> str:
    return json.dumps([{"ask": f"{line}?", "say": line, "instruction": "other", "output": "other"}])


def loaded(place: Path, split: str = "train") -> tuple[list[Row], LoadReport]:
    with tempfile.TemporaryDirectory() as beside, Store.open(Path(beside) / "studio.duckdb") as store:
        report = load_files(store, "data", found_files(str(place), split), None, Silent())
        return [row for batch in store.rows.iterate(report.dataset_id) for _, row in batch], report


def test_a_file_alone_is_read_by_the_columns_that_stand_beside_it(tmp_path: Path) -> None:
    info = {"asked": {"file_name": "a.json", "num_samples": 9, **ASKED}, "deep": {"file_name": "parts", **ASKED}}
    files = {"dataset_info.json": json.dumps(info), "a.json": rows_of("a"), "parts/b.json": rows_of("b")}
    folder = folder_of(tmp_path / "data", files)
    for place, said in ((folder / "a.json", "a"), (folder / "parts" / "b.json", "b"), (folder / "*.json", "a")):
        (row,), report = loaded(place)
        assert (row.instruction, row.output) == (f"{said}?", said)
        assert any(note.startswith("Read by the columns of “") for note in report.notes)
    assert "All rows of asked are read; dataset_info.json says num_samples 9." in report.notes


def test_an_archive_is_read_by_the_description_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("data/dataset_info.json", json.dumps({"asked": {"file_name": "a.json", **ASKED}}))
        archive.writestr("data/a.json", rows_of("a"))
    (row,), _ = loaded(tmp_path / "data.zip")
    assert (row.instruction, row.output) == ("a?", "a")


def test_of_a_folder_that_is_named_the_split_that_is_asked_for_is_read(tmp_path: Path) -> None:
    info = {
        "parts": {"file_name": "parts", "split": "test", **ASKED}, "gone": {"file_name": "gone.json"},
        "one": {"file_name": "one.json", "split": "train[:10]", **ASKED},
    }  # fmt: skip
    files = {f"parts/{name}.json": rows_of(name) for name in ("train", "test")}
    files |= {"dataset_info.json": json.dumps(info), "one.json": rows_of("one")}
    folder = folder_of(tmp_path / "data", files)
    rows, report = loaded(folder)
    assert [row.output for row in rows] == ["test", "one"]
    assert "Of parts only the split test was read, as dataset_info.json says, not train.json." in report.notes
    assert "All rows of one.json are read; dataset_info.json says split train[:10]." in report.notes
    assert "dataset_info.json names files that are not in this folder: gone.json of gone." in report.notes
    assert len(loaded(folder, "all")[0]) == 3


def test_a_split_that_nothing_tells_apart_is_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "data", {"a.jsonl": '{"instruction": "q", "output": "a"}\n'})
    told = "There are no splits here, so none is called “test”: all rows were read."
    assert told in loaded(folder, "test")[1].notes
    assert told in loaded(folder / "a.jsonl", "test")[1].notes


def test_a_described_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    info = json.dumps({"a": {"file_name": "a.json", "columns": {"prompt": "ask", "query": "more", "response": "say"}}})
    _, report = loaded(folder_of(tmp_path / "data", {"dataset_info.json": info, "a.json": rows_of("a")}))
    assert "Described beside the file, but no column of it: more." in report.notes
