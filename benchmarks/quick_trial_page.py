"""A quick trial as a newcomer starts it: from the click on the page of a new folder to the last loss.

    python -m benchmarks.quick_trial_page [--closed]

A browser without a GPU draws the page on the cores that tune; with `--closed` it is closed once the trial has begun.
"""

import argparse
import re
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from core.paths import PROJECT
from tests.browser import find_browser
from tests.started import Running, with_models

LOSSES = 9  # of eight sets and the untuned model
PATIENCE_MS = 120_000


def start_trial(page: Page, address: str) -> float:
    """Click through to the start: when it was clicked, by the steady clock."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.get_by_role("link", name="Experiments", exact=True).first.click()
    page.get_by_role("button", name=re.compile("Start a quick trial")).first.click()
    page.get_by_role("button", name=re.compile("Next: Model")).click()
    page.get_by_role("button", name=re.compile("Next: Review")).click()
    page.get_by_role("button", name="Start experiment").last.click()
    return time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--closed", action="store_true", help="close the page once the trial has begun")
    closed = parser.parse_args().closed
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = with_models(Path(folder), PROJECT / "data" / "models")
        studio = Running(data)
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            began = start_trial(page, studio.address())
            while not list(data.glob("jobs/*/spec.json")):
                page.wait_for_timeout(200)
            if closed:
                page.close()
            while len(list(data.glob("jobs/*/parts/losses-*.parquet"))) < LOSSES:
                time.sleep(0.5) if closed else page.wait_for_timeout(500)
            seconds = time.monotonic() - began
        finally:
            browser.close()
            studio.close()
    minutes, rest = divmod(round(seconds), 60)
    print(f"page {'closed' if closed else 'open'}: {minutes} min {rest} s from the click to the last loss")


if __name__ == "__main__":
    main()
