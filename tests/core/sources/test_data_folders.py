"""What of a folder is data: clones of the hub, what `datasets` and this studio write, trainers' folders, any other."""

import json
import zipfile
from pathlib import Path

import datasets
import pytest

from core.datasets.loading import load_files
from core.errors import InputError
from core.export import ExportOptions
from core.export.manifest import Manifest
from core.formats.reader import read_records
from core.formats.record import Record
from core.paths import StudioPaths
from core.progress import Silent
from core.rebuild import load_sources
from core.selection.source_dataset import describe_sources
from core.selection.spec import SelectionSpec
from core.sources.resolve import ResolvedSource, incoming, name_of
from core.sources.source_file import SourceFile
from core.store import Store

ROW = {"instruction": "q", "output": "a"}
LINE = json.dumps(ROW) + "\n"


def folder_of(place: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content)
    return place


def found_in(folder: Path, split: str = "") -> ResolvedSource:
    return incoming(str(folder), folder.parent / "uploads", folder.parent / "studio.duckdb", Silent(), split)


def names(found: ResolvedSource) -> list[str]:
    return [each.shown_name for each in found.files]


def notes(found: ResolvedSource) -> list[str]:
    return [note for each in found.files for note in each.notes]


def test_an_exported_folder_gives_its_rows_and_says_what_it_passed_over(tmp_path: Path) -> None:
    info = json.dumps({"best": {"file_name": "best.jsonl"}})
    files = {"best.jsonl": LINE, "dataset_info.json": info, "manifest.json": "{}", "axolotl.yml": "datasets:"}
    found = found_in(folder_of(tmp_path / "own", files))
    assert (found.name, names(found)) == ("best", ["best.jsonl"])
    assert notes(found) == ["Skipped in own: axolotl.yml, dataset_info.json, manifest.json."]


def test_a_pattern_that_takes_everything_passes_over_what_is_beside_the_data(tmp_path: Path) -> None:
    files = {"a.jsonl": LINE, "b.jsonl": LINE, "state.json": "{}", "dataset_info.json": "{}"}
    found = found_in(folder_of(tmp_path / "own", files) / "*.json*")
    assert names(found) == ["a.jsonl", "b.jsonl"]
    assert notes(found) == ["Skipped in own: dataset_info.json, state.json."]
    assert names(found_in(tmp_path / "own" / "state.json")) == ["state.json"]


def test_a_trainers_folder_gives_all_files_that_it_names_and_has(tmp_path: Path) -> None:
    info = {
        "identity": {"file_name": "z.json"}, "deep": {"file_name": "more/b.jsonl"}, "gone": {"file_name": "gone.json"},
        "hub": {"hf_hub_url": "owner/name"}, "out": {"file_name": "../out.json"},
    }  # fmt: skip
    files = {"dataset_info.json": json.dumps(info), "z.json": "[]", "more/b.jsonl": LINE, "a.csv": "instruction,output"}
    found = found_in(folder_of(tmp_path / "data", files | {"../out.json": "[]"}))
    assert names(found) == ["z.json", "data/more/b.jsonl", "a.csv"]


def test_columns_are_those_of_a_trainers_description_and_a_rebuild_has_them_too(tmp_path: Path) -> None:
    info = {
        "a": {"file_name": "a.jsonl", "columns": {"prompt": "ask", "query": "", "response": "say"}},
        "b": {"file_name": "b.jsonl", "formatting": "sharegpt", "columns": {"messages": "talk"}},
        "c": {"file_name": "c.jsonl", "columns": {"prompt": "not there"}},
    }
    turns = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]
    other = {"instruction": "i", "output": "o"}
    files = {
        "dataset_info.json": json.dumps(info),
        "a.jsonl": json.dumps({"ask": "q", "say": "a"} | other),
        "b.jsonl": json.dumps({"talk": turns} | other),
        "c.jsonl": json.dumps(other),
    }
    found = found_in(folder_of(tmp_path / "data", files))
    assert notes(found)[0] == "Read by the columns in dataset_info.json, where there: a.jsonl, b.jsonl, c.jsonl."
    with Store.open(tmp_path / "studio.duckdb") as store, Store.open(tmp_path / "again.duckdb") as again:
        report = load_files(store, "data", found.files, None, Silent())
        rows = [row for batch in store.rows.iterate(report.dataset_id) for _, row in batch]
        assert [(row.instruction, row.output) for row in rows] == [("q", "a"), ("Hi", "Hello"), ("i", "o")]
        sources = describe_sources(store, [report.dataset_id], {report.dataset_id: []})
        manifest = Manifest("best", "small-cpu", sources, SelectionSpec(), ExportOptions(), 3, "", {})
        load_sources(manifest, [each.path for each in found.files], again, StudioPaths(tmp_path / "data"))
        assert [each.fingerprint for each in again.datasets.all()] == [store.datasets.all()[0].fingerprint]


