"""A worker that is killed, a page that is reloaded and a second start, all while rows are being scored."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.loading import load
from tests.journeys.studio import Studio
from tests.journeys.studio_page import SCORING_SECONDS, StudioPage
from tests.unscored import unscored_file

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1500)]
DATASET, ROWS = "mine", 36


def test_scoring_goes_on_through_a_reload_a_second_start_and_a_killed_worker(
    studio: Studio, tab: StudioPage, tmp_path: Path
) -> None:
    tab.open("Jobs")  # the first page of this server is one opened by its address
    expect(tab.page.get_by_text("Page not found")).to_have_count(0)
    tab.go("Datasets")
    load(tab, str(unscored_file("scrape", tmp_path, rows=ROWS)))
    expect(tab.page.get_by_text(f"{DATASET}: {ROWS} rows loaded.")).to_be_visible()
    tab.go("Indicators")
    tab.choose_datasets(DATASET)
    tab.leave_out("Naturalness", "Coherence", "Understandability")  # perplexity alone lasts long enough to interrupt
    tab.start_scoring()
    progress = tab.page.get_by_text(re.compile(rf"Score {DATASET} · [1-9]\d* of \d+ rows"))
    expect(progress).to_be_visible(timeout=SCORING_SECONDS * 1000)

    tab.reload("Indicators")
    expect(progress).to_be_visible()
    tab.screenshot("reloaded while scoring")

    second = studio.start_another()
    assert second.returncode == 0, second.stderr
    assert f"The studio is already running at {studio.url}\nIt is process {studio.process.pid}" in second.stdout

    tab.go("Jobs")
    expect(tab.page.get_by_text(f"The worker is running (process {studio.worker_pid()})")).to_be_visible()
    killed = studio.kill_worker()
    expect(tab.page.get_by_text("The worker is not running, so jobs wait.")).to_be_visible()
    tab.screenshot("worker killed")
    expect(tab.page.get_by_text("The worker is running (process")).to_be_visible()
    assert studio.worker_pid() != killed
    assert "The worker was killed" in studio.said()

    expect(tab.page.locator(".stMarkdownBadge", has_text="Done").first).to_be_visible(timeout=SCORING_SECONDS * 1000)
    tab.go("Indicators")
    expect(tab.page.get_by_text("Missing: naturalness, coherence, understandability.")).to_be_visible()
    tab.screenshot("scored after the kill")
