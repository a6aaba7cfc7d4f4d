"""Datasets of the hub where there is no hub: one sentence, at once."""

from pathlib import Path

import pytest

from core.datasets.load_task import LoadTask
from core.errors import InputError
from core.progress import Silent
from core.sources.hub import HubSource, hub_files
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
