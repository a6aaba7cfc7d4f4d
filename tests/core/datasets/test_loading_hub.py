"""Datasets of the hub where there is no hub: one sentence, at once."""

import threading
from pathlib import Path
from types import SimpleNamespace

import datasets
import huggingface_hub
import pytest
from huggingface_hub import constants

from core.datasets.load_task import LoadTask
from core.errors import InputError
from core.progress import Cancelled, Silent
from core.sources.hub import HubSource, hub_files, refuse_elsewhere
from core.store import Store


def test_a_hub_out_of_reach_is_told_in_one_sentence(tmp_path: Path) -> None:
    with Store.open(tmp_path / "studio.duckdb") as store:
        task = LoadTask(store, "alpaca", HubSource("tatsu-lab/alpaca", "train", tmp_path / "hub"))
        task.start()
        task.join(120)
        error = task.state.error
        assert isinstance(error, InputError)
        assert str(error) == (
            "tatsu-lab/alpaca, train: The hub cannot be reached. Check the network, or download the file elsewhere "
            "and load it from this computer."
        )
        assert store.datasets.all() == []


NONSENSE = [
    "",
    " ",
    "../..",
    "a/b/c",
    "owner/../name",
    "https://huggingface.co/datasets/x/y",
    "-x/y",
    "o/n\0",
    "東/京",
    ":x",
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_what_is_no_name_of_a_dataset_is_refused_without_asking(nonsense: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"not a dataset id of the hub\. Use owner/name"):
        hub_files(nonsense, "train", tmp_path, Silent())
    assert list(tmp_path.iterdir()) == []


CARD = """---
configs:
- config_name: default
  sep: "/"
  data_files:
  - split: train
    path: ["data/*.csv", "{place}"]
---
"""


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data/*.csv",
        "/home/me/secret.jsonl",
        "../../secret.csv",
        "zip://a.csv::https://10.0.0.1/a.zip",
        "C:/secret.csv",
        "file:///etc/passwd",
    ],
)
def test_a_file_that_a_dataset_names_elsewhere_is_not_asked_for(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = huggingface_hub.DatasetCard(CARD.format(place=place))
    monkeypatch.setattr(huggingface_hub.DatasetCard, "load", lambda *_: card)
    monkeypatch.setattr(datasets, "load_dataset_builder", lambda *_: pytest.fail("it is asked for"))
    with pytest.raises(InputError, match="names a file that is not on the hub") as told:
        hub_files("owner/name", "train", tmp_path, Silent())
    assert told.value.where == "owner/name" and told.value.mend
    with pytest.raises(InputError, match="not on the hub"):
        refuse_elsewhere(["hf://datasets/owner/name@0123/a.csv", place], "owner/name")


def test_files_of_the_hub_are_taken() -> None:
    own = "hf://datasets/owner/name@0123/data/train-00000-of-00001.parquet"
    refuse_elsewhere([own, f"zip://a.csv::{own}", "data/*.csv", "data/a..b.csv", "**"], "owner/name")


class UntilSeen:
    """Progress that wants no more once it was told of what has arrived."""

    said: tuple[str, ...] = ()

    def update(self, done: int, total: int, message: str = "") -> None:
        self.said = (*self.said, message)
        if "so far" in message:
            raise Cancelled


def test_a_download_tells_what_has_arrived_and_is_left_when_it_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = threading.Event()

    def download() -> None:
        blobs = tmp_path / "datasets--owner--name" / "blobs"
        blobs.mkdir(parents=True)
        (blobs / "0123.incomplete").write_bytes(bytes(3_000_000))
        assert left.wait(60)

    built = SimpleNamespace(config=SimpleNamespace(data_files=None), download_and_prepare=download)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(datasets, "load_dataset_builder", lambda *_: built)
    told = UntilSeen()
    with pytest.raises(Cancelled):
        hub_files("owner/name", "train", tmp_path / "hub", told)
    left.set()
    assert told.said[-1] == "Downloading owner/name from the hub: 3 MB so far"
    assert not (tmp_path / "hub").exists()
