"""A load as a whole: what it counts, what it says of files that go wrong, and that it is all or nothing."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.datasets.load_task import LoadTask
from core.datasets.loading import LoadReport, load_files
from core.errors import InputError
from core.formats.preview import preview
from core.progress import Cancelled, Silent
from core.rows.row import Row
from core.sources.source_file import SourceFile
from core.store import Store

LINE = '{"instruction": "question %d", "output": "answer"}\n'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


def load(store: Store, *paths: Path) -> LoadReport:
    return load_files(store, "loaded", [SourceFile(path, path.name) for path in paths], None, Silent())


def written(path: Path, rows: int = 3) -> Path:
    path.write_text("".join(LINE % number for number in range(rows)), encoding="utf-8")
    return path


def rows_of(store: Store, dataset_id: int) -> list[Row]:
    return [row for batch in store.rows.iterate(dataset_id) for _, row in batch]


def test_one_broken_line_among_two_hundred_thousand_costs_one_row(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    lines = [LINE % number for number in range(200_000)]
    lines[123_456] = lines[123_456].replace("}", "")
    path.write_text("".join(lines), encoding="utf-8")
    report = load(store, path)
    assert (report.rows_read, report.kept, report.rejected) == (200_000, 199_999, 1)
    (told,) = report.rejections_sample
    assert (told.file, told.row, told.reason) == ("rows.jsonl", 123_457, "The JSON is truncated.")
    assert told.mend


def test_two_hundred_thousand_copies_of_a_row_are_one_row(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(LINE % 1 * 200_000, encoding="utf-8")
    report = load(store, path)
    assert (report.rows_read, report.kept, report.duplicates) == (200_000, 1, 199_999)
    assert rows_of(store, report.dataset_id) == [Row("question 1", "", "answer")]


@pytest.mark.parametrize(
    "name", ["two words.jsonl", "東京 é.jsonl", 'it\'s "quoted".jsonl', "#?%20*.jsonl", "new\nline.jsonl"]
)
def test_files_of_any_name_load(store: Store, tmp_path: Path, name: str) -> None:
    report = load(store, written(tmp_path / name))
    assert report.kept == 3
    assert store.datasets.get(report.dataset_id).origin["files"] == [name.replace("\n", " ")]


def test_a_name_that_is_no_unicode_loads_under_one_that_is(store: Store, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    try:
        written(path)
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    report = load_files(store, path.stem, [SourceFile(path, path.name)], None, Silent())
    assert store.datasets.get(report.dataset_id).name == "caf\ufffd"
    assert store.datasets.get(report.dataset_id).origin["files"] == ["caf\ufffd.jsonl"]


def test_a_file_that_vanishes_after_the_preview_is_named(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl")
    assert len(preview(path).rows) == 3
    path.unlink()
    with pytest.raises(InputError, match=r"rows\.jsonl: File not found\. Check the path\."):
        load(store, path)
    assert store.datasets.all() == []


class RemovesOnce:
    """Progress that deletes a file when it is first told something."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def update(self, done: int, total: int, message: str = "") -> None:
        self.path.unlink(missing_ok=True)


def test_a_second_file_that_vanishes_during_the_load_is_left_out_and_told(store: Store, tmp_path: Path) -> None:
    first, second = written(tmp_path / "first.jsonl"), written(tmp_path / "second.jsonl")
    sources = [SourceFile(path, path.name) for path in (first, second)]
    report = load_files(store, "both", sources, None, RemovesOnce(second))
    (left_out,) = report.unread
    assert (report.kept, report.rejected, left_out.file, left_out.reason) == (3, 1, "second.jsonl", "File not found.")


def test_files_that_cannot_be_read_are_left_out_by_name_and_the_others_loaded(store: Store, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"instruction": "q", "output": ""}\n' * 2, encoding="utf-8")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04cut")
    names = ("empty.jsonl", "good.jsonl", "bad.jsonl", "other.csv", "cut.zip")
    written(tmp_path / "good.jsonl")
    report = load(store, *(tmp_path / name for name in names))
    assert [(each.file, each.reason.partition(".")[0]) for each in report.unread] == [
        ("empty.jsonl", "The file is empty"),
        ("bad.jsonl", "No row of the file could be loaded"),
        ("other.csv", "No columns for instruction and response were found; the columns are “a”, “b”"),
        ("cut.zip", "The ZIP archive is damaged or incomplete"),
    ]
    assert all(each.mend for each in report.unread)
    refused = store.datasets.rejections(report.dataset_id)
    assert (report.rows_read, report.kept, report.rejected, len(refused)) == (8, 3, 5, 5)
    assert store.datasets.get(report.dataset_id).origin["files"] == ["good.jsonl"], "what a rebuild asks for"
    with pytest.raises(InputError, match=r"empty\.jsonl: The file is empty. None of the 2 files can be loaded"):
        load(store, tmp_path / "empty.jsonl", bad)
    assert len(store.datasets.all()) == 1


def test_places_that_are_no_files_are_told(store: Store, tmp_path: Path) -> None:
    loop, folder, gone = tmp_path / "loop", tmp_path / "folder", tmp_path / "dangling"
    loop.symlink_to(loop)
    folder.mkdir()
    gone.symlink_to(tmp_path / "nowhere")
    for path, what in [
        (loop, "The file cannot be reached: Too many levels of symbolic links."),
        (folder, "This is a folder."),
        (gone, "File not found."),
        (tmp_path / ("x" * 300), "The file cannot be reached: File name too long."),
        (Path("a\0b"), "The path contains a NUL character."),
        (tmp_path / "file.jsonl" / "below", "File not found."),
    ]:
        with pytest.raises(InputError) as told:
            load(store, path)
        assert (told.value.what, bool(told.value.mend)) == (what, True)


class CancelsLate:
    def __init__(self, path: Path) -> None:
        self.path = path

    def update(self, done: int, total: int, message: str = "") -> None:
        if done:
            raise Cancelled


def test_a_cancelled_load_leaves_nothing(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", 30_000)
    with pytest.raises(Cancelled):
        load_files(store, "rows", [SourceFile(path, path.name)], None, CancelsLate(path))
    assert store.datasets.all() == []


def test_a_task_tells_the_fault_and_ends(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    task = LoadTask(store, "empty", [SourceFile(path, path.name)])
    task.start()
    task.join(60)
    assert task.state.finished
    assert str(task.state.error) == "empty.jsonl: The file is empty. Choose another file, or download it again."


def test_rows_that_only_differ_in_their_other_columns_are_kept_once(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"instruction": "q", "output": "a", "id": number} for number in range(3)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = load(store, path)
    assert (report.kept, report.duplicates) == (1, 2)
    assert rows_of(store, report.dataset_id)[0].extra == '{"id":0}'
    assert report.notes == ("Not read, kept with the rows: id.",)
