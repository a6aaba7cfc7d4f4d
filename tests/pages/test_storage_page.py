"""The Storage page, and the page that stands in place of all where the database is damaged."""

from tests.pages.conftest import STORE, Studio, button, go, press, told, until


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
    press(app, "Free 3.0 MB")
    press(app, "Free 3.0 MB", "Delete")
    assert not (studio.root / "uploads").exists()
    assert not app.exception


def test_a_damaged_database_is_got_back_by_what_the_screen_says(studio: Studio) -> None:
    press(studio.open("storage"), "Make a backup")
    studio.restart()
    store = studio.root / STORE
    store.write_bytes(store.read_bytes()[:5000])
    app = studio.open()
    assert "The database is damaged" in app.title[0].value
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
    assert "Go on with it" not in [each.label for each in app.button]
    press(app, "Begin anew")
    press(app, "Begin anew", "Yes")
    assert "A new database was made" in told(app)
    assert button(app, "Start over") and not app.exception
