"""The address holds the view: back, forward, a reload and a bookmark lead to it again."""

import pytest
from playwright.sync_api import expect

from tests.journeys.studio_page import StudioPage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def test_back_forward_a_reload_and_a_bookmark_lead_to_the_view(tab: StudioPage) -> None:
    tab.open("Indicators")
    expect(tab.plot("reward")).to_have_class("plot")
    tab.page.wait_for_url("**/indicators?view=*")
    every, nowhere = tab.rows_shown(), tab.page.url
    tab.drag_across("reward", 0.5, 1.1)
    tab.expect_chip_count(1)
    tab.page.wait_for_url(lambda url: url != nowhere)
    chip, bookmark, left = tab.only_chip(), tab.page.url, tab.rows_shown()
    assert left < every
    tab.go("Select")
    tab.page.go_back()
    tab.settle("Indicators")
    tab.expect_chip(chip)
    tab.page.go_back()
    tab.expect_chip_count(0)
    tab.expect_rows(every)
    tab.page.go_forward()
    tab.expect_chip(chip)
    tab.clear_filters()
    tab.page.wait_for_url(lambda url: url != bookmark)
    tab.page.goto(bookmark)
    tab.settle("Indicators")
    tab.expect_chip(chip)
    tab.reload("Indicators")
    tab.expect_rows(left)
    assert tab.page.url == bookmark
