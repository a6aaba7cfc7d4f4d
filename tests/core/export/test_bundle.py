"""What the Export tab writes: files that work from where they stand, and a manifest that makes the data again."""

import csv
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import datasets
import pytest

from core.errors import StorageFull, StudioError
from core.export import ExportOptions, Layout
from core.export.bundle import Bundle, make_bundle
from core.export.manifest import read_manifest
from core.export.place import data_file
from core.indicators.scoring import embedding_model
from core.models.profiles import profile
from core.paths import StudioPaths
from core.progress import Silent
from core.rebuild import rebuild
from core.rows.row import Row
from core.selection.pipeline import curate
from core.selection.record import record_outcome
from core.selection.spec import RankBy, SelectionSpec
from core.store import Store
from core.workspace.check import check_folder
from tests.scored_store import add_dataset
from tests.small_disk import fill, mounted

ROWS = [Row("=1+1", "", "@two"), Row("Name a prime.", "", "Seven."), Row("Left out?", "", "Yes.")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        add_dataset(opened, "rows", ROWS)
        yield opened


def bundle(store: Store, folder: Path, options: ExportOptions) -> Bundle:
    keys = {each.dataset_id: [] for each in store.datasets.all()}
    spec = SelectionSpec(rank_by=RankBy.ORDER, rows=2)
    outcome = curate(store, spec, keys, embedding_model(profile("embedded")), Silent())
    record = record_outcome(store, outcome, "embedded", keys)
    return make_bundle(store, "best", record, outcome.selection.kept, options, folder, Silent())


def test_a_dataset_folder_is_read_where_it_stands_and_its_data_are_made_again(store: Store, tmp_path: Path) -> None:
    made = bundle(store, tmp_path / "best", ExportOptions(Layout.MESSAGES, hub=True))
    assert made.hub_folder is not None
    rows = datasets.load_dataset(str(made.hub_folder), split="train", cache_dir=str(tmp_path / "cache"))
    assert [turns[0]["content"] for turns in rows["messages"]] == ["=1+1", "Name a prime."]
    with zipfile.ZipFile(made.archive) as archive:
        names = archive.namelist()
    entry = json.loads((tmp_path / "best" / "dataset_info.json").read_text())["best"]
    assert {entry["file_name"], "hub/README.md", "hub/manifest.json", "axolotl.yml"} <= set(names)
    again = rebuild(read_manifest(made.file.manifest), store, tmp_path / "again.parquet")
    assert again.path.read_bytes() == (tmp_path / "best" / entry["file_name"]).read_bytes()


def test_an_export_is_whole_until_its_data_are_changed(store: Store, tmp_path: Path) -> None:
    paths = StudioPaths(tmp_path)
    for name, options in (
        ("plain", ExportOptions()),
        ("hub", ExportOptions(hub=True)),
        ("csv", ExportOptions(Layout.CSV)),
    ):
        made = bundle(store, paths.exports / name, options)
        assert data_file(made.file.manifest, read_manifest(made.file.manifest)) == made.file.written.path
    alone = paths.exports / "rows.jsonl"
    alone.write_bytes((paths.exports / "plain" / "best.jsonl").read_bytes())
    values = json.loads((paths.exports / "plain" / "manifest.json").read_text())
    alone.with_name("rows.jsonl.manifest.json").write_text(json.dumps(values | {"files": {}}))
    (paths.exports / "hub" / "hub" / "README.md").write_text("With a licence.")
    assert not [each for each in check_folder(store, paths, Silent()).faults if each.what == "exported file"]
    alone.write_bytes(b"changed")
    found = [each for each in check_folder(store, paths, Silent()).faults if each.what == "exported file"]
    assert [Path(each.where) for each in found] == [alone]


@pytest.mark.parametrize(("neutralise", "first"), [(True, "'=1+1"), (False, "=1+1")])
def test_a_csv_is_made_again_with_its_formulas_as_they_were_asked_for(
    neutralise: bool, first: str, store: Store, tmp_path: Path
) -> None:
    made = bundle(store, tmp_path / "best", ExportOptions(Layout.CSV, neutralise_formulas=neutralise))
    with made.file.written.path.open(newline="") as stream:
        assert next(csv.DictReader(stream))["instruction"] == first
    manifest = read_manifest(made.file.manifest)
    assert manifest.options.neutralise_formulas is neutralise
    assert rebuild(manifest, store, tmp_path / "again.csv").sha256 == made.file.written.sha256


def test_a_folder_that_can_not_be_written_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "best").write_text("in the way")
    with pytest.raises(StudioError, match="cannot be written"):
        bundle(store, tmp_path / "best", ExportOptions())


def test_with_no_space_for_any_one_of_its_files_those_that_stand_there_are_whole(store: Store, tmp_path: Path) -> None:
    bundle(store, tmp_path / "best", ExportOptions())
    whole = {file.name: file.read_bytes() for file in (tmp_path / "best").iterdir()}
    refused = 0
    with mounted(tmp_path / "disk", "256k") as disk:
        for page in range(4 * len(whole)):
            fill(disk / "filler", leaving=4_096 * page)
            try:
                bundle(store, disk / "best", ExportOptions())
            except StorageFull:
                refused += 1
            standing = {file.name: file.read_bytes() for file in (disk / "best").glob("*")}
            assert standing.items() <= whole.items()
            shutil.rmtree(disk / "best", ignore_errors=True)
            (disk / "filler").unlink()
    assert len(whole) <= refused < 4 * len(whole)
