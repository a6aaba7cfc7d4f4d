"""The plots follow the pointer and the keys in the browser; the table follows when they rest."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.loading import load
from tests.journeys.studio import wait_until
from tests.journeys.studio_page import StudioPage
from tests.unscored import unscored_file

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
SECONDS = 60.0


@pytest.fixture
def opened(tab: StudioPage) -> StudioPage:
    """The Indicators page without filters, its plots drawn."""
    tab.open("Indicators")
    expect(tab.plot("reward").locator(".now").first).to_have_attribute("d", re.compile("^M|^$"))
    if " of " in tab.page.locator(".linked-plots .count").inner_text():
        tab.clear_filters()
    expect(tab.plot("reward")).to_have_class("plot")
    return tab


def ready(tab: StudioPage, column: str) -> None:
    """The pointer rests on a plot until its pairs with all others are there."""
    tab.page.mouse.move(*tab.place(column, 0.02))
    wait_until(lambda: column in (tab.page.locator(".linked-plots").get_attribute("data-ready") or "").split(), SECONDS)


def settled(tab: StudioPage, chips: int) -> int:
    """Rows of the table, once so many filters are in force and the table counts what the plots do."""
    tab.expect_chip_count(chips)
    tab.settle()
    wait_until(lambda: tab.rows_shown() == tab.rows_told(), SECONDS)
    return tab.rows_shown()


def test_all_plots_follow_the_pointer_before_it_is_released(opened: StudioPage) -> None:
    tab, every = opened, opened.rows_shown()
    ready(tab, "reward")
    tab.page.mouse.move(*tab.place("reward", 0.4))
    tab.page.mouse.down()
    seen = []
    for share in (0.5, 0.65, 0.8, 1.1):
        tab.page.mouse.move(*tab.place("reward", share), steps=3)
        wait_until(lambda: [tab.rows_told()] != seen[-1:], SECONDS)
        seen.append(tab.rows_told())
        for other in ("mtld", "ifd"):
            expect(tab.plot(other)).to_have_attribute("data-rows", str(seen[-1]))
        expect(tab.plot("reward")).to_have_attribute("data-rows", str(every))
        assert tab.rows_shown() == every
    assert seen == sorted(seen) and seen[0] > 0 and seen[-1] < every
    tab.screenshot("linked plots while dragging")
    tab.page.mouse.up()
    assert settled(tab, chips=1) == seen[-1], "counted in the browser as the store counts"
    assert tab.chips()[0].startswith("Reward ≥ ")
    tab.reload("Indicators")
    assert settled(tab, chips=1) == seen[-1]
    expect(tab.plot("reward")).to_have_class("plot filtered")


def test_two_ranges_hold_and_each_plot_shows_what_the_other_leaves(opened: StudioPage) -> None:
    tab = opened
    tab.drag_across("reward", 0.5, 1.1)
    one = settled(tab, chips=1)
    ready(tab, "mtld")
    tab.drag_across("mtld", 0.5, 0.8)
    both = settled(tab, chips=2)
    assert 0 < both < one
    expect(tab.plot("mtld")).to_have_attribute("data-rows", str(one))
    expect(tab.plot("ifd")).to_have_attribute("data-rows", str(both))
    tab.keyed("chip-range-reward").get_by_role("button").click()
    settled(tab, chips=1)
    expect(tab.plot("reward")).to_have_class("plot")


def test_an_edge_is_moved_by_its_handle_and_the_whole_range_by_its_middle(opened: StudioPage) -> None:
    tab = opened
    tab.drag_across("perplexity", 0.3, 0.6)
    before = settled(tab, chips=1)
    low = tab.plot("perplexity").locator("input.low").input_value()
    tab.drag_edge("perplexity", "high", 0.9)
    wait_until(lambda: tab.rows_told() > before, SECONDS)
    assert settled(tab, chips=1) > before
    assert tab.plot("perplexity").locator("input.low").input_value() == low
    tab.drag_across("perplexity", 0.5, 0.4)
    expect(tab.plot("perplexity").locator("input.low")).not_to_have_value(low)
    settled(tab, chips=1)


def test_an_exact_number_is_typed(opened: StudioPage) -> None:
    tab = opened
    tab.plot("output_words").hover()
    field = tab.plot("output_words").get_by_label("Output words from, exact number")
    field.fill("40")
    field.press("Enter")
    least = settled(tab, chips=1)
    assert tab.chips() == ["Output words ≥ 40"] and least > 0
    field = tab.plot("output_words").get_by_label("Output words to, exact number")
    field.fill("no number")
    field.press("Enter")
    expect(field).to_have_value("")
    assert tab.chips() == ["Output words ≥ 40"]


def test_arrow_keys_move_an_edge_and_escape_clears(opened: StudioPage) -> None:
    tab, every = opened, opened.rows_shown()
    edge = tab.plot("reward").get_by_role("slider", name="Reward, from")
    edge.focus()
    expect(edge).to_be_focused()
    tab.page.keyboard.press("ArrowRight")
    near = int(edge.get_attribute("aria-valuenow") or 0)
    for _ in range(7):
        tab.page.keyboard.press("Shift+ArrowRight")
    wait_until(lambda: int(edge.get_attribute("aria-valuenow") or 0) > near + 20, SECONDS)
    assert settled(tab, chips=1) < every
    tab.page.keyboard.press("Tab")
    expect(tab.plot("reward").get_by_role("slider", name="Reward, to")).to_be_focused()
    tab.page.keyboard.press("Escape")
    tab.expect_chip_count(0)
    wait_until(lambda: tab.rows_shown() == every, SECONDS)


def test_a_click_takes_a_bar_and_a_double_click_clears(opened: StudioPage) -> None:
    tab, every = opened, opened.rows_shown()
    tab.page.mouse.click(*tab.place("mtld", 0.62))
    assert 0 < settled(tab, chips=1) < every
    tab.page.mouse.dblclick(*tab.place("mtld", 0.3))
    tab.expect_chip_count(0)
    wait_until(lambda: tab.rows_shown() == every == tab.rows_told(), SECONDS)


def test_a_range_outlasts_a_page_that_is_drawn_anew_under_the_pointer(opened: StudioPage) -> None:
    tab, every = opened, opened.rows_shown()
    ready(tab, "reward")
    tab.page.mouse.move(*tab.place("reward", 0.5))
    tab.page.mouse.down()
    tab.page.mouse.move(*tab.place("reward", 0.7), steps=3)
    tab.page.keyboard.press("r")  # Streamlit's key for it
    tab.page.mouse.move(*tab.place("reward", 0.8), steps=3)
    tab.settle("Indicators")
    tab.page.mouse.move(*tab.place("reward", 1.1), steps=3)
    left = tab.rows_told()
    tab.page.mouse.up()
    assert settled(tab, chips=1) == left < every


def test_rows_without_a_value_are_a_bar_to_click(opened: StudioPage, tmp_path: Path) -> None:
    tab, every = opened, opened.rows_shown()
    expect(tab.plot("reward").locator(".aside.missing")).to_be_hidden()
    tab.go("Datasets")
    load(tab, str(unscored_file("forum", tmp_path, rows=2)))
    expect(tab.page.get_by_text("mine: 2 rows loaded.")).to_be_visible()
    tab.go("Indicators")
    bar = tab.plot("reward").get_by_role("button", name="Reward: rows without a value")
    bar.click()
    assert settled(tab, chips=1) == 2
    assert tab.chips() == ["Reward: no value"]
    expect(bar).to_have_attribute("aria-pressed", "true")
    bar.click()
    wait_until(lambda: tab.rows_shown() == every + 2, SECONDS)
