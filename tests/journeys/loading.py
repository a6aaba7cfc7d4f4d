"""Files of one's own in a running studio, dropped on it or pointed at by their path."""

from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.studio_page import StudioPage

PRESSED_MS = 15_000


def load(tab: StudioPage, typed: str) -> None:
    """Load what a path typed into the page means."""
    tab.page.get_by_role("button", name="Load data").click()
    tab.page.get_by_role("tab", name="From a path or address").click()
    field = tab.page.get_by_role("textbox", name="Path or address of a file or folder")
    field.fill(typed)
    field.press("Enter")
    press_load(tab)


def upload(tab: StudioPage, *files: Path) -> None:
    """Unfold the ways in and drop files there, once there is something to drop them on."""
    tab.page.get_by_role("button", name="Load data").click()
    expect(tab.page.get_by_role("button", name="Upload", exact=True).locator("visible=true")).to_be_visible()
    tab.page.locator('input[type="file"]').set_input_files(list(files))


def press_load(tab: StudioPage) -> None:
    """Press `Load` below a preview, once that is drawn."""
    button = tab.page.get_by_role("button", name="Load", exact=True).locator("visible=true")
    expect(button).to_be_visible()
    tab.settle()
    tab.screenshot("real data preview")
    button.click()
    try:
        expect(button).to_have_count(0, timeout=PRESSED_MS)
    except AssertionError:  # the page was drawn anew under the mouse: a person presses again
        button.click()
