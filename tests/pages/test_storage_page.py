"""The Storage page, and the page that stands in place of all where the database is damaged."""

import subprocess
import sys

import duckdb
import pytest

from core.errors import StorageFull, StoreDamaged, StudioError
from core.paths import PROJECT
from core.store.commits import log_of
from core.store.examine import damage_of, part_damage_of
from jobs.api.rows import RowSection
from tests.pages.conftest import STORE, Studio, button, go, press, told, until

HEADERS, BLOCK = 3 * 4096, 262_144  # of a DuckDB file


def test_a_backup_is_made_and_restored(studio: Studio) -> None:
    studio.store.settings.set("note", "then")
    app = press(studio.open("storage"), "Make a backup")
    assert "3 datasets" in told(app) and "by hand" in told(app)
    studio.store.settings.set("note", "now")
    press(app, "Restore")
    press(app, "Restore", "Restore it")
    assert studio.store.settings.get("note") == "then"
    assert "before a restore" in told(go(app, "storage"))
    assert not app.exception


def test_everything_is_checked_beside_the_page_and_space_is_shown(studio: Studio) -> None:
    (studio.root / "uploads").mkdir(exist_ok=True)
    (studio.root / "uploads" / "a.csv").write_bytes(bytes(3_000_000))
    app = press(studio.open("storage"), "Check everything")
    until(lambda: "Everything is whole" in told(app.run()))
    assert "Copies of uploaded files" in told(app)
    press(app, "Free 3 MB")
    press(app, "Free 3 MB", "Delete")
    assert not (studio.root / "uploads").exists()
    assert not app.exception


def test_a_damaged_database_is_got_back_by_what_the_screen_says(studio: Studio) -> None:
    press(studio.open("storage"), "Make a backup")
    studio.restart()
    store = studio.root / STORE
    store.write_bytes(store.read_bytes()[:5000])
    app = studio.open()
    assert "The database is damaged" in app.title[0].value and not app.exception
    assert "Nothing was changed" in told(app) and "3 datasets" in app.selectbox[0].options[0]
    press(app, "Restore")
    press(app, "Restore", "Yes")
    assert "Restored" in told(app) and "handbook" in "".join(each.proto.body for each in app.get("html"))
    assert not app.exception


def test_a_database_that_is_gone_is_begun_anew_where_that_is_chosen(studio: Studio) -> None:
    studio.open()
    studio.restart()
    (studio.root / STORE).unlink()
    app = studio.open()
    assert "missing" in told(app) and "There is no backup" in told(app)
    assert not app.exception
    assert "Go on with it" not in [each.label for each in app.button]
    press(app, "Begin anew")
    press(app, "Begin anew", "Yes")
    assert "A new database was made" in told(app)
    assert button(app, "Start over") and not app.exception


def test_a_table_that_cannot_be_read_leads_to_the_backups(studio: Studio) -> None:
    press(studio.open("storage"), "Make a backup")
    studio.restart()
    store = studio.root / STORE
    whole = store.read_bytes()
    for block in range(len(whole) // BLOCK):
        begin = HEADERS + block * BLOCK
        store.write_bytes(whole[:begin] + bytes(BLOCK) + whole[begin + BLOCK :])
        found = None if damage_of(store) else part_damage_of(store)
        if found is not None and "dataset_rows" in found[1].what:
            break
    app = studio.open()
    assert "cannot be read" in told(app) and "Go on with it" not in [each.label for each in app.button]
    assert not app.exception
    press(app, "Restore")
    press(app, "Restore", "Yes")
    assert "Restored" in told(app) and not app.exception


def test_the_database_is_at_rest_when_the_process_of_the_page_has_ended(studio: Studio) -> None:
    studio.restart()
    work = "from pages.components.workspace import studio; studio().settings.set('note', 1)"
    subprocess.run([sys.executable, "-c", work], cwd=PROJECT, check=True, capture_output=True)
    with duckdb.connect(str(studio.root / STORE), read_only=True) as closed:
        assert closed.execute("SELECT value FROM meta WHERE name = 'in_use'").fetchall() == [("no",)]
    assert not log_of(studio.root / STORE).exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreDamaged("Table scores cannot be read.", mend="Restore a backup."), "Table scores cannot be read."),
        (StorageFull("No space left on the disk.", mend="Free some space."), "No space left on the disk."),
    ],
)
def test_what_a_part_of_a_page_finds_is_said_in_words(
    scored: Studio, monkeypatch: pytest.MonkeyPatch, error: StudioError, said: str
) -> None:
    app = scored.open("indicators")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(RowSection, "table", fail)
    app.run()
    assert said in told(app) and not app.exception
    monkeypatch.undo()
    assert said not in told(app.run())


def test_a_folder_that_another_process_holds_is_told_and_tried_again(studio: Studio) -> None:
    studio.restart()
    hold = "import sys; from core.store import Store; from pathlib import Path; s = Store.open(Path(sys.argv[1]))"
    command = [sys.executable, "-c", f"{hold}; print('open', flush=True); input()", str(studio.root / STORE)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"open\n"
        app = studio.open()
        (error,) = [each.value for each in app.error]
        assert f"Process {holder.pid} is using this data folder" in error and not app.exception
        holder.communicate(b"\n")
    press(app, "Try again")
    assert not app.error and not app.exception
