"""How long a drag takes at a million rows: the server's part against pandas, and the browser's round trip.

    python benchmarks/browsing.py [--rows 1000000] [--drags 30] [--no-browser]

The server's part is what the Indicators page asks of the store after a drag over one histogram: the histograms of all
other indicators under the new filter, the count, and a sorted page of the linked table. The alternative does the same
with a pandas frame of the same scores held in memory (and without the texts, which it would have to hold as well).
The round trip is a real drag in Chromium, from the mouse button's release until the page shows the new count.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.indicators import untargeted
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.rows.filters import Filters
from core.rows.row import Row
from core.store import Store

PORT = 8731


def build(path: Path, rows: int) -> pd.DataFrame:
    """A store of so many rows in two datasets, scored with skewed, partly missing numbers."""
    generator = np.random.default_rng(0)
    frames = []
    with Store.open(path) as store:
        store.settings.set("demo_loaded", True)
        for name in ("first", "second"):
            dataset = store.datasets.begin(name)
            for start in range(0, rows // 2, 20_000):
                numbers = range(start, min(start + 20_000, rows // 2))
                batch = [Row(f"Question {n} of {name}?", "", f"Answer {n}: {'word ' * (n % 60)}") for n in numbers]
                store.datasets.append_rows(dataset, batch, [(name, n + 1) for n in numbers])
            fingerprint = store.datasets.finish(dataset).fingerprint
            keys = [row.key for part in store.rows.iterate(dataset) for _, row in part]
            frame = pd.DataFrame({"key": keys, "dataset_id": dataset})
            for indicator in untargeted():
                values = generator.lognormal(1, 0.7, len(keys))
                values[generator.random(len(keys)) < 0.01] = np.nan
                frame[indicator] = values
                scorer = scorer_key(indicator, profile("embedded"), fingerprint)
                part = path.parent / f"scores-{name}-{indicator}.parquet"
                columns = {c: [getattr(scorer, c)] * len(keys) for c in ("indicator", "model", "settings")}
                pq.write_table(pa.table({"key": keys, **columns, "value": values}), part)
                store.parts.take(f"benchmark {name}", [part])
            frames.append(frame.drop(columns="key"))
    return pd.concat(frames, ignore_index=True)


def time_store(store: Store, low: float, high: float) -> None:
    columns = untargeted()
    filters = Filters().with_range(columns[0], low, high)
    for column in columns[1:]:
        store.browse.histogram(column, filters, 40, log=True)
    store.browse.count(filters)
    store.browse.table(filters, "perplexity", limit=100)


def time_pandas(frame: pd.DataFrame, edges: dict[str, np.ndarray], low: float, high: float) -> None:
    columns = untargeted()
    left = frame[frame[columns[0]].between(low, high)]
    for column in columns[1:]:
        for _, part in left.groupby("dataset_id"):
            np.histogram(np.log(part[column].dropna()), edges[column])
    len(left)
    left.nsmallest(100, "perplexity")


def timed(work: Callable[[float, float], None], drags: list[tuple[float, float]]) -> list[float]:
    found = []
    for low, high in drags:
        start = time.perf_counter()
        work(low, high)
        found.append(1000 * (time.perf_counter() - start))
    return found


def told(name: str, milliseconds: list[float]) -> float:
    median, p95 = statistics.median(milliseconds), float(np.percentile(milliseconds, 95))
    print(f"{name:<34} median {median:7.0f} ms   p95 {p95:7.0f} ms   n = {len(milliseconds)}")
    return median


def time_browser(data: Path, drags: int) -> list[float]:
    """Real drags in Chromium over the first small histogram, each until the count beside the chips has changed."""
    from playwright.sync_api import sync_playwright

    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "pages.frame.serve", "--port", str(PORT)]
    variables = os.environ | {"STUDIO_DATA": str(data), "STUDIO_KEY": "benchmark"}
    app = subprocess.Popen(command, cwd=root, env=variables, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=1).read()
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"http://127.0.0.1:{PORT}/indicators?key=benchmark", timeout=120_000)
            page.locator(".js-plotly-plot").first.wait_for(timeout=120_000)
            page.wait_for_timeout(3000)
            found = []
            for number in range(drags):
                before = _count_shown(page)
                box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
                assert box is not None
                y = box["y"] + box["height"] / 2
                page.mouse.move(box["x"] + box["width"] * 0.2, y)
                page.mouse.down()
                page.mouse.move(box["x"] + box["width"] * (0.5 + 0.3 * (number % 7) / 7), y, steps=4)
                start = time.perf_counter()
                page.mouse.up()
                page.wait_for_function(
                    "old => { const e = [...document.querySelectorAll('h3')]"
                    ".find(h => h.innerText.startsWith('Rows ('));"
                    " return e && e.innerText !== old && !document.querySelector('[data-testid=stStatusWidget]'); }",
                    arg=before,
                    timeout=60_000,
                )
                found.append(1000 * (time.perf_counter() - start))
                page.wait_for_timeout(300)
            browser.close()
        return found
    finally:
        app.terminate()
        app.wait(20)


def _count_shown(page: "object") -> str:
    texts = page.locator("h3").all_inner_texts()  # type: ignore[attr-defined]
    return next((text for text in texts if re.match(r"Rows \(", text)), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--drags", type=int, default=30)
    parser.add_argument("--no-browser", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        start = time.perf_counter()
        frame = build(data / "studio.duckdb", asked.rows)
        print(f"Built a store of {asked.rows:,} scored rows in {time.perf_counter() - start:.0f} s")
        generator = np.random.default_rng(1)
        drags = [tuple(sorted(generator.lognormal(1, 0.7, 2))) for _ in range(asked.drags)]
        with Store.open(data / "studio.duckdb") as store:
            embedded = profile("embedded")
            keys = {
                d.dataset_id: [scorer_key(n, embedded, d.fingerprint) for n in untargeted()]
                for d in store.datasets.all()
            }
            store.matrix.refresh(keys)
            time_store(store, 1, 2)
            ours = told("drag, server's part (DuckDB)", timed(lambda a, b: time_store(store, a, b), drags))
        logs = {c: np.log(frame[c].dropna()) for c in untargeted()}
        edges = {c: np.linspace(v.min(), v.max(), 41) for c, v in logs.items()}
        theirs = told("the same in pandas, in memory", timed(lambda a, b: time_pandas(frame, edges, a, b), drags))
        print(f"pandas takes {theirs / ours:.1f} times as long")
        if not asked.no_browser:
            del frame
            told("drag, browser's round trip", time_browser(data, asked.drags // 2))


if __name__ == "__main__":
    main()
