"""A tab of the browser with the studio in it: what a user can do there, and what must never show."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

SCREENSHOTS = Path(__file__).parent / "screenshots"
PATIENCE_MS = 60_000
SCORING_SECONDS = 900.0
SLOW = ("Perplexity", "IFD", "Naturalness", "Coherence", "Understandability")
# Streamlit shows an uncaught exception as such an element, maybe only until the next run: so none may ever appear.
# Nor may the list of the folder `pages`, which it shows until the app's own navigation is there.
TELL_EXCEPTIONS = """
    new MutationObserver(() => {
        if (document.querySelector('[data-testid="stSidebarNav"]')) window.tellException("a list of the code's files");
        for (const box of document.querySelectorAll('[data-testid="stException"]:not([data-told])')) {
            box.dataset.told = "yes";
            window.tellException(box.innerText);
        }
        for (const dialog of document.querySelectorAll("[role=dialog]"))
            if (dialog.innerText.includes("Connection error")) window.tellException(dialog.innerText);
    }).observe(document, {childList: true, subtree: true});
"""


class StudioPage:
    """Wraps Playwright's page; waits for what the user would see, never for a time."""

    def __init__(self, page: Page, url: str) -> None:
        """Args:
        url: the address that the start has printed.
        """
        self.page, self.url = page, url
        self.faults: list[str] = []
        self.console: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"uncaught in the browser: {error}"))
        page.on("console", self._note)
        page.expose_function("tellException", lambda text: self.faults.append(f"exception on the page: {text}"))
        page.add_init_script(TELL_EXCEPTIONS)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console.append(f"{message.text} ({message.location.get('url', '')})")

    def open(self, title: str = "Datasets") -> None:
        """Open the app by its address, as a reload does."""
        self.page.goto(self.url if title == "Datasets" else self.url.replace("/?", f"/{title.lower()}?"))
        self.settle(title)

    def reload(self, title: str) -> None:
        self.page.reload()
        self.settle(title)

    def go(self, title: str) -> None:
        """Change to another page by its link at the top."""
        self.page.get_by_test_id("stTopNavLink").filter(has_text=title).click()
        self.settle(title)

    def settle(self, title: str = "") -> None:
        """Wait until the page of this title is drawn; Streamlit may draw its last elements some moments later."""
        if title:
            expect(self.page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
        expect(self.page.locator('[data-stale="true"]')).to_have_count(0)

    def keyed(self, key: str) -> Locator:
        """The widget or container of this key, or the widget that has replaced it."""
        replaced = [f".st-key-{key}-{number}" for number in range(1, 10)]
        return self.page.locator(", ".join([f".st-key-{key}", *replaced]))

    def choose(self, key: str, option: str) -> None:
        """Press an option of a segmented control."""
        chosen = self.keyed(key).get_by_role("radio", name=option, exact=True)
        chosen.click()
        expect(chosen).to_have_attribute("aria-checked", "true")
        self.settle()

    def enter(self, key: str, value: object) -> None:
        """Type into a field for a number."""
        field = self.keyed(key).get_by_role("spinbutton")
        field.fill(str(value))
        field.press("Enter")
        self.settle()
        expect(field).to_have_value(str(value))

    def press(self, button: str, until: str) -> None:
        """Press a button and wait for a text that comes of it."""
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.get_by_text(until).first).to_be_visible()
        self.settle()

    def choose_datasets(self, *names: str) -> None:
        """Look at these datasets only."""
        for name in names:
            pill = self.keyed("dataset_choice").get_by_role("button", name=name, exact=True)
            if pill.get_attribute("aria-pressed") != "true":
                pill.click()
            expect(pill).to_have_attribute("aria-pressed", "true")
            self.settle()

    def clear_filters(self) -> None:
        """Press `Clear all`; a test that has set filters does, for they outlast its tab."""
        clear = self.page.get_by_role("button", name="Clear all")
        clear.click()
        expect(clear).to_have_count(0)
        self.settle()

    def leave_out(self, *titles: str) -> None:
        """Take indicators out of those that `Score now` computes."""
        self.page.get_by_text("Choose indicators", exact=True).click()
        for title in titles:
            pill = self.keyed("score_indicators").get_by_role("button", name=title)
            pill.click()
            expect(pill).to_have_attribute("aria-pressed", "false")
            self.settle()

    def start_scoring(self) -> None:
        self.page.get_by_role("button", name="Score now").click()
        expect(self.page.get_by_text("Show the scores so far")).to_be_visible()

    def wait_for_jobs(self) -> None:
        """Wait until all jobs have ended and the plots are there."""
        underway = self.page.get_by_text("Show the scores so far")
        for _ in ("while jobs run", "after the page was drawn anew"):
            expect(underway).to_have_count(0, timeout=SCORING_SECONDS * 1000)
            self.settle("Indicators")
        expect(self.plot("reward")).to_be_visible()

    def plot(self, column: str) -> Locator:
        """An indicator's histogram, whose attributes say what it shows."""
        return self.page.locator(f'.linked-plots .plot[data-column="{column}"]')

    def place(self, column: str, share: float) -> tuple[float, float]:
        """Where the mouse is at this share of a histogram's width."""
        self.plot(column).scroll_into_view_if_needed()
        axis = self._rectangle(column, ".axis .base")
        area = self.plot(column).locator(".area").bounding_box()
        assert area is not None
        return axis["left"] + share * axis["width"], area["y"] + area["height"] / 2

    def _rectangle(self, column: str, part: str) -> dict[str, float]:
        """Where a part of a plot is drawn; asked in one step, for a plot drawn anew has other parts."""
        where = f"figure => figure.querySelector('{part}').getBoundingClientRect().toJSON()"
        return dict(self.plot(column).evaluate(where))

    def drag_edge(self, column: str, edge: str, end: float) -> None:
        """Drag an edge of a plot's range, `low` or `high`, from where it is drawn to a share of the plot's width."""
        there = self.place(column, end)
        box = self._rectangle(column, f".edge.{edge} line")
        self.page.mouse.move(box["left"] + box["width"] / 2, there[1])
        self.page.mouse.down()
        self.page.mouse.move(*there, steps=8)
        self.page.mouse.up()

    def drag_across(self, column: str, start: float, end: float) -> None:
        """Drag the mouse over a histogram; start and end are shares of its width."""
        self.page.mouse.move(*self.place(column, start))
        self.page.mouse.down()
        self.page.mouse.move(*self.place(column, end), steps=8)
        self.page.mouse.up()

    def rows_told(self) -> int:
        """How many rows the linked plots count."""
        told = self.page.locator(".linked-plots .count").inner_text()
        return int(told.split()[0].replace(",", ""))

    def chips(self) -> list[str]:
        """The filters in force, as they are written on their chips."""
        return [chip.locator("p").first.inner_text() for chip in self._chips().all()]

    def expect_chip_count(self, wanted: int) -> None:
        """So many filters are in force."""
        expect(self._chips()).to_have_count(wanted)

    def only_chip(self) -> str:
        """The filter that is in force, as it is written on its chip, once the page is drawn whole with it."""
        expect(self._chips()).to_have_count(1)
        self.settle()
        return self._chips().locator("p").first.inner_text()

    def expect_chip(self, wanted: str) -> None:
        """This filter is in force; a page that is loaded again draws it some moments after its heading."""
        expect(self._chips()).to_have_count(1)
        expect(self._chips().locator("p").first).to_have_text(wanted)

    def _chips(self) -> Locator:
        return self.keyed("filter_chips").locator('[class*="st-key-chip"]').get_by_role("button")

    def expect_rows(self, number: int) -> None:
        """So many rows are counted by the heading of the linked table, which is the last to be drawn."""
        expect(self.page.get_by_role("heading", name=f"Rows ({number:,})", exact=True)).to_be_visible()

    def rows_shown(self) -> int:
        """How many rows the heading of the linked table counts now."""
        heading = self.page.get_by_role("heading", name=re.compile(r"^Rows \([\d,]+\)$"))
        expect(heading).to_be_visible()
        return int(re.sub(r"\D", "", heading.inner_text()))

    def download(self, button: str, into: Path) -> Path:
        """Press a download button; the file that the browser got."""
        with self.page.expect_download() as started:
            self.page.get_by_role("button", name=button).click()
        target = into / started.value.suggested_filename
        started.value.save_as(target)
        return target

    def screenshot(self, name: str) -> None:
        """Keep how the page looks now where somebody wants to look at it; the folder is not in git."""
        if os.environ.get("STUDIO_SCREENSHOTS"):
            SCREENSHOTS.mkdir(exist_ok=True)
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def assert_no_fault(self) -> None:
        """Nothing has gone wrong in the browser or on a page since the tab was opened."""
        assert not self.faults, "\n".join([*self.faults, "The browser's console:", *self.console])
        assert not [each for each in self.console if "/_stcore/" in each], self.console  # the server sought in vain


@contextmanager
def open_tab(browser: Browser, url: str) -> Iterator[StudioPage]:
    """A tab of its own; whoever used it fails when an exception showed in it."""
    window, still = {"width": 1440, "height": 900}, "reduce"  # what moves is drawn by the processor here
    with browser.new_context(viewport=window, accept_downloads=True, reduced_motion=still) as context:
        context.set_default_timeout(PATIENCE_MS)
        opened = StudioPage(context.new_page(), url)
        yield opened
        opened.assert_no_fault()
