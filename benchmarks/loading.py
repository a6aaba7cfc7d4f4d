"""Loading against `pandas.read_json(lines=True)`: rows a second and peak memory, in one run.

    python -m benchmarks.loading [--rows 52000 1000000]

Each load runs in a process of its own, so that each has its own peak. The two do not do the same work: pandas parses
the lines into one data frame in memory; ours also checks every cell, computes a key for every row, removes exact
duplicates and stores the rows on disk, and goes on where a line is broken.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

WORDS = 20_000
DUPLICATES = 0.01


def write_rows(path: Path, rows: int, seed: int = 7) -> None:
    """Alpaca rows of varied text: a few words to a few hundred, as in instruction data; 1% exact duplicates."""
    generator = random.Random(seed)
    letters = "etaoinshrdlucmfwypvbgkqjxz"
    weights = [2.0 ** (-place / 5) for place in range(len(letters))]
    words = ["".join(generator.choices(letters, weights, k=generator.randint(2, 10))) for _ in range(WORDS)]
    accented = ["café", "naïve", "東京", "Größe", "“quoted”", "so\nnext:", "\\alpha", "🙂"]

    def text(mean: int) -> str:
        count = max(3, int(generator.lognormvariate(0, 0.8) * mean))
        return " ".join([*generator.choices(words, k=count), generator.choice(accented)])

    line = ""
    with path.open("w", encoding="utf-8") as file:
        for _ in range(rows):
            if not line or generator.random() > DUPLICATES:
                given = text(20) if generator.random() < 0.4 else ""
                row = {"instruction": text(12), "input": given, "output": text(60)}
                line = json.dumps(row, ensure_ascii=False) + "\n"
            file.write(line)


def load_with_pandas(path: Path, folder: Path) -> int:
    import pandas as pd

    return len(pd.read_json(path, lines=True))


def load_with_studio(path: Path, folder: Path) -> int:
    from core.datasets.loading import load_files
    from core.progress import Silent
    from core.sources.source_file import SourceFile
    from core.store import Store

    with Store.open(folder / "studio.duckdb") as store:
        return load_files(store, "benchmark", [SourceFile(path, path.name)], None, Silent()).rows_read


WAYS: dict[str, Callable[[Path, Path], int]] = {"pandas": load_with_pandas, "studio": load_with_studio}


def measure(way: str, path: Path) -> dict[str, float]:
    """Run one load in a process of its own: rows, seconds (without imports), peak resident MiB."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        command = [sys.executable, "-m", "benchmarks.loading", "--one", way, str(path), folder]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run_one(way: str, path: Path, folder: Path) -> None:
    import resource

    if way == "pandas":
        import pandas  # noqa: F401  # imports are not what is measured
    else:
        import core.datasets.loading  # noqa: F401
    started = time.perf_counter()
    rows = WAYS[way](path, folder)
    seconds = time.perf_counter() - started
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mib": peak}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[52_000, 1_000_000])
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        run_one(asked.one[0], Path(asked.one[1]), Path(asked.one[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for rows in asked.rows:
            path = Path(folder) / f"{rows}.jsonl"
            write_rows(path, rows)
            print(f"{rows:,} rows, {path.stat().st_size / 2**20:,.0f} MiB of JSONL")
            found = {way: measure(way, path) for way in WAYS}
            for way, result in found.items():
                rate = result["rows"] / result["seconds"]
                print(f"  {way}: {result['seconds']:.2f} s, {rate:,.0f} rows/s, peak {result['peak_mib']:,.0f} MiB")
            pandas, studio = found["pandas"], found["studio"]
            print(f"  time, studio / pandas: {studio['seconds'] / pandas['seconds']:.2f}")
            print(f"  peak memory, studio / pandas: {studio['peak_mib'] / pandas['peak_mib']:.2f}")
            path.unlink()
    print("pandas parses only; the studio also checks, keys, removes duplicates and stores on disk.")


if __name__ == "__main__":
    main()
