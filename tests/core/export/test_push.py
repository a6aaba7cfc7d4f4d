"""The real hub client sends a folder once, privately, and what stands in its way is said without the token."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StudioError
from core.export.push import push_folder
from core.progress import Silent
from tests.hub_server import TOKEN, Hub, hub


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hub" / "data").mkdir(parents=True)
    (tmp_path / "hub" / "README.md").write_text("---\npretty_name: mine\n---\n\n# mine\n")
    (tmp_path / "hub" / "data" / "train-00000-of-00001.parquet").write_bytes(b"PAR1 rows PAR1")
    (tmp_path / "hub" / ".unfinished-README.md").write_text("half")
    return tmp_path / "hub"


@pytest.fixture
def real_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with hub() as running:
        yield running


def test_the_folders_files_arrive_in_a_private_dataset(folder: Path, real_hub: Hub) -> None:
    address = push_folder(folder, "me/mine", TOKEN, Silent(), endpoint=real_hub.address)
    assert address == f"{real_hub.address}/datasets/me/mine"
    made = real_hub.repositories["me/mine"]
    assert made["type"] == "dataset" and (made.get("private") is True or made.get("visibility") == "private")
    sent = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("[!.]*.*")}
    assert real_hub.files == sent and len(sent) == 2


def test_a_dataset_that_is_there_is_only_added_to_when_that_is_allowed(folder: Path, real_hub: Hub) -> None:
    real_hub.repositories["me/mine"] = {}
    with pytest.raises(StudioError, match="exists already"):
        push_folder(folder, "me/mine", TOKEN, Silent(), endpoint=real_hub.address)
    assert real_hub.files == {}
    push_folder(folder, "me/mine", TOKEN, Silent(), add_to=True, endpoint=real_hub.address)
    assert len(real_hub.files) == 2


@pytest.mark.parametrize(
    ("name", "token", "sentence"),
    [
        ("me/mine", "hf_wrongTokenOfAUser", "rejected the token"),
        ("stranger/mine", TOKEN, "no permission for this"),
        ("no name", TOKEN, "not a dataset id"),
    ],
)
def test_a_refusal_is_one_sentence_without_the_token(
    folder: Path, real_hub: Hub, name: str, token: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StudioError, match=sentence) as told:
        push_folder(folder, name, token, Silent(), endpoint=real_hub.address)
    assert token not in f"{told.value} {told.value.__cause__} {caplog.text}"
    assert real_hub.files == {}


def test_no_network_is_one_sentence(folder: Path, real_hub: Hub) -> None:
    with pytest.raises(StudioError, match="cannot be reached"):
        push_folder(folder, "me/mine", TOKEN, Silent(), endpoint="http://127.0.0.1:1")