def test_a_clone_of_the_hub_is_read_below_its_folder_by_split(tmp_path: Path) -> None:
    files = {
        "README.md": "# Mine", ".git/x.json": "{}", "data/train-00000-of-00002.jsonl": LINE,
        "data/train-00001-of-00002.jsonl": LINE, "data/test-00000-of-00001.jsonl": LINE,
    }  # fmt: skip
    folder = folder_of(tmp_path / "clone", files)
    found = found_in(folder)
    assert found.name == "clone"
    assert names(found) == [f"clone/data/train-0000{n}-of-00002.jsonl" for n in range(2)]
    assert notes(found) == ["Only the split train was read, not test.", "Skipped in clone: README.md."]
    assert names(found_in(folder, "test")) == ["clone/data/test-00000-of-00001.jsonl"]
    assert len(names(found_in(folder, "all"))) == 3
    with pytest.raises(InputError, match="no split “tset”") as told:
        found_in(folder, "tset")
    assert told.value.mend == "Choose from test, train, all."


def test_a_card_says_which_files_are_which_split(tmp_path: Path) -> None:
    card = """---
configs:
- config_name: other
  data_files: other.jsonl
- config_name: default
  data_files:
  - split: train
    path: [good/*.jsonl, "../outside.jsonl", /etc/passwd]
  - split: test
    path: held-out.jsonl
---
# Mine"""
    files = {"README.md": card, "good/a.jsonl": LINE, "held-out.jsonl": LINE, "other.jsonl": LINE}
    found = found_in(folder_of(tmp_path / "clone", files | {"../outside.jsonl": LINE}))
    assert names(found) == ["clone/good/a.jsonl"]
    assert notes(found)[0] == "Only the split train was read, not test."


@pytest.mark.parametrize(
    "card", ["---\n: [\n---\n", "---\nconfigs: 3\n---", "---\nconfigs: [{data_files: [3, {}]}]\n---", "---"]
)
def test_a_card_that_says_nothing_useful_changes_nothing(card: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "clone", {"README.md": f"---\n{card}\n---", "rows.jsonl": LINE})
    assert names(found_in(folder)) == ["rows.jsonl"]


def test_what_save_to_disk_writes_is_read_without_its_cache(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_list([ROW])
    datasets.DatasetDict({"train": rows, "test": rows}).save_to_disk(str(tmp_path / "kept"))
    (tmp_path / "kept" / "train" / "cache-1.arrow").write_bytes(b"x")
    found = found_in(tmp_path / "kept")
    assert found.name == "kept" and names(found) == ["kept/train/data-00000-of-00001.arrow"]
    assert "Only the split train was read, not test." in notes(found)
    with read_records(found.files[0].path) as reader:
        assert [each.fields for each in reader if isinstance(each, Record)] == [ROW]


def test_other_configurations_of_a_card_are_told(tmp_path: Path) -> None:
    card = "---\nconfigs:\n- {config_name: en, data_files: en/*}\n- {config_name: de, data_files: de/*}\n---\n"
    found = found_in(folder_of(tmp_path / "both", {"README.md": card, "en/a.jsonl": LINE, "de/a.jsonl": LINE}))
    assert names(found) == ["both/en/a.jsonl"]
    assert notes(found)[0] == "Only the configuration en of the card was read, not de."


def test_a_folder_without_data_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No data file found"):
        found_in(folder_of(tmp_path / "none", {"config.json": "{}", "notes.log": "x", "a/b/c/d/e/rows.jsonl": LINE}))


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("vicuna-7b-v1.5.jsonl", "vicuna-7b-v1.5"),
        ("x.jsonl.gz", "x"),
        ("x.CSV.BZ2", "x"),
        ("v1.5", "v1.5"),
        ("notes.v2.log", "notes.v2.log"),
        (".jsonl", ".jsonl"),
        ("several.zip/a/b.c.csv", "b.c"),
        ("https://example.org/data/rows-1.0.json", "rows-1.0"),
        ("hf://datasets/owner/name/train-00000-of-00001.parquet", "train"),
        ("clone/data/train-00000-of-00001.parquet", "clone"),
        ("train-00000-of-00001.parquet", "train"),
    ],
)
def test_a_dataset_is_named_after_its_file_without_known_endings(shown: str, name: str) -> None:
    assert name_of(SourceFile(Path("x"), shown)) == name


