"""A browser, studios to look at with it, and tabs that fail their test when anything went wrong in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import SENTENCE, find_browser
from tests.journeys.studio import Studio
from tests.journeys.studio_page import PATIENCE_MS, StudioPage, open_tab

# Without a GPU, and without compiling code of pages that is run for seconds once more to make it fast.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-rasterization",
    "--num-raster-threads=1",
    "--js-flags=--no-opt --no-maglev",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser that is on this computer."""
    program = find_browser()
    if program is None:
        pytest.fail(SENTENCE)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Studio]:
    """A studio with nothing in it but what it brings along, one for a file of tests."""
    running = Studio(tmp_path_factory.mktemp("studio") / "data", models_dir)
    yield running
    running.stop()


@pytest.fixture
def tab(browser: Browser, studio: Studio) -> Iterator[StudioPage]:
    """A new tab, nothing opened in it yet."""
    with open_tab(browser, studio.url) as opened:
        yield opened
