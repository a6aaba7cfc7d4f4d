"""A clock that is set a day forward or back while a job runs and another waits: is anything lost, doubled or stuck?

    python -m benchmarks.faults_clock [--days 1 -1]

Real workers under libfaketime (`apt install libfaketime`), which tells them another time of day once a job has begun;
as on a computer whose clock is set, time that only ever grows stays as it is. Another job, and commands, come after it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.faults_operations import INDICATORS, with_embedded_rows
from core.paths import PROJECT, StudioPaths
from jobs.queue.folder import JobFolder
from tests.jobs.studio import MANY, WITHOUT, stored_scores, until

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
ROWS, CHUNK_ROWS, PATIENCE_SECONDS = 240, 6, 600.0
COMMANDS = (("list", "jobs"), ("backup",), ("check-folder",))
# The library refuses the system call by which Python sleeps, and not that by which it waits.
SLEEPS = "import sys, threading, time; time.sleep = lambda s, event=threading.Event(): event.wait(s) and None; "
WORKER = f"{SLEEPS} from jobs import worker; sys.exit(worker.main())"
COMMAND = f"{SLEEPS} from jobs.__main__ import main; sys.exit(main())"


def environment(root: Path, offset: Path) -> dict[str, str]:
    """Of a process whose time of day stands in a file."""
    faked = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_CACHE_DURATION": "1"}
    return {**os.environ, **faked, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "STUDIO_DATA": str(root)}


def run(root: Path, days: int) -> str:
    """What came of it, the rest of a line of the table."""
    root.mkdir()
    studio, number = with_embedded_rows(root, ROWS, seed=3)
    first = studio.enqueue(number, INDICATORS, chunk_rows=CHUNK_ROWS)
    later = studio.dataset("later", MANY)
    offset = root / "offset"
    offset.write_text("+0")
    told = environment(root, offset)
    with (root / "worker.log").open("ab") as log:
        worker = subprocess.Popen([sys.executable, "-c", WORKER], cwd=PROJECT, env=told, stdout=log, stderr=log)
    try:
        parts = JobFolder(studio.paths.jobs / first)
        until(lambda: len(parts.finished_parts()) > 2, "the first parts are finished", PATIENCE_SECONDS)
        offset.write_text(f"{days * 86_400:+d}")
        began, then = time.monotonic(), len(parts.finished_parts())
        second = studio.enqueue(later, WITHOUT)
        until(lambda: all(studio.job(each).status == "done" for each in (first, second)), "both are", PATIENCE_SECONDS)
        seconds = time.monotonic() - began
        studio.client.take_in(studio.store)
        rows = {each: studio.store.datasets.get(each).rows for each in (number, later)}
        studio.close()
        failed = [name for name in COMMANDS if command(name, told)]
    finally:
        worker.terminate()
        worker.wait(30)
    lost = of_scores(root, number, rows[number], INDICATORS) + of_scores(root, later, rows[later], WITHOUT)
    tracebacks = len(re.findall("^Traceback", (root / "worker.log").read_text("utf-8", "replace"), re.MULTILINE))
    return f"{then} | {seconds:.0f} s | {lost} | {failed or 'none'} | {tracebacks}"


def of_scores(root: Path, dataset: int, rows: int, names: Sequence[str]) -> int:
    """How many scores of a dataset are missing or twice there."""
    found = [each[:2] for each in stored_scores(StudioPaths(root).store, dataset) if each[1] in names]
    return len(names) * rows - len(set(found)) + len(found) - len(set(found))


def command(arguments: tuple[str, ...], told: Mapping[str, str]) -> bool:
    """Whether a command at that time of day does not do what it is to do."""
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments, "--quiet"], cwd=PROJECT, env=told, capture_output=True, text=True
    )
    return ended.returncode != 0 or "Traceback" in ended.stderr


def main() -> int:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--days", type=int, nargs="+", default=[1, -1])
    asked = lines.parse_args()
    print("| clock | parts before | both jobs done after | lost or doubled | commands that failed | tracebacks |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for days in asked.days:
        with tempfile.TemporaryDirectory(prefix="clock-") as folder:
            print(f"| {days:+d} day | {run(Path(folder) / 'data', days)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
