"""Every script of docs/benchmarks.md, one after the other, and a table of what each has printed.

    python -m benchmarks.all DATASETS [--only NAME ...] [--out FOLDER] [--again] [--list]

DATASETS is a folder with `train/*.jsonl` and `eval/d_eval.jsonl`; without it what needs it is left out. What is through
is kept in the folder, so a run that was cut off goes on, and `table.md` there is written after each. Minutes are those
that are expected on two cores; a script that takes `PATIENCE` times as long is ended. Runs of hours, whose tables are
kept beside the docs (`depth.py`, `candidate_sets.py`, `ways.py`, `null_proofs.py`), are not among them, nor is
`atlas.py`, which needs a program of another environment.
"""

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from core.files import whole_file
from core.models.precision import processor
from core.paths import PROJECT

DATASETS = "DATASETS"
PATIENCE = 4


@dataclass(frozen=True)
class Benchmark:
    """A script with its arguments, as docs/benchmarks.md has it, and the minutes that it is expected to take."""

    name: str
    minutes: float
    command: str

    def arguments(self, datasets: Path | None) -> list[str] | None:
        """What Python is called with; None where it needs datasets and there are none."""
        parts = self.command.split()
        if DATASETS in parts and datasets is None:
            return None
        return [str(datasets) if each == DATASETS else each for each in parts]


BENCHMARKS = (
    Benchmark("loading", 1, "benchmarks/loading.py --rows 52000"),
    Benchmark("million-rows", 3, "-m benchmarks.million_rows"),
    Benchmark("browsing-small", 2, "benchmarks/browsing.py --rows 250 --drags 12"),
    Benchmark("browsing", 2, "benchmarks/browsing.py --rows 50000 --drags 12"),
    Benchmark("browsing-large", 5, "benchmarks/browsing.py --rows 1000000 --drags 12"),
    Benchmark("commands", 1, "-m benchmarks.commands"),
    Benchmark("beside", 7, "benchmarks/beside.py --rows 50000 --commands 100"),
    Benchmark("tuning", 3, "benchmarks/tuning.py DATASETS --rows 24 --threads 1"),
    Benchmark("tuning-upper", 4, "benchmarks/tuning.py DATASETS --rows 24 --threads 1 --tuned-layers 2 --epochs 3"),
    Benchmark("quick-trial", 5, "-m benchmarks.quick_trial"),
    Benchmark("perplexity", 2, "benchmarks/perplexity.py DATASETS --rows 16 --threads 1"),
    Benchmark("scoring", 4, "benchmarks/scoring.py DATASETS --rows 12 --threads 1"),
    Benchmark("scoring-parts", 5, "benchmarks/scoring.py DATASETS --rows 200 --threads 1 --parts"),
    Benchmark("four-models", 3, "benchmarks/four_models.py DATASETS --rows 6"),
    Benchmark("neighbours", 3, "benchmarks/neighbours.py"),
    Benchmark("map", 2, "-m benchmarks.map DATASETS --rows 2000"),
    Benchmark("map-large", 2, "-m benchmarks.map --rows 20000"),
    Benchmark("clusters", 1, "-m benchmarks.clusters"),
    Benchmark("contamination", 1, "-m benchmarks.contamination DATASETS"),
    Benchmark("start", 4, "-m benchmarks.start"),
)


@dataclass(frozen=True)
class Ran:
    """What came of one.

    Attributes:
        minutes: that it took.
        printed: its standard output, or why it has none.
        busy: how many cores others kept busy in the second before it began.
    """

    name: str
    command: str
    minutes: float
    printed: str
    whole: bool
    busy: float
    at: str


def run(benchmark: Benchmark, arguments: Sequence[str]) -> Ran:
    """Run it to its end, or until patience is over."""
    busy = psutil.cpu_percent(1.0) / 100 * (psutil.cpu_count() or 1)
    began = time.monotonic()
    try:
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=60 * PATIENCE * benchmark.minutes,
            check=False,
        )
        whole = ended.returncode == 0
        printed = ended.stdout if whole else f"ended with {ended.returncode}: {_last_line(ended.stderr)}"
    except subprocess.TimeoutExpired:
        whole, printed = False, f"ended after {PATIENCE} times the minutes that it should take"
    minutes = (time.monotonic() - began) / 60
    at = datetime.now(UTC).isoformat(timespec="minutes")
    return Ran(benchmark.name, benchmark.command, minutes, printed.strip(), whole, busy, at)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["nothing was said"])[-1]


def through(folder: Path, benchmark: Benchmark) -> Ran | None:
    """What is kept of one that ran to its end with this command; None where it has to run."""
    try:
        found = Ran(**json.loads((folder / f"{benchmark.name}.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.whole and found.command == benchmark.command else None


def table(ran: Sequence[Ran]) -> str:
    """What was printed, a line a script, in Markdown."""
    lines = [
        f"Measured on {processor()}, {psutil.cpu_count()} cores, Python {platform.python_version()}, "
        f"torch {version('torch')}.",
        "",
        "| benchmark | printed | minutes | cores that others used | command |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in ran:
        printed = "<br>".join(line.replace("|", "\\|") for line in each.printed.splitlines())
        lines.append(
            f"| {each.name}, {each.at} | {printed} | {each.minutes:.1f} | {each.busy:.1f} | `python {each.command}` |"
        )
    return "\n".join(lines) + "\n"


def run_all(benchmarks: Sequence[Benchmark], datasets: Path | None, folder: Path, again: bool = False) -> list[Ran]:
    """Run those that are not through, and write the table after each."""
    folder.mkdir(parents=True, exist_ok=True)
    ran: list[Ran] = []
    for each in benchmarks:
        found = None if again else through(folder, each)
        if found is None:
            arguments = each.arguments(datasets)
            if arguments is None:
                print(f"{each.name}: left out, as it needs {DATASETS}", flush=True)
                continue
            print(f"{each.name}: about {each.minutes:g} minutes ...", flush=True)
            found = run(each, arguments)
            with whole_file(folder / f"{each.name}.json") as partial:
                partial.write_text(json.dumps(asdict(found), indent=1), "utf-8")
        ran.append(found)
        print(f"{each.name}: {found.minutes:.1f} minutes\n{found.printed}\n", flush=True)
        with whole_file(folder / "table.md") as partial:
            partial.write_text(table(ran), "utf-8")
    return ran


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [each.name for each in BENCHMARKS]
    parser.add_argument("datasets", type=Path, nargs="?")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--out", type=Path, default=PROJECT / "data" / "benchmarks")
    parser.add_argument("--again", action="store_true", help="also those that are through")
    parser.add_argument("--list", action="store_true", help="names, minutes and commands; run nothing")
    chosen = parser.parse_args()
    wanted = [each for each in BENCHMARKS if each.name in chosen.only]
    if chosen.list:
        for each in wanted:
            print(f"{each.name:16} {each.minutes:4g} min   python {each.command}")
        print(f"{'together':16} {sum(each.minutes for each in wanted):4g} min")
        return 0
    datasets = chosen.datasets.resolve() if chosen.datasets else None
    return 0 if all(each.whole for each in run_all(wanted, datasets, chosen.out, chosen.again)) else 1


if __name__ == "__main__":
    sys.exit(main())
