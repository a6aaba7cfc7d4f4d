"""The data folder is closed to other users, with all that lay in it from before."""

import os
import stat
from pathlib import Path

import pytest

from core.private_folder import keep_private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights of this kind are a matter of POSIX")


def rights(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_folder_from_before_is_mended_but_not_what_its_links_lead_to(tmp_path: Path) -> None:
    outside, data = tmp_path / "outside", tmp_path / "data"
    (data / "jobs" / "1").mkdir(parents=True)
    outside.mkdir()
    for path, mode in ((outside / "model", 0o644), (data / "store", 0o664), (data / "jobs" / "1" / "run", 0o755)):
        path.touch()
        path.chmod(mode)
    for folder in (outside, data, data / "jobs", data / "jobs" / "1"):
        folder.chmod(0o755)
    (data / "models").symlink_to(outside, target_is_directory=True)
    (data / "model").symlink_to(outside / "model")

    keep_private(data)

    assert [rights(each) for each in (data, data / "jobs", data / "jobs" / "1", data / "jobs" / "1" / "run")] == [
        0o700
    ] * 4
    assert rights(data / "store") == 0o600
    assert (rights(outside), rights(outside / "model")) == (0o755, 0o644)


def test_a_new_folder_is_closed_and_one_that_can_not_be_made_is_for_others_to_tell(tmp_path: Path) -> None:
    keep_private(tmp_path / "a" / "b")
    assert rights(tmp_path / "a" / "b") == 0o700
    (tmp_path / "file").touch()
    keep_private(tmp_path / "file" / "data")
