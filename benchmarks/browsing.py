"""How long browsing takes: the server's part of a drag against pandas, and what a user waits for in Chromium.

    python benchmarks/browsing.py [--rows 1000000] [--drags 30] [--no-browser]

The server's part is what the Indicators page asks of the store after a drag over one histogram: the counts of all plots
under the new filter, and a sorted page of the linked table. The alternative does the same with a pandas frame of the
same scores held in memory (and without the texts, which it would have to hold as well).

In the browser a real pointer drags over a plot: time between frames while it moves, and from its release until the
table counts what the plots do; the page is opened from another one; a row is opened by a click, the next one by a key,
and marked by one, each until its texts or its mark are there; all rows are sorted by a score, pages turned to, and
another number of rows kept. Beside them what a button costs on an empty Streamlit page, below which nothing of this
kind can be, and what an act brings over the wire.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from browsing_acts import time_others
from browsing_page import time_browser, time_floor, time_plotly, told

from core.indicators import untargeted
from core.indicators.scoring import scorer_key
from core.models.profiles import profile
from core.rows.filters import Filters
from core.rows.row import Row
from core.store import Store


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
    groups = [(each.dataset_id,) for each in store.datasets.all()]
    store.plots.counts(store.plots.scales(dict.fromkeys(columns, True)), filters, groups)
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
            time_browser(data, asked.drags, lambda page: time_others(page, asked.drags, asked.rows))
            time_plotly(asked.drags)
            time_floor(data, asked.drags)


if __name__ == "__main__":
    main()
