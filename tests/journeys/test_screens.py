"""Every page at two widths and in two themes: seen whole, nothing cut, every field named, all text to be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, TimeoutError, expect

from tests.furnished_store import furnish
from tests.journeys.studio import Studio
from tests.journeys.studio_page import StudioPage, open_tab

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
PAGES = ("Datasets", "Indicators", "Map", "Experiments", "Rule", "Select", "Compare", "Report", "Jobs", "Storage")
OPENED = {"Experiments": "Results", "Compare": "Blind comparison"}  # each with what tells that its first entry is open
BEFORE_THE_FIRST_RUN = ("Map", "Experiments", "Rule", "Compare", "Report")
WIDTHS, HEIGHT = (1280, 1920), 900
RULES = ["color-contrast", "label", "select-name", "button-name", "link-name", "image-alt", "aria-input-field-name"]
# The colours of highlighted code are Streamlit's.
WHERE = {"include": [["body"]], "exclude": [["pre"]]}
FITS = """() => [document.documentElement, document.querySelector('[data-testid="stMain"]')]
    .every(each => each.scrollWidth <= each.clientWidth)"""
NEXT_STEP_MS = 1_500  # a person takes as long to the next click; a field tells what is typed a moment later
REDRAWING_MS = 5_000  # plots take the window's new width a moment later


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Studio]:
    """A studio in which everything has been done once."""
    data = tmp_path_factory.mktemp("screens") / "data"
    furnish(data)
    running = Studio(data, models_dir)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def shared_tab(browser: Browser, studio: Studio) -> Iterator[StudioPage]:
    """One tab for all pages."""
    with open_tab(browser, studio.url) as tab:
        tab.open()
        yield tab


def look(tab: StudioPage, title: str, name: str, widths: tuple[int, ...] = WIDTHS[:1]) -> list[str]:
    """See the page at these widths in both themes; what is wrong with it."""
    wrong = []
    for theme in ("light", "dark"):
        tab.page.emulate_media(color_scheme=theme)
        for width in widths:
            tab.page.set_viewport_size({"width": width, "height": HEIGHT})
            tab.settle(title)
            expect(tab.page.get_by_test_id("stSkeleton")).to_have_count(0)
            try:
                tab.page.wait_for_function(FITS, timeout=REDRAWING_MS)
            except TimeoutError:
                wrong.append(f"{name} is wider than {width} pixels")
            tab.screenshot(f"{name} {width} {theme}")
        wrong += [f"{name}, {theme}: {each}" for each in _unreadable(tab)]
    return wrong


def _unreadable(tab: StudioPage) -> list[str]:
    """What axe-core finds of too little contrast and missing names."""
    found = Axe().run(tab.page, WHERE, {"runOnly": RULES, "resultTypes": ["violations"]})
    return [f"{v['id']} {node['html'][:200]}" for v in found.response["violations"] for node in v["nodes"]]


@pytest.mark.parametrize("title", PAGES)
def test_a_filled_page_can_be_read(shared_tab: StudioPage, title: str) -> None:
    shared_tab.go(title)
    if title == "Report":
        expect(shared_tab.page.get_by_role("button", name="Download as HTML")).to_be_visible()
    assert not look(shared_tab, title, title, WIDTHS)
    assert not shared_tab.faults and not shared_tab.console


@pytest.mark.parametrize("title", OPENED)
def test_what_a_list_opens_can_be_read(shared_tab: StudioPage, title: str) -> None:
    shared_tab.go(title)
    shared_tab.page.get_by_role("button", name="Open", exact=True).first.click()
    expect(shared_tab.page.get_by_text(OPENED[title]).first).to_be_visible()
    assert not look(shared_tab, title, f"{title} opened")
    assert not shared_tab.faults and not shared_tab.console


def test_a_key_that_is_typed_and_left_with_the_tab_key_stays(shared_tab: StudioPage) -> None:
    """The Tab key leads to the eye inside the field, which keeps what was typed from the page unless it is told."""
    page = shared_tab.page
    shared_tab.go("Compare")
    button, opened = page.get_by_role("button", name="Open", exact=True).first, page.get_by_role("tab", name="Results")
    expect(button.or_(opened)).to_be_visible()
    if button.is_visible():  # else the comparison that was opened last still is
        button.click()
    page.get_by_role("tab", name="LLM judge").click()
    key = page.get_by_role("textbox", name="API key", exact=True)
    expect(key).to_be_visible()
    shared_tab.settle()
    key.press_sequentially("sk-typed")
    key.press("Tab")
    page.wait_for_timeout(NEXT_STEP_MS)
    page.get_by_role("tab", name="Results").click()
    expect(key).to_have_count(0)
    page.get_by_role("tab", name="LLM judge").click()
    expect(key).to_have_value("sk-typed")
    assert not shared_tab.faults and not shared_tab.console


def test_pages_that_wait_for_a_first_run_can_be_read(shared_tab: StudioPage) -> None:
    """Last, as it begins with starting over."""
    shared_tab.go("Datasets")
    shared_tab.page.get_by_role("button", name="Start over").click()
    wrong = look(shared_tab, "Datasets", "Start over")
    shared_tab.press("Delete and start over", until="3 datasets, 253 rows")
    for title in BEFORE_THE_FIRST_RUN:
        shared_tab.go(title)
        wrong += look(shared_tab, title, f"{title} before the first run")
    assert not wrong
    assert not shared_tab.faults and not shared_tab.console