TAGS = {
    "role_tag": "who", "content_tag": "says", "user_tag": "P1", "assistant_tag": "P2", "observation_tag": "obs",
    "function_tag": "fn", "system_tag": "sys",
}  # fmt: skip
SPOKEN = [("sys", "s"), ("P1", "q"), ("fn", '{"name": "f", "arguments": {}}'), ("obs", "r"), ("P2", "a")]


def test_turns_are_read_by_a_trainers_tags(tmp_path: Path) -> None:
    info = {
        "talks": {"file_name": "talks.json", "formatting": "sharegpt", "columns": {"messages": "talk"}, "tags": TAGS},
        "ranked": {
            "file_name": "ranked.json", "formatting": "sharegpt", "ranking": True, "tags": TAGS,
            "columns": {"messages": "talk", "chosen": "good", "rejected": "bad"},
        },
        "open": {"file_name": ["open.jsonl", "parts"], "formatting": "openai", "columns": {"messages": "talk"}},
    }  # fmt: skip
    turns = [{"who": who, "says": says, "weight": 1} for who, says in SPOKEN]
    plain = json.dumps({"talk": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]})
    files = {
        "dataset_info.json": json.dumps(info),
        "talks.json": json.dumps([{"talk": turns}]),
        "ranked.json": json.dumps([{"talk": turns[:2], "good": turns[4], "bad": {"who": "P2", "says": "x"}}]),
        "open.jsonl": plain,
        "parts/more.jsonl": plain.replace("Ho", "Hello"),
    }
    found = found_in(folder_of(tmp_path / "data", files))
    with Store.open(tmp_path / "studio.duckdb") as store:
        report = load_files(store, "data", found.files, None, Silent())
        rows = [row for batch in store.rows.iterate(report.dataset_id) for _, row in batch]
    assert [turn["role"] for turn in rows[0].turns] == ["system", "user", "assistant", "tool", "assistant"]
    assert rows[0].turns[2]["tool_calls"][0]["function"] == {"name": "f", "arguments": {}}
    assert rows[0].turns[4] == {"role": "assistant", "content": "a", "weight": 1}
    assert (rows[1].output, rows[1].rejected) == ("a", [{"role": "assistant", "content": "x"}])
    assert [row.output for row in rows[2:]] == ["Ho", "Hello"] and report.rejected == 0


def test_what_is_not_done_of_a_trainers_description_is_told(tmp_path: Path) -> None:
    info = {
        "a": {"file_name": "a.jsonl", "num_samples": 5},
        "b": {"file_name": "a.jsonl", "columns": {"prompt": "x", "response": "y"}},
        "far": {"hf_hub_url": "owner/name"},
    }
    found = found_in(folder_of(tmp_path / "data", {"dataset_info.json": json.dumps(info), "a.jsonl": LINE}))
    assert notes(found)[:3] == [
        "Not read, as they are not in this folder: far (hub:owner/name).",
        "All rows of a are read; dataset_info.json says num_samples 5.",
        "a.jsonl is read by the columns of a, not of b.",
    ]


def test_archives_of_a_folder_without_other_data_are_read(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "packed", {"readme.md": "Hello"})
    with zipfile.ZipFile(folder / "in.zip", "w") as archive:
        archive.writestr("rows.jsonl", LINE)
    assert names(found_in(folder)) == ["in.zip/rows.jsonl"]


def test_files_that_are_all_called_after_splits_are_splits(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "clone", {"train.jsonl": LINE, "test.jsonl": LINE, "validation.jsonl": LINE})
    found = found_in(folder)
    assert names(found) == ["train.jsonl"]
    assert notes(found)[0] == "Only the split train was read, not test, validation."
    (folder / "more.jsonl").write_text(LINE)
    assert len(names(found_in(folder))) == 4, "where one is called otherwise, all are rows"
