"""A disk that is full while somebody uses the app: said, nothing is lost, and it goes on once there is space."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import StorageFull
from tests.pages.conftest import Studio, go, press, with_queue
from tests.pages.select_page import chosen
from tests.small_disk import fill, mounted


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """The data folder that `studio` will use, on a disk of its own."""
    with mounted(tmp_path / "data", "48m") as folder:
        yield folder


def test_a_choice_and_a_selection_that_can_not_be_kept_are_said(disk: Path, studio: Studio) -> None:
    app = chosen(studio.open("select"), rank_by="random", percent=30.0)
    fill(disk / "filler")
    for characters in (4_000, 200, 1):  # until the last page of the store's log is full as well
        with pytest.raises(StorageFull):
            for _ in range(1_000):
                studio.store.settings.set("space", "x" * characters)
    chosen(app, percent=40.0)
    assert "No space left on the disk." in app.toast[0].value and not app.exception
    press(app, "Save")
    assert not app.exception
    (disk / "filler").unlink()
    assert studio.store.settings.get("selection_form")["percent"] == 30.0 and studio.store.selections.all() == []
    chosen(app, percent=40.0)
    press(app, "Save")
    assert studio.store.settings.get("selection_form")["percent"] == 40.0 and len(studio.store.selections.all()) == 1


def cancel_buttons(app: AppTest) -> list[Any]:
    return [each for each in app.button if each.label == "Cancel"]


def test_a_job_that_can_not_be_cancelled_now_says_so_and_is_once_there_is_space(
    disk: Path, studio: Studio, ran_once: Path
) -> None:
    app = with_queue(studio, ran_once).open("jobs")
    press(go(app, "indicators"), "Score now")
    go(app, "jobs")
    fill(disk / "filler")
    waiting = len(cancel_buttons(app))
    cancel_buttons(app)[0].click().run()
    assert not app.exception and "No space left on the disk." in app.error[0].value
    (disk / "filler").unlink()
    cancel_buttons(app)[0].click().run()
    assert not app.exception and len(app.run().error) == 0
    assert len(cancel_buttons(app)) == waiting - 1
