"""An export writes over nothing but an earlier export of the same selection, and says which files it has kept."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import InputError
from core.export import ExportOptions, Layout
from core.export.bundle import Bundle, make_bundle
from core.export.export_file import export_file
from core.export.manifest import read_manifest
from core.indicators.scoring import embedding_model
from core.models.profiles import profile
from core.progress import Silent
from core.rows.row import Row
from core.selection.pipeline import curate
from core.selection.record import record_outcome
from core.selection.spec import RankBy, SelectionSpec
from core.store import Store
from tests.scored_store import add_dataset

ALPACA, MESSAGES = ExportOptions(), ExportOptions(Layout.MESSAGES)


class Selected:
    """A selection, and how it is exported."""

    def __init__(self, store: Store, rows: int = 2) -> None:
        self.store = store
        keys = {each.dataset_id: [] for each in store.datasets.all()}
        outcome = curate(
            store, SelectionSpec(rank_by=RankBy.ORDER, rows=rows), keys, embedding_model(profile("embedded")), Silent()
        )
        self.record, self.members = record_outcome(store, outcome, "embedded", keys), outcome.selection.kept

    def export(self, folder: Path, options: ExportOptions, title: str = "Best", own: bool = False) -> Bundle:
        return make_bundle(
            self.store, title.lower(), self.record, self.members, options, folder, Silent(), title=title,
            own_folder=own,
        )  # fmt: skip

    def export_file(self, file: Path, options: ExportOptions) -> None:
        manifest = file.with_name(f"{file.name}.manifest.json")
        export_file(self.store, "best", self.record, self.members, options, file, manifest, Silent(), "Best")


@pytest.fixture
def selected(tmp_path: Path) -> Iterator[Selected]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        add_dataset(opened, "rows", [Row("Two?", "", "2"), Row("Name a prime.", "", "Seven.")])
        yield Selected(opened)


def texts(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_the_entries_of_others_stay_in_dataset_info(selected: Selected, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    others = {"identity": {"file_name": "identity.json"}, "old": {"file_name": "old.json"}}
    (folder / "dataset_info.json").write_text(json.dumps(others))
    made = selected.export(folder, ALPACA)
    info = json.loads((folder / "dataset_info.json").read_text())
    assert info == {**others, "best": {**info["best"], "file_name": "best.jsonl", "formatting": "alpaca"}}
    assert any("other entries" in each for each in made.remarks)
    with zipfile.ZipFile(made.archive) as archive:
        assert list(json.loads(archive.read("dataset_info.json"))) == ["best"]
    selected.export(folder, MESSAGES)
    info = json.loads((folder / "dataset_info.json").read_text())
    assert list(info) == ["identity", "old", "best"] and info["best"]["formatting"] == "sharegpt"
    selected.export(folder, ExportOptions(Layout.PROMPT_COMPLETION))
    assert json.loads((folder / "dataset_info.json").read_text()) == others


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1, "a": 2}', "\ud83d"])
def test_a_dataset_info_that_can_not_be_added_to_stays(content: str, selected: Selected, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "dataset_info.json").write_bytes(content.encode(errors="surrogatepass"))
    made = selected.export(folder, ALPACA)
    assert (folder / "dataset_info.json").read_bytes() == content.encode(errors="surrogatepass")
    assert list(json.loads((folder / "best.dataset_info.json").read_text())) == ["best"]
    assert any("dataset_info.json is not a list" in each for each in made.remarks)


@pytest.mark.parametrize("options", [ALPACA, MESSAGES, ExportOptions(Layout.MESSAGES, hub=True)], ids=str)
def test_other_files_of_the_names_that_are_needed_stay(
    options: ExportOptions, selected: Selected, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    (folder / "hub").mkdir(parents=True)
    for name in ("axolotl.yml", "manifest.json", "trl_sft.py", "best.jsonl", "best.zip", "hub/README.md"):
        (folder / name).write_text(f"mine: {name}")
    before = texts(folder)
    made = selected.export(folder, options)
    assert texts(folder).items() >= before.items()
    assert made.archive.name == "best-2.zip" and any("were kept" in each for each in made.remarks)
    assert read_manifest(made.file.manifest).title == "Best"
    entry = json.loads((folder / "dataset_info.json").read_text())["best-2"]
    assert (folder / entry["file_name"]) == made.file.written.path


def test_exporting_again_replaces_what_was_written_and_leaves_nothing_of_it(selected: Selected, tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    every = [ALPACA, MESSAGES, ExportOptions(Layout.CSV), ExportOptions(Layout.MESSAGES, hub=True), ALPACA]
    for options in every:
        selected.export(twice, options)
        made = selected.export(once / str(options.layout) / str(options.hub), options)
        assert texts(twice) == texts(made.archive.parent)
        assert not [each for each in made.remarks if "kept" in each]
    assert [each.name for each in twice.iterdir() if each.is_dir()] == []


def test_a_file_that_was_changed_since_stays(selected: Selected, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    selected.export(folder, MESSAGES)
    (folder / "trl_sft.py").write_text("my_own = True\n")
    made = selected.export(folder, ALPACA)
    assert (folder / "trl_sft.py").read_text() == "my_own = True\n"
    assert read_manifest(made.file.manifest).options.layout is Layout.ALPACA


def test_two_selections_share_a_folder_and_each_has_its_own_among_the_exports(
    selected: Selected, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    selected.export(shared, ALPACA, "One")
    selected.export(shared, ALPACA, "Two")
    assert set(json.loads((shared / "dataset_info.json").read_text())) == {"one", "two"}
    assert {"one.jsonl", "two.jsonl", "manifest.json", "two.manifest.json"} <= texts(shared).keys()
    made = [selected.export(tmp_path / "exports", ALPACA, title, own=True) for title in ("Best", "BEST", "Best")]
    assert [each.archive.name for each in made] == ["best.zip", "best-2.zip", "best.zip"]


def test_an_export_that_was_killed_is_made_again_in_its_place(selected: Selected, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    selected.export(folder, ALPACA)
    new = selected.export(tmp_path / "new", MESSAGES).archive.parent
    staging = folder / ".unfinished-best"
    staging.mkdir()
    (new / "best.jsonl").rename(folder / "best.jsonl")  # killed after the first file had taken its place
    (new / "manifest.json").rename(staging / "manifest.json")
    made = selected.export(folder, ALPACA)
    assert made.file.written.path == folder / "best.jsonl" and not staging.exists()


def test_a_named_file_is_replaced_only_where_an_export_wrote_it(selected: Selected, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    selected.export_file(file, ALPACA)
    selected.export_file(file, MESSAGES)
    assert "messages" in file.read_text()
    file.write_text("mine")
    with pytest.raises(InputError, match="not an export"):
        selected.export_file(file, ALPACA)
    assert file.read_text() == "mine"
    (tmp_path / "new.jsonl.manifest.json").write_text("mine")
    with pytest.raises(InputError, match="not a manifest"):
        selected.export_file(tmp_path / "new.jsonl", ALPACA)
    assert not (tmp_path / "new.jsonl").exists()


def test_another_selection_of_the_same_name_does_not_take_its_place(selected: Selected, tmp_path: Path) -> None:
    fewer = Selected(selected.store, rows=1)
    made = [each.export(tmp_path / "exports", ALPACA, own=True) for each in (selected, fewer, selected, fewer)]
    assert [each.archive.name for each in made] == ["best.zip", "best-2.zip", "best.zip", "best-2.zip"]
    assert [each.file.written.rows for each in made] == [2, 1, 2, 1]
