"""A million rows from file to file: loaded with broken lines and duplicates, browsed, the best 10,000 chosen, exported.

    python -m benchmarks.million_rows [--rows 1000000]

Beside it the same in pandas, as a script would do it: read all lines, drop broken ones and duplicates, sort, write.
Each in a process of its own, so that each has its own peak. The studio also checks and keys every row, stores it on
disk with its refusals, and writes manifest, settings for trainers and a zip.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.loading import write_rows

BROKEN_EVERY, KEPT = 1_000, 10_000


def write_file(path: Path, rows: int) -> None:
    """Alpaca rows of which one in a hundred is a duplicate and one in a thousand is cut off."""
    whole = path.with_suffix(".whole")
    write_rows(whole, rows)
    with whole.open(encoding="utf-8") as source, path.open("w", encoding="utf-8") as target:
        for number, line in enumerate(source):
            target.write(line if number % BROKEN_EVERY else line[:-5] + "\n")
    whole.unlink()


@contextmanager
def timed(told: dict[str, float], what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    told[what] = time.perf_counter() - began


def with_studio(path: Path, folder: Path) -> dict[str, float]:
    import pyarrow as pa

    from core.datasets.loading import load_files
    from core.export import ExportOptions
    from core.export.bundle import make_bundle
    from core.indicators.scoring import embedding_model, scorer_key
    from core.models.profiles import profile
    from core.progress import Silent
    from core.rows.filters import Filters
    from core.selection.pipeline import curate
    from core.selection.record import record_outcome
    from core.selection.spec import RankBy, SelectionSpec
    from core.sources.source_file import SourceFile
    from core.store import Store

    told: dict[str, float] = {}
    scorer = scorer_key("output_words", profile("embedded"), "")
    with Store.open(folder / "studio.duckdb") as store:
        with timed(told, "load"):
            report = load_files(store, "million", [SourceFile(path, path.name)], None, Silent())
        told |= {"kept": report.kept, "duplicates": report.duplicates, "refused": report.rejected}
        keys = {report.dataset_id: [scorer]}
        for batch in store.rows.iterate(report.dataset_id, 50_000):
            columns = {name: [getattr(scorer, name)] * len(batch) for name in ("indicator", "model", "settings")}
            values = [float(len(row.output.split())) for _, row in batch]
            store.scores.add(pa.table({"key": [row.key for _, row in batch], **columns, "value": values}))
        with timed(told, "first look"):
            store.matrix.refresh(keys)
        with timed(told, "browse"):
            filters = Filters().with_range("output_words", 50.0, 100.0)
            store.plots.counts(store.plots.scales({"output_words": True}), filters, [[report.dataset_id]])
            store.browse.count(filters)
            store.browse.table(filters, "output_words", limit=100)
        with timed(told, "select"):
            spec = SelectionSpec(rank_by=RankBy.INDICATOR, indicator="output_words", descending=True, rows=KEPT)
            outcome = curate(store, spec, keys, embedding_model(profile("embedded")), Silent())
        with timed(told, "export"):
            record = record_outcome(store, outcome, "embedded", keys)
            options = ExportOptions(scores=("output_words",))
            made = make_bundle(store, "best", record, outcome.selection.kept, options, folder / "out", Silent())
    return told | {"exported": made.file.written.rows}


def with_pandas(path: Path, folder: Path) -> dict[str, float]:
    import pandas as pd

    told: dict[str, float] = {}
    with timed(told, "load"):
        rows = []
        with path.open(encoding="utf-8") as file:
            for line in file:
                try:
                    rows.append(json.loads(line))
                except ValueError:
                    continue
        frame = pd.DataFrame(rows).drop_duplicates()
    told["kept"] = len(frame)
    with timed(told, "select"):
        best = frame.assign(words=frame["output"].str.split().str.len()).nlargest(KEPT, "words")
    with timed(told, "export"):
        best.to_json(folder / "best.jsonl", orient="records", lines=True, force_ascii=False)
    return told | {"exported": len(best)}


WAYS = {"studio": with_studio, "pandas": with_pandas}


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--rows", type=int, default=1_000_000)
    lines.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = lines.parse_args()
    if asked.one:
        way, path = asked.one[0], Path(asked.one[1])
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            told = WAYS[way](path, Path(folder))
        unit = 2**20 if sys.platform == "darwin" else 2**10
        told["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        told["processor"] = time.process_time()
        print(json.dumps(told))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        write_file(path, asked.rows)
        print(f"{asked.rows:,} rows, {path.stat().st_size / 2**20:,.0f} MiB of JSON Lines", flush=True)
        peaks = {}
        for way in WAYS:
            command = [sys.executable, "-m", "benchmarks.million_rows", "--one", way, str(path)]
            told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            print(f"  {way}: " + ", ".join(f"{name} {value:,.1f}" for name, value in told.items()), flush=True)
            peaks[way] = told["peak MiB"]
    print(f"  peak memory, studio / pandas: {peaks['studio'] / peaks['pandas']:.2f}")


if __name__ == "__main__":
    main()
