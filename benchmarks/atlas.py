"""Opening the page with all plots in the studio and in Embedding Atlas, in turn, on the same rows and twelve scores.

    python -m venv ATLAS && ATLAS/bin/pip install embedding-atlas
    python benchmarks/atlas.py ATLAS/bin/embedding-atlas [--rows 50000] [--times 12]

A page is open with its last change before it rests. Chromium runs here without WebGPU, which Atlas's map of points
needs: it stays empty and costs Atlas nothing.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from browsing import build
from browsing_page import PORT, served, tab, told
from playwright.sync_api import Page

ATLAS_PORT, STARTING_SECONDS = PORT + 2, 120
STUDIO, ATLAS = "the studio", "Embedding Atlas"
WATCH = """() => {
    window.changed = performance.now();
    const seen = new WeakSet(), watch = root => {
        if (seen.has(root)) return;
        seen.add(root);
        new MutationObserver(found => {
            window.changed = performance.now();
            for (const each of document.querySelectorAll('*')) if (each.shadowRoot) watch(each.shadowRoot);
        }).observe(root, {childList: true, subtree: true, attributes: true, characterData: true});
    };
    watch(document);
}"""
RESTS = "rest => performance.now() - window.changed > rest"
REST_MS = 1_000
PLOTTED = {
    STUDIO: """() => [...document.querySelectorAll('*')]
        .some(e => e.shadowRoot?.querySelector('.linked-plots .plot .now[d^=M]'))""",
    ATLAS: """() => [...document.querySelectorAll('svg')].map(e => e.getBoundingClientRect())
        .some(at => at.width > 300 && at.height > 100)""",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("atlas", help="the program embedding-atlas")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=12)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        frame = build(data / "studio.duckdb", asked.rows)
        table = _for_atlas(frame, data)
        with (
            served(["pages.frame.serve", "--port", str(PORT)], PORT, data) as (url, _),
            _atlas(asked.atlas, table) as atlas_url,
        ):
            _compare({STUDIO: f"{url}/indicators?key=benchmark", ATLAS: atlas_url}, asked.times)


def _for_atlas(frame: pd.DataFrame, data: Path) -> Path:
    """Scores and texts in one file, with places in the plane, without which Atlas computes some."""
    n, generator = len(frame), np.random.default_rng(0)
    texts = {
        "instruction": [f"Question {i}?" for i in range(n)],
        "output": [f"Answer {i}: {'word ' * (i % 60)}" for i in range(n)],
    }
    file = data / "rows.parquet"
    frame.drop(columns="dataset_id").assign(**texts, x=generator.normal(size=n), y=generator.normal(size=n)).to_parquet(
        file
    )
    return file


@contextmanager
def _atlas(program: str, table: Path) -> Iterator[str]:
    """Its server, with DuckDB in the browser, which is how it comes."""
    address = f"http://127.0.0.1:{ATLAS_PORT}/"
    command = [program, str(table), "--x", "x", "--y", "y", "--text", "instruction", "--host", "127.0.0.1"]
    server = subprocess.Popen([*command, "--port", str(ATLAS_PORT)], stdout=subprocess.DEVNULL)
    until = time.monotonic() + STARTING_SECONDS
    try:
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(address, timeout=1).read()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _compare(addresses: dict[str, str], times: int) -> None:
    opened: dict[str, list[float]] = {name: [] for name in addresses}
    for number in range(times + 1):
        for name, address in addresses.items():
            with tab() as page:
                took = _open(page, name, address)
            if number:  # the first time both servers do what they do once
                opened[name].append(took)
    medians = [told(f"open, {name}", values) for name, values in opened.items()]
    print(f"{ATLAS} takes {medians[1] / medians[0]:.2f} times as long")


def _open(page: Page, name: str, address: str) -> float:
    page.add_init_script(f"({WATCH})()")
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function(PLOTTED[name])
    return _rested(page, start)


def _rested(page: Page, start: float) -> float:
    """Milliseconds from a start until the last change of the page before it rests."""
    page.wait_for_function(RESTS, arg=REST_MS)
    quiet = page.evaluate("() => performance.now() - window.changed")
    return 1000 * (time.perf_counter() - start) - float(quiet)


if __name__ == "__main__":
    main()
