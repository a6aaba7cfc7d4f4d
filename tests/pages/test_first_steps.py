"""The first minutes: a path above every page, and a way back to the beginning that keeps what was paid for."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Studio, go, press, told, until
from tests.unscored import unscored_file


def steps(app: AppTest) -> list[str]:
    """The captions under the steps."""
    ways = ("Done ·", "Next ·", "Later ·")
    return [str(each.value) for each in app.caption if str(each.value).startswith(ways)]


def test_every_page_shows_the_path_and_folds_it_for_the_session(scored: Studio) -> None:
    app = scored.open()
    assert steps(app) == [
        f"Done · 3 datasets, {len(scored.rows)} rows",
        "Done · All rows scored",
        "Later · Optional: tune models",
        "Later · Optional: a rule is included",
        "Next · Select the best rows",
    ]
    app.button(key="fold_path").click().run()
    assert steps(app) == ["Next · Select the best rows"]
    assert steps(go(app, "report")) == ["Next · Select the best rows"]
    assert len(steps(scored.open("jobs"))) == 5


def test_scoring_is_next_where_nothing_is_scored(studio: Studio) -> None:
    assert steps(studio.open())[1] == "Next · Score the rows"


def test_starting_over_asks_and_then_leaves_the_demo_alone(scored: Studio) -> None:
    scored.store.rules.save("mine", {})
    app = press(scored.open(), "Start over")
    assert "1 rule," in told(app) and "exported files" in told(app)
    press(app, "Start over", "Cancel")
    assert len(scored.store.rules.all()) == 1

    press(app, "Start over")
    press(app, "Start over", "Delete and start over")
    assert not app.exception
    assert not scored.store.rules.all()
    assert [each.name for each in scored.store.datasets.all()] == ["handbook", "forum", "scrape"]
    assert steps(app)[1] == "Done · All rows scored"


def test_load_my_own_unfolds_the_ways_in(studio: Studio) -> None:
    app = studio.open()
    assert not app.session_state["load data 0"]
    press(app, "Load data")
    assert app.session_state["load data 1"]


def test_the_ways_in_are_folded_again_once_a_load_has_begun(studio: Studio, tmp_path: Path) -> None:
    file = unscored_file("forum", tmp_path, rows=4)
    app = press(studio.open(), "Load data")
    (field,) = [each for each in app.text_input if str(each.key).startswith("typed_path")]
    field.set_value(str(file)).run()
    app.button(key="load path").click().run()
    until(lambda: len(studio.store.datasets.all()) == 4)
    assert not app.exception
    assert not app.session_state["load data 2"]
