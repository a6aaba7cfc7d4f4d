"""The address holds the view, and views are kept by name."""

from streamlit.testing.v1 import AppTest

from core.rows.filters import Filters
from core.rows.view import View, decoded, encoded
from pages.components import workspace
from tests.pages.conftest import Studio, button, drag, go, press
from tests.pages.indicators_page import chips, heading, rows_shown

LOW = View(Filters().with_range("reward", None, 0.0), "reward", True, ("reward", "output"))


def address(app: AppTest) -> str:
    return "".join(app.query_params.get("view", []))


def opened_at(scored: Studio, told: str) -> AppTest:
    """The page turned to by an address that holds a view."""
    app = scored.open("datasets")
    app.query_params["view"] = told
    return go(app, "indicators")


def test_an_address_brings_back_filters_order_and_columns(scored: Studio) -> None:
    app = opened_at(scored, encoded(LOW))
    assert chips(app) == ["Reward ≤ 0"] and workspace.filters() == LOW.filters
    assert list(rows_shown(app).columns) == ["reward", "output"]
    wanted = scored.rows.query("reward <= 0")["reward"].nlargest(100)
    assert rows_shown(app)["reward"].tolist() == wanted.tolist()


def test_each_change_is_a_step_and_a_run_that_is_told_an_older_address_takes_none_back(scored: Studio) -> None:
    app = drag(scored.open("indicators"), "reward", 0.0, 5.0)
    first = address(app)
    app = drag(app, "perplexity", 1.0, None)
    second = decoded(address(app))
    assert second is not None and second.filters == workspace.filters()
    app.query_params["view"] = first
    app = press(app, "Clear all")
    assert chips(app.run()) == [] and not workspace.filters().active


def test_an_address_that_holds_no_view_changes_nothing(scored: Studio) -> None:
    drag(scored.open("indicators"), "reward", 0.0, 5.0)
    app = opened_at(scored, "no-view")
    assert not app.exception and chips(app) == ["Reward 0 to 5"]


def test_another_window_follows_what_an_address_has_put_in_force(scored: Studio) -> None:
    second = scored.open("indicators")
    opened_at(scored, encoded(LOW))
    assert chips(second.run()) == ["Reward ≤ 0"]
    assert any("Another window has changed the filters" in each.value for each in second.toast)


def test_a_view_is_saved_opened_and_deleted_by_name(scored: Studio) -> None:
    app = opened_at(scored, encoded(LOW))
    app.text_input(key="name of the view").set_value("weak answers")
    press(app, "Save this view")
    assert [(each.name, each.view) for each in workspace.studio().views.all()] == [("weak answers", LOW)]
    app = press(press(app, "Clear all").run(), "weak answers").run()
    assert chips(app) == ["Reward ≤ 0"] and list(rows_shown(app).columns) == ["reward", "output"]
    assert heading(app) == f"Rows ({len(scored.rows.query('reward <= 0'))})"
    app.button(key="delete view 0").click().run()
    assert workspace.studio().views.all() == [] and chips(app.run()) == ["Reward ≤ 0"]
    assert "weak answers" not in [each.label for each in app.button] and button(app, "Clear all")
