"""Around what the worker has laid out the mouse draws a lasso and a box, and the rows follow on every page."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.studio import Studio
from tests.journeys.studio_page import SCORING_SECONDS, StudioPage

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1500)]


def draw(tab: StudioPage, mouse: str, corners: list[tuple[float, float]]) -> None:
    """Move the pressed mouse over the map that is drawn for it; corners are shares of its width and height."""
    area = tab.page.locator(f'[class*="st-key-plot-map-{mouse}-"] .nsewdrag')
    expect(area).to_have_count(1)  # the map of before stays until the new one is there
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    tab.page.mouse.move(*places[0])
    tab.page.mouse.down()
    for place in places[1:]:
        tab.page.mouse.move(*place, steps=5)
    tab.page.mouse.up()


def place_of_a_point(tab: StudioPage) -> tuple[float, float]:
    """Where in the window the first point of the map is drawn."""
    tab.page.locator('[class*="st-key-plot-map-"] .nsewdrag').scroll_into_view_if_needed()
    x, y = tab.page.evaluate(
        """() => {
            const plot = document.querySelector('[class*="st-key-plot-map-"] .js-plotly-plot');
            const area = plot.querySelector(".nsewdrag").getBoundingClientRect();
            const {xaxis, yaxis} = plot._fullLayout, points = plot._fullData[0];
            return [area.x + xaxis.d2p(points.x[0]), area.y + yaxis.d2p(points.y[0])];
        }"""
    )
    return x, y


def ends(tab: StudioPage) -> list[list[float]]:
    """Between which values the axes of the map lie."""
    drawn = "[document.querySelector('.js-plotly-plot')._fullLayout].map(at => [at.xaxis.range, at.yaxis.range])[0]"
    return list(tab.page.evaluate(drawn))


def test_a_lasso_and_a_box_on_the_map_filter_the_rows_of_every_page(studio: Studio, tab: StudioPage) -> None:
    tab.open("Indicators")
    tab.choose_datasets("handbook")  # whose embeddings come along with its scores

    tab.go("Map")
    expect(tab.page.get_by_text(re.compile("UMAP of 90 embeddings"))).to_be_visible(timeout=SCORING_SECONDS * 1000)
    tab.settle("Map")
    tab.expect_rows(90)
    expect(tab.page.get_by_text(re.compile("Click one to keep its rows|No clusters were found"))).to_be_visible()

    tab.page.locator(".js-plotly-plot").first.hover()
    tab.page.locator('.modebar-btn[data-title="Zoom out"]').first.click()
    zoomed = ends(tab)
    tab.page.mouse.click(*place_of_a_point(tab))
    reader = tab.keyed("row_reader")
    expect(reader.get_by_text("handbook").first).to_be_visible()
    tab.settle()
    tab.page.keyboard.press("k")
    expect(tab.page.get_by_text("Kept (1)")).to_be_visible()  # in the table's part, while the reader is open
    assert ends(tab) == zoomed, "the map stays as it was zoomed"
    tab.page.get_by_role("combobox", name="Colour by").click()
    tab.page.get_by_role("option", name="Mark", exact=True).click()
    expect(tab.page.locator(".js-plotly-plot .legendtext", has_text="Marked keep")).to_be_visible()
    tab.settle()
    assert ends(tab) == [pytest.approx(each) for each in zoomed], "and in another colour"
    reader.get_by_text("handbook").first.click()  # out of the field for the colour
    tab.page.keyboard.press("t")
    expect(tab.keyed("row_tags").get_by_role("combobox")).to_be_focused()
    tab.page.keyboard.type("look again")
    tab.page.keyboard.press("Enter")
    expect(tab.keyed("tag_filter")).to_be_visible()  # in the table's part
    tab.page.keyboard.press("Escape")
    expect(reader).to_be_visible()
    tab.page.keyboard.press("z")
    expect(tab.keyed("tag_filter")).to_have_count(0)
    tab.page.keyboard.press("z")
    expect(tab.page.get_by_text("Kept (0)")).to_be_visible()
    tab.screenshot("row of a point")
    tab.page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    tab.settle("Map")

    tab.choose("map_mouse", "Lasso")
    draw(tab, "lasso", [(0.02, 0.02), (0.5, 0.02), (0.5, 0.98), (0.02, 0.98), (0.02, 0.05)])
    expect(tab.page.get_by_role("button", name="Area of the map")).to_be_visible()
    tab.settle()
    left = tab.rows_shown()
    assert 0 < left < 90
    tab.go("Indicators")
    tab.expect_rows(left)

    tab.go("Map")
    tab.clear_filters()
    tab.choose("map_mouse", "Box")
    draw(tab, "select", [(0.5, 0.02), (0.99, 0.98)])
    expect(tab.page.get_by_role("button", name="Area of the map")).to_be_visible()
    tab.settle()
    tab.expect_rows(90 - left)  # the two halves are all rows
    tab.screenshot("map with a box")
