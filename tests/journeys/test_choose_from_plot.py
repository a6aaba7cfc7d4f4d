"""From a plot to a saved selection: the best rows are cut off, the line is moved, and what is left is selected."""

import pytest
from playwright.sync_api import expect

from tests.journeys.studio import wait_until
from tests.journeys.studio_page import StudioPage
from tests.journeys.test_linked_plots import SECONDS, ready, settled

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def test_the_best_rows_are_cut_off_the_line_is_moved_and_they_are_selected_and_saved(tab: StudioPage) -> None:
    tab.open("Indicators")
    expect(tab.plot("reward")).to_have_class("plot")
    tab.page.get_by_label("Score to keep rows by").select_option("highest reward")
    field = tab.page.get_by_label("Rows to keep")
    field.fill("60")
    field.press("Enter")
    best = settled(tab, chips=1)
    assert best >= 60 and tab.only_chip().startswith("Reward ≥ ")
    expect(tab.plot("reward").locator(".side.kept")).to_have_text(str(best))
    ready(tab, "reward")
    grip = tab.plot("reward").locator(".edge.low .grip").bounding_box()
    assert grip is not None
    tab.page.mouse.move(grip["x"] + 2.5, grip["y"] + 9)
    tab.page.mouse.down()
    tab.page.mouse.move(grip["x"] - 20, grip["y"] + 9, steps=5)
    wait_until(lambda: tab.rows_told() > best, SECONDS)
    more = tab.rows_told()
    expect(tab.plot("reward").locator(".side.kept")).to_have_text(str(more))
    tab.page.mouse.up()
    assert settled(tab, chips=1) == more
    tab.screenshot("cut-off")
    tab.page.get_by_role("button", name="Select these").click()
    tab.settle("Select")
    expect(tab.page.get_by_text(f"of {more}", exact=True)).to_be_visible()
    tab.press("Save", "Saved as")
    tab.go("Indicators")
    tab.page.get_by_role("button", name="Drop these").click()
    tab.page.get_by_text("Not reward ≥ ").wait_for()
    settled(tab, chips=1)
