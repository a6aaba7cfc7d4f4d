"""Commands beside the open app: how many are refused, and how long they take against the same ones without an app.

    python benchmarks/beside.py [--rows 50000] [--commands 200] [--at-once 8]

Commands run in turns while a browser scrolls the Indicators page of the app that holds the data folder, first one after
the other, then several at once. The alternative is the same command on a copy of the folder that no app has open; of
several at once each has a copy of its own. A command counts as refused when it does not end with status 0.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from browsing import build
from browsing_page import PORT, go, served, tab

ASKED = ("list", "list indicators", "rows --rows 5", "rows --sort reward --rows 20", "list views", "list rules")


def seconds(command: str, data: Path) -> float:
    """How long a command takes; minus that where it is refused."""
    start = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "jobs", *command.split()],
        cwd=Path(__file__).resolve().parent.parent,
        env={**os.environ, "STUDIO_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    took = time.perf_counter() - start
    if ended.returncode:
        print(f"{command}: {ended.stderr.strip()}", flush=True)
    return -took if ended.returncode else took


def one_by_one(commands: int, data: Path) -> list[float]:
    return [seconds(each, data) for each in islice(cycle(ASKED), commands)]


def at_once(commands: int, folders: list[Path]) -> list[float]:
    """As many at a time as there are folders."""
    with ThreadPoolExecutor(len(folders)) as several:
        return list(several.map(seconds, islice(cycle(ASKED), commands), islice(cycle(folders), commands)))


@contextmanager
def scrolled(data: Path) -> Iterator[list[float]]:
    """The app with a page that is scrolled up and down all the while: milliseconds between its frames."""
    frames: list[float] = []
    ready, through = threading.Event(), threading.Event()

    def scroll(url: str) -> None:
        with tab() as page:
            page.goto(f"{url}/jobs?key=benchmark")
            page.get_by_role("heading", name="Jobs", exact=True, level=1).wait_for()
            go(page, "Indicators")
            page.locator(".linked-plots .plot .now").first.wait_for(state="attached")
            page.mouse.move(720, 450)
            page.evaluate(
                """() => {
                    window.frames = []; let last = performance.now();
                    const tick = now => { window.frames.push(now - last); last = now; requestAnimationFrame(tick); };
                    requestAnimationFrame(tick);
                }"""
            )
            ready.set()
            while not through.is_set():
                for step in (1, -1):
                    for _ in range(10):
                        page.mouse.wheel(0, step * 120)
                        page.wait_for_timeout(50)
            frames.extend(page.evaluate("() => window.frames"))

    with served(["pages.frame.serve", "--port", str(PORT)], PORT, data) as (url, _):
        hand = threading.Thread(target=scroll, args=(url,))
        hand.start()
        if not ready.wait(300):
            raise SystemExit("The page did not open.")
        yield frames
        through.set()
        hand.join()


def told(name: str, found: list[float]) -> float:
    took = np.abs(found)
    refused = sum(each < 0 for each in found)
    median = float(np.median(took))
    p95 = np.percentile(took, 95)
    print(f"{name:<36} median {median:5.2f} s   p95 {p95:5.2f} s   n = {len(found)}   refused {refused}", flush=True)
    return median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--commands", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=8)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "open"
        data.mkdir()
        build(data / "studio.duckdb", asked.rows)
        copies = [Path(folder) / f"copy {number}" for number in range(asked.at_once)]
        for each in copies:
            shutil.copytree(data, each)
        alone = told("one after the other, no app", one_by_one(max(len(ASKED), asked.commands // 4), copies[0]))
        several = told(f"{asked.at_once} at once, no app", at_once(4 * asked.at_once, copies))
        with scrolled(data) as frames:
            beside = told("one after the other, beside a page", one_by_one(asked.commands, data))
            crowd = told(f"{asked.at_once} at once, beside a page", at_once(4 * asked.at_once, [data] * asked.at_once))
    print(f"beside a page a command takes {beside - alone:+.2f} s, {asked.at_once} at once {crowd - several:+.2f} s")
    median, p95 = statistics.median(frames), np.percentile(frames, 95)
    print(f"the page's frames meanwhile: median {median:.0f} ms, p95 {p95:.0f} ms")


if __name__ == "__main__":
    main()
