"""Backups: whole copies of a store in use, kept by count and size, and a way back that has a way back."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from core.errors import InputError, StorageFull, StoreDamaged
from core.rows.row import Row
from core.store import Store, backups
from core.store.backups import Backup, Backups, Occasion
from core.store.commits import log_of
from core.store.schema import MIGRATIONS, VERSION, migrate
from tests.small_disk import mounted


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


def backed_up(store: Store, occasion: Occasion = Occasion.BY_HAND) -> Backup:
    return Backups(store.path).make(store.connection, occasion)


def load(store: Store, name: str, rows: int) -> None:
    dataset = store.datasets.begin(name)
    store.datasets.append_rows(dataset, [Row(f"{name} {i}", "", "a") for i in range(rows)], [("f", 1)] * rows)
    store.datasets.finish(dataset)


def test_a_backup_has_everything_and_is_found_again(store: Store) -> None:
    load(store, "first", 5)
    made = backed_up(store)
    assert made.contents == {"datasets": 1, "rows": 5, "selections": 0, "rules": 0, "experiments": 0}
    assert Backups(store.path).all() == [made] == [Backups(store.path).get("newest")]
    assert Backups(store.path).verify(made) == ""
    with Store.open(Backups(store.path).file(made)) as copy:
        assert [each.name for each in copy.datasets.all()] == ["first"]
    with pytest.raises(InputError, match=made.name):
        Backups(store.path).get("other")


def test_a_backup_is_of_one_moment_while_others_write_and_read(store: Store) -> None:
    """Each change adds a pair of settings in one transaction: a backup has both or none."""
    ended, number = threading.Event(), 0

    def write() -> None:
        nonlocal number
        while not ended.is_set():
            number += 1
            with store.connection.write() as cursor:
                cursor.execute("INSERT INTO settings VALUES (?, '1')", [f"left {number}"])
                cursor.execute("INSERT INTO settings VALUES (?, '1')", [f"right {number}"])

    writer = threading.Thread(target=write)
    with store.connection.read() as cursor:  # an old reader keeps the log from being taken in
        cursor.execute("BEGIN")
        cursor.execute("SELECT count(*) FROM settings").fetchall()
        writer.start()
        made = [backed_up(store) for _ in range(3)]
    ended.set()
    writer.join()
    for backup in made:
        with duckdb.connect(str(Backups(store.path).file(backup)), read_only=True) as copy:
            names = {row[0] for row in copy.execute("SELECT name FROM settings").fetchall()}
        assert {f"right{each.removeprefix('left')}" for each in names if each.startswith("left")} == {
            each for each in names if each.startswith("right")
        }


def test_a_restore_goes_back_and_forth_in_the_open_store(store: Store) -> None:
    load(store, "first", 5)
    before = backed_up(store)
    load(store, "second", 3)
    after = backed_up(store, Occasion.RESTORE)
    store.restore(Backups(store.path).file(before))
    assert [each.name for each in store.datasets.all()] == ["first"]
    store.settings.set("later", 1)
    store.restore(Backups(store.path).file(after))
    assert [each.name for each in store.datasets.all()] == ["first", "second"]
    store.close()
    with Store.open(store.path) as again:
        assert [each.name for each in again.datasets.all()] == ["first", "second"]


def test_a_damaged_backup_is_found_out(store: Store) -> None:
    made = backed_up(store)
    file = Backups(store.path).file(made)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 255
    file.write_bytes(content)
    assert "not what was written" in Backups(store.path).verify(made)


def test_of_a_damaged_database_no_backup_is_made_and_earlier_ones_stay(store: Store) -> None:
    load(store, "first", 2000)
    good = backed_up(store)
    store.close()
    content = bytearray(store.path.read_bytes())
    for place in range(12_288, len(content), 4096):  # behind the three headers, everywhere
        content[place + 100] ^= 255
    store.path.write_bytes(content)
    try:
        with Store.open(store.path) as damaged, pytest.raises(StoreDamaged, match=r"restore|Restore"):
            backed_up(damaged)
    except StoreDamaged:  # its catalogue may be among what is damaged
        pass
    assert Backups(store.path).all() == [good]
    assert not list(Backups(store.path).folder.glob(".*"))


def test_few_are_kept_and_the_newest_however_large(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "MOST", 2)
    made = [backed_up(store) for _ in range(3)]
    assert Backups(store.path).all() == [made[2], made[1]]
    monkeypatch.setattr(backups, "MOST_BYTES", 1)
    last = backed_up(store)
    assert Backups(store.path).all() == [last]


def test_a_daily_backup_is_due_after_a_day_with_changes_wherever_the_clock_was_set(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, now = Backups(store.path), time.time()
    assert not kept.due(now, 1) and kept.due(now - 90_000, 1)
    made = backed_up(store, Occasion.DAILY)
    for moved in (90_000, -90_000):
        monkeypatch.setattr(time, "time", lambda moved=moved: now + moved)
        assert kept.due(now, made.commit + 1) and not kept.due(now, made.commit)
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    assert not kept.due(now, made.commit + 1)


def test_an_earlier_version_is_backed_up_before_its_tables_change(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    with duckdb.connect(str(path)) as old:
        migrate(old, MIGRATIONS[:2])
        old.execute("INSERT INTO settings VALUES ('profile', '\"embedded\"')")
    with Store.open(path) as store:
        assert store.settings.get("profile") == "embedded"
    made = Backups(path).all()
    assert [(each.occasion, each.schema) for each in made] == [(Occasion.UPDATE, 2)]
    assert VERSION > 2
    with Store.open(path) as store:
        store.restore(Backups(path).file(made[0]))
        assert store.settings.get("profile") == "embedded"


def test_a_backup_for_which_there_is_no_space_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "12m") as folder, Store.open(folder / "studio.duckdb") as store:
        store.settings.set("kept", 1)
        (folder / "filler").write_bytes(os.urandom(8_000_000))
        with pytest.raises(StorageFull, match="MB"):
            backed_up(store)
        assert Backups(store.path).all() == [] and not list(Backups(store.path).folder.glob(".*"))
        assert store.settings.get("kept") == 1


def test_where_nobody_may_read_the_open_file_it_is_copied_through_the_database(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    load(store, "first", 5)

    def refuse(*_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", refuse)
        made = backed_up(store)
    assert made.contents["rows"] == 5 and made.commit == store.connection.last_commit
    store.restore(Backups(store.path).file(made))
    load(store, "second", 1)
    assert [each.rows for each in store.datasets.all()] == [5, 1]
    assert not log_of(Backups(store.path).file(made)).exists()


def test_the_newest_is_the_one_made_last_where_the_clock_was_set_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "MOST", 2)
    for _ in range(2):
        about = Backups(store.path).folder / backed_up(store).name / backups.ABOUT
        about.write_text(about.read_text().replace('"made_at": ', '"made_at": 9'))
    last = backed_up(store)
    assert Backups(store.path).get("newest") == last and len(Backups(store.path).all()) == 2
