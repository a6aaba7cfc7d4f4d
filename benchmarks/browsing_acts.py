"""What a user waits for beside the plots: another order of the rows, other pages, another number of rows kept."""

import statistics
import time

from browsing_page import go, told
from playwright.sync_api import Page

PAGES = ("Datasets", "Curate", "Map", "Experiments", "Rule", "Select", "Compare", "Report", "Jobs", "Storage")
RESTING = '[data-testid="stApp"][data-test-script-state="notRunning"]'
FIRST_ROW = """before => {
    const cell = [...document.querySelectorAll('[data-testid="glide-cell-1-0"]')].at(-1);
    return cell && cell.innerText && cell.parentElement.innerText !== before;
}"""
KEPT = """rows => [...document.querySelectorAll('[data-testid="stMetric"]')]
    .some(each => each.innerText.startsWith('Kept') && each.innerText.split('\\n').includes(rows))"""


def time_others(page: Page, times: int, rows: int) -> None:
    """All of it, after the Indicators page was used."""
    page.keyboard.press("Escape")
    page.locator(".st-key-row_reader").wait_for(state="detached")
    page.wait_for_selector(RESTING)
    told("sort all rows by a score", _sorts(page, times))
    pages = [(title, _turn_to(page, title)) for _ in range(max(3, times // 4)) for title in PAGES]
    told("turn to a page", [took for _, took in pages])
    for title in PAGES:
        print(f"  {title}: median {statistics.median(took for name, took in pages if name == title):.0f} ms")
    told("change how many rows are kept", _numbers_kept(page, times, rows))


def _sorts(page: Page, times: int) -> list[float]:
    page.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="Reward", exact=True).click()
    page.wait_for_selector(RESTING)
    found = []
    for number in range(times):
        before = page.get_by_test_id("glide-cell-1-0").last.locator("..").inner_text()
        start = time.perf_counter()
        page.get_by_role("radio", name="Lowest first" if number % 2 else "Highest first").click()
        page.wait_for_function(FIRST_ROW, arg=before)
        page.wait_for_selector(RESTING)
        found.append(1000 * (time.perf_counter() - start))
    return found


def _turn_to(page: Page, title: str) -> float:
    start = time.perf_counter()
    go(page, title)
    page.wait_for_selector(RESTING)
    return 1000 * (time.perf_counter() - start)


def _numbers_kept(page: Page, times: int, rows: int) -> list[float]:
    go(page, "Select")
    page.get_by_role("radio", name="Rows", exact=True).click()
    field = page.get_by_role("spinbutton", name="Rows", exact=True)
    field.wait_for()
    found = []
    for number in range(times):
        page.wait_for_selector(RESTING)
        wanted = rows // 4 + (number + 1) * max(1, rows // 100)
        field.fill(str(wanted))
        start = time.perf_counter()
        field.press("Enter")
        page.wait_for_function(KEPT, arg=f"{wanted:,}")
        page.wait_for_selector(RESTING)
        found.append(1000 * (time.perf_counter() - start))
    return found
