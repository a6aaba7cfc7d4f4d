"""Two windows on one workspace: what one changes the other is told, and no choice goes unseen."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import StoreError
from pages.datasets.dataset_list import keep_changes
from tests.pages.conftest import Studio, drag, press, tell
from tests.pages.rule_page import asked
from tests.pages.select_page import chosen


def news(app: AppTest) -> list[str]:
    return [each.value for each in app.toast]


def form(studio: Studio) -> dict:
    return studio.store.settings.get("selection_form", {})


def save(app: AppTest, number: int) -> None:
    """Press Save in the dialog of a dataset, as it was opened."""
    app.button(f"edit {number}").click()
    press(app, "Save")


def test_windows_that_change_different_fields_both_keep_their_work_and_are_told(studio: Studio) -> None:
    first, second = studio.open("select"), studio.open("select")
    chosen(first, percent=10.0)
    assert news(first) == []
    chosen(second, amount="rows")
    assert form(studio)["percent"] == 10.0 and form(studio)["amount"] == "rows"
    assert news(second) == ["Another window has changed the selection settings: percent 10.0."]
    assert news(first.run()) == ["Another window has changed the selection settings: amount rows."]
    assert news(first.run()) == []


def test_a_choice_that_replaces_another_windows_says_which(studio: Studio) -> None:
    first, second = studio.open("select"), studio.open("select")
    chosen(first, percent=10.0)
    chosen(second, percent=40.0)
    assert form(studio)["percent"] == 40.0
    assert news(second) == ["Another window had changed the selection settings. Your change replaces percent 10.0."]
    assert news(first.run()) == ["Another window has changed the selection settings: percent 40.0."]


def test_a_filter_of_another_window_is_told_where_a_part_of_the_page_is_drawn(scored: Studio) -> None:
    first, second = scored.open("indicators"), scored.open("indicators")
    drag(first, "reward", 0.0, 0.5)
    told = tell(second, ranges={"number": 1, "ranges": {"mtld": {"low": 10.0, "high": 60.0, "missing": False}}})
    assert len(news(told)) == 1 and "filters" in news(told)[0]


def test_one_window_alone_is_told_nothing(studio: Studio) -> None:
    app = studio.open("select")
    for percent in (10.0, 20.0):
        assert news(chosen(app, percent=percent)) == []
    assert news(studio.open("select")) == []


def test_a_description_written_here_leaves_the_name_that_another_window_gave(studio: Studio) -> None:
    number = studio.store.datasets.all()[0].dataset_id
    app = studio.open("datasets")
    app.button(f"edit {number}").click().run()
    studio.store.datasets.rename(number, "renamed elsewhere")
    app.text_area[0].set_value("Described here.")
    save(app, number)
    found = studio.store.datasets.get(number)
    assert (found.name, found.description) == ("renamed elsewhere", "Described here.")


def test_a_dataset_that_another_window_has_deleted_is_not_silently_renamed(studio: Studio) -> None:
    shown = studio.store.datasets.all()[0]
    studio.store.datasets.delete(shown.dataset_id)
    with pytest.raises(StoreError, match="Dataset not found"):
        keep_changes(shown, "Another name", shown.description)


def test_how_another_window_wants_the_rule_to_be_learned_is_told(measured: tuple[Studio, pd.DataFrame]) -> None:
    studio, _ = measured
    first, second = studio.open("rule"), studio.open("rule")
    asked(first, method="stepwise")
    asked(second, indicators=["reward"])
    assert news(second) == ["Another window has changed the fit settings: method stepwise."]
    assert studio.store.settings.get("rule_form")["method"] == "stepwise"
