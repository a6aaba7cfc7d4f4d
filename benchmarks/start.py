"""Start and rest: from `python start.py` to a page drawn in Chromium, and what app and worker hold when idle.

    python -m benchmarks.start [--repeats 5] [--idle-minutes 0.5]

The data folder has been started once before, so that every start is a warm one. At rest: after the last start, with its
page left open, and again after the demo's rows were scored, laid out on a map and searched for a text, at once and when
models have been released.
"""

import argparse
import os
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
from playwright.sync_api import Browser, expect, sync_playwright

from core.paths import PROJECT
from jobs.api import Studio
from tests.browser import find_browser
from tests.journeys.conftest import OPTIONS
from tests.journeys.studio_page import StudioPage, open_tab
from tests.started import Running, with_models
from tests.unscored import unscored_file

MEGABYTE = 1e6
WATCHED_SECONDS = 30.0
ROWS = 12  # that are scored
PATIENCE_MS = 600_000
SLOWEST_MS = 60_000  # of a page, on a computer that is busy with other work


def drawn(browser: Browser, folder: Path) -> tuple[float, float]:
    """Seconds from the command to its line that the studio is open, and to the first page drawn whole."""
    start = time.perf_counter()
    studio = Running(folder)
    try:
        url = studio.address()
        opened = time.perf_counter() - start
        with open_tab(browser, url) as tab:
            tab.open()
            return opened, time.perf_counter() - start
    finally:
        studio.close()


def held(studio: Running) -> str:
    """Memory of each process of the studio, and how much of a core it uses; of those that live all the while."""
    processes = [psutil.Process(studio.process.pid), *studio.children()]
    before, start = [_cpu(each) for each in processes], time.perf_counter()
    time.sleep(WATCHED_SECONDS)
    seconds, size, used, parts = time.perf_counter() - start, 0.0, 0.0, []
    for process, cpu in zip(processes, before, strict=True):
        with suppress(psutil.NoSuchProcess):
            mine = (process.memory_full_info().pss / MEGABYTE, (_cpu(process) - cpu) / seconds)
            parts.append(f"{_name(process)} {mine[0]:.0f} MB {mine[1]:.1%}")
            size, used = size + mine[0], used + mine[1]
    return f"{size:.0f} MB, {used:.1%} of a core ({', '.join(parts)})"


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _name(process: psutil.Process) -> str:
    line = process.cmdline()
    return next(
        (name for name in ("jobs.worker", "pages.frame.serve", "core.models.text_encoder", "start.py") if name in line),
        line[-1],
    )


def work(tab: StudioPage) -> None:
    """Score rows with the language model, make a map, search for a text, and look at every page."""
    tab.go("Indicators")
    tab.start_scoring()
    tab.wait_for_jobs()
    tab.choose("search_by", "Semantic")
    field = tab.keyed("meaning").get_by_role("textbox")
    field.fill("advice for a journey")
    field.press("Enter")
    expect(tab.keyed("filter_chips").get_by_text("advice for a journey").first).to_be_visible(timeout=PATIENCE_MS)
    tab.settle()
    tab.go("Map")
    expect(tab.page.get_by_text("UMAP of").first).to_be_visible(timeout=PATIENCE_MS)
    tab.settle("Map")
    for title in ("Experiments", "Rule", "Select", "Compare", "Report", "Jobs", "Datasets"):
        tab.go(title)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--idle-minutes", type=float, default=0.5)
    asked = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    expect.set_options(timeout=SLOWEST_MS)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = with_models(Path(temporary) / "data", PROJECT / "data" / "models")
        browser = playwright.chromium.launch(executable_path=find_browser(), args=OPTIONS)
        first = drawn(browser, folder)
        starts = [drawn(browser, folder) for _ in range(asked.repeats)]
        opened, page = (statistics.median(each) for each in zip(*starts, strict=True))
        print(f"first start, environment installed: {first[1]:.1f} s to a drawn page", flush=True)
        print(f"warm start: open after {opened:.1f} s, page drawn after {page:.1f} s", flush=True)
        with Studio.open(folder) as owner:
            owner.datasets.load(unscored_file("handbook", Path(temporary), ROWS))
        studio = Running(folder, STUDIO_IDLE_MINUTES=str(asked.idle_minutes))
        try:
            with open_tab(browser, studio.address()) as tab:
                tab.open()
                print(f"at rest after the start: {held(studio)}", flush=True)
                work(tab)
                print(f"after work: {held(studio)}", flush=True)
                time.sleep(60 * asked.idle_minutes + 15)
                print(f"when idle for {asked.idle_minutes:g} minutes: {held(studio)}", flush=True)
        finally:
            studio.close()
        browser.close()


if __name__ == "__main__":
    main()
