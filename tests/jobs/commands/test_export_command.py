"""`export` writes what the Export tab writes: a file, or a folder for trainers and the hub, sent when that is asked."""

import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import datasets
import pytest

from tests.hub_server import TOKEN, Hub, hub
from tests.jobs.shell import Shell

ROWS = [{"instruction": f"What is {n} + {n}?", "output": f"={2 * n}"} for n in range(6)]


@pytest.fixture(scope="module")
def saved(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """With a selection whose responses a spreadsheet would run as formulas."""
    file = tmp_path_factory.mktemp("rows") / "sums.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)))
    shell.json("load", str(file))
    shell.json("select", "--by", "order", "--rows", "5", "--datasets", "sums", "--save", "Five sums")
    return shell


def test_without_a_place_a_folder_is_made_with_all_that_trainers_ask_for(saved: Shell) -> None:
    made = saved.json("export", "Five sums", "--format", "messages")
    folder = saved.root / "exports" / "five-sums"
    files = {each.name for each in folder.iterdir()}
    assert files == {
        "five-sums.jsonl", "manifest.json", "dataset_info.json", "axolotl.yml", "trl_sft.py", "five-sums.zip"
    }  # fmt: skip
    assert made["archive"] == str(folder / "five-sums.zip")
    with zipfile.ZipFile(made["archive"]) as archive:
        assert set(archive.namelist()) == files - {"five-sums.zip"}


def test_a_file_stands_alone_with_its_manifest(saved: Shell, tmp_path: Path) -> None:
    made = saved.json("export", "Five sums", "--out", str(tmp_path / "sums.jsonl"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["sums.jsonl", "sums.jsonl.manifest.json"]
    assert (made["archive"], made["trainers"], made["flattened"]) == (None, [], 0)


def test_the_ending_of_the_file_says_the_layout(saved: Shell, tmp_path: Path) -> None:
    made = saved.json("export", "Five sums", "--out", str(tmp_path / "sums.csv"))
    assert Path(made["file"]).read_text().startswith("instruction,input,output")
    saved.json("export", "Five sums", "--out", str(tmp_path / "sums.jsonl.gz"))
    assert (tmp_path / "sums.jsonl.gz").read_bytes()[:2] == b"\x1f\x8b"
    said = saved.refused("export", "Five sums", "--out", str(tmp_path / "sums.parquet"), "--format", "messages")
    assert "not written to a .parquet file" in said and not (tmp_path / "sums.parquet").exists()


def test_selections_of_any_name_are_kept_apart(saved: Shell) -> None:
    made = []
    for name in ("精选一", "精选二", "v1 (best)", "v1 best"):
        saved.json("select", "--by", "order", "--rows", "2", "--datasets", "sums", "--save", name)
        made.append(saved.json("export", name))
    assert len({each["file"] for each in made}) == 4
    assert Path(made[0]["file"]).name == "精选一.jsonl"
    assert "were kept" in " ".join(made[3]["remarks"])
    assert saved.json("export", "v1 (best)")["file"] == made[2]["file"]


@pytest.mark.parametrize(("flags", "first"), [([], "=0"), (["--escape-formulas"], "'=0")])
def test_formulas_of_a_csv_are_escaped_only_when_told(
    saved: Shell, tmp_path: Path, flags: list[str], first: str
) -> None:
    file = tmp_path / "sums.csv"
    saved.json("export", "Five sums", "--format", "csv", "--out", str(file), *flags)
    with file.open(newline="", encoding="utf-8-sig") as lines:
        assert next(csv.DictReader(lines))["output"] == first


def test_a_dataset_folder_is_read_by_the_hubs_own_library(saved: Shell, tmp_path: Path) -> None:
    made = saved.json("export", "Five sums", "--hub", "--dataset", "--out", f"{tmp_path}/made/")
    rows = datasets.load_dataset(made["hub_folder"], split="train", cache_dir=str(tmp_path / "cache"))
    assert rows["output"] == [each["output"] for each in ROWS[:5]]
    assert set(rows["source_dataset"]) == {"sums"}
    assert "made of Parquet" in saved.refused("export", "Five sums", "--hub", "--format", "csv")


@pytest.fixture
def real_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with hub() as running:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", running.address)
        yield running


def test_rows_leave_this_computer_only_when_that_is_confirmed(saved: Shell, real_hub: Hub) -> None:
    told = saved.refused("export", "Five sums", "--push", "me/sums")
    assert "Not pushed" in told and "5 rows" in told and "--yes" in told
    assert real_hub.repositories == {}
    sent = saved.json("export", "Five sums", "--push", "me/sums", "--yes")
    assert sent["pushed_to"] == f"{real_hub.address}/datasets/me/sums"
    assert {"README.md", "data/train-00000-of-00001.parquet", "manifest.json"} == set(real_hub.files)
    assert "exists already" in saved.refused("export", "Five sums", "--push", "me/sums", "--yes")


def test_what_would_be_lost_is_said_before_anything_is_written(saved: Shell, tmp_path: Path) -> None:
    file = tmp_path / "chats.jsonl"
    turns = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}, {"role": "assistant", "content": "c"}]
    file.write_text(json.dumps({"messages": turns}))
    saved.json("load", str(file))
    saved.json("select", "--by", "order", "--all", "--datasets", "chats", "--save", "Chats")
    said = saved.json("export", "Chats", "--format", "sharegpt", "--check")["remarks"]
    assert "LLaMA-Factory leaves out 1 conversation of this file: the same side speaks twice in a row (1)" in said[0]
    assert not (saved.root / "exports" / "chats").exists()
    assert saved.json("export", "Five sums", "--check")["remarks"] == []
