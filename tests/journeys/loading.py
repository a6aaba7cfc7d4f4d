"""Files of one's own in a running studio, pointed at by their path."""

from playwright.sync_api import expect

from tests.journeys.studio_page import StudioPage


def load(tab: StudioPage, typed: str) -> None:
    """Load what a path typed into the page means."""
    tab.page.get_by_role("button", name="Load my own").click()
    tab.page.get_by_role("tab", name="From a path or address").click()
    field = tab.page.get_by_role("textbox", name="Path or address of a file or folder")
    field.fill(typed)
    field.press("Enter")
    button = tab.page.get_by_role("button", name="Load", exact=True)
    expect(button.locator("visible=true")).to_be_visible()
    tab.settle()
    tab.screenshot("real data preview")
    button.locator("visible=true").click()
