"""The daily backup makes itself, also for a store that is open for moments only."""

import time
from pathlib import Path

import pytest

from core.errors import StorageFull
from core.rows.row import Row
from core.store import Store
from core.store.backups import Backups, Occasion
from core.workspace.upkeep import Upkeep


@pytest.fixture
def next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 90_000)


def filled(folder: Path) -> Store:
    store = Store.open(folder / "studio.duckdb")
    dataset = store.datasets.begin("one")
    store.datasets.append_rows(dataset, [Row("q", "", "a")], [("f", 1)])
    store.datasets.finish(dataset)
    return store


def test_it_is_made_once_when_the_store_is_a_day_old(tmp_path: Path, next_day: None) -> None:
    with filled(tmp_path) as store:
        upkeep = Upkeep(store)
        assert upkeep.back_up_if_due() and not upkeep.back_up_if_due()
        assert [each.occasion for each in Backups(store.path).all()] == [Occasion.DAILY]
        upkeep.close()


def test_none_is_made_on_the_first_day(tmp_path: Path) -> None:
    with filled(tmp_path) as store:
        Upkeep(store).close()
        assert Backups(store.path).all() == []


def test_one_that_cannot_be_made_is_told(tmp_path: Path, next_day: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StorageFull("No space left for a backup of 5 MB.", mend="Free 6 MB and try again.")

    with filled(tmp_path) as store:
        upkeep = Upkeep(store)
        monkeypatch.setattr(Backups, "make", refuse)
        assert not upkeep.back_up_if_due()
        assert "Free 6 MB" in upkeep.fault
        upkeep.close()
