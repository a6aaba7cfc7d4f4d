"""What a user waits for in Chromium: pages served, a pointer that drags, keys, and how much each act costs."""

import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import plotly
import psutil
from playwright.sync_api import Page, sync_playwright

PORT = 8731


def told(name: str, values: list[float], unit: str = "ms") -> float:
    median, p95 = statistics.median(values), float(np.percentile(values, 95))
    print(f"{name:<34} median {median:7.0f} {unit}   p95 {p95:7.0f} {unit}   n = {len(values)}", flush=True)
    return median


EMPTY = """
import streamlit as st
st.session_state.n = st.session_state.get("n", 0) + st.button("more")
st.header(f"n {st.session_state.n}")
"""
FRAMES = """() => {
    window.frames = []; let last = performance.now(); window.watching = true;
    const tick = now => {
        window.frames.push(now - last); last = now; if (window.watching) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
}"""
SETTLED = """() => {
    const count = (window.plotsRoot ??= [...document.querySelectorAll('*')].find(e => e.shadowRoot
        && e.shadowRoot.querySelector('.linked-plots')).shadowRoot).querySelector('.count').innerText.split(' ')[0];
    const heading = [...document.querySelectorAll('h3')].find(h => h.innerText.startsWith('Rows ('));
    return heading && heading.innerText === `Rows (${count})`
        && document.querySelector('[data-testid="stApp"]').dataset.testScriptState === 'notRunning';
}"""


READS = """number => {
    const reader = document.querySelector('.st-key-row_reader, [role="dialog"]'), text = reader ? reader.innerText : "";
    const asked = `Question ${number >> 1} of ${number % 2 ? "second" : "first"}?`;
    return text.includes(asked) && text.includes(`${(number + 1).toLocaleString("en-US")} of `);
}"""
MARKED = """title => [...document.querySelectorAll('[data-testid="stBaseButton-primary"]')]
    .some(each => each.innerText.includes(title))"""
HEAD, LINE = 34, 33  # heights in a table, in pixels


@contextmanager
def served(command: list[str], port: int, data: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A page server on a port of its own: its address and its process."""
    root = Path(__file__).resolve().parent.parent
    variables = os.environ | {"STUDIO_DATA": str(data), "STUDIO_KEY": "benchmark"}
    app = subprocess.Popen([sys.executable, "-m", *command], cwd=root, env=variables, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).read()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", psutil.Process(app.pid)
    finally:
        app.terminate()
        app.wait(20)


@contextmanager
def tab() -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        yield page
        browser.close()


def time_plotly(times: int) -> None:
    """Twelve plots of three datasets and 40 bars drawn anew by plotly, which the studio's own bars stand in for."""
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    with tab() as page:
        page.set_content("".join(f"<div id=plot{i}></div>" for i in range(12)))
        page.add_script_tag(path=str(script))
        found = page.evaluate(
            """async times => {
                const bars = () => [...Array(40)].map(() => Math.random() * 100);
                const traces = () => [1, 2, 3, 4].map(() => ({type: 'bar', y: bars()}));
                const layout = {barmode: 'stack', height: 130, width: 210, showlegend: false};
                for (let i = 0; i < 12; i++) await Plotly.newPlot('plot' + i, traces(), layout);
                const found = [];
                for (let n = 0; n < times; n++) {
                    const began = performance.now();
                    for (let i = 0; i < 12; i++) await Plotly.react('plot' + i, traces(), layout);
                    found.push(performance.now() - began);
                }
                return found;
            }""",
            times,
        )
    told("plotly draws twelve plots anew", found)


def time_floor(data: Path, clicks: int) -> None:
    """A button on a page that has nothing else."""
    script = data / "empty.py"
    script.write_text(EMPTY, "utf-8")
    found = []
    with (
        served(["streamlit", "run", str(script), "--server.port", str(PORT + 1)], PORT + 1, data) as (url, _),
        tab() as page,
    ):
        page.goto(url)
        for number in range(clicks + 1):
            page.get_by_role("heading", name=f"n {number}", exact=True).wait_for()
            start = time.perf_counter()
            page.get_by_role("button").click()
            page.get_by_role("heading", name=f"n {number + 1}", exact=True).wait_for()
            found.append(1000 * (time.perf_counter() - start))
    told("a button on an empty page", found[1:])


class Costs:
    """What acts cost, apart from what else the computer does: the server's processor, the browser's, and the wire."""

    def __init__(self, page: Page, server: psutil.Process) -> None:
        self._server = server
        self._session = page.context.new_cdp_session(page)
        self._received = 0
        for domain in ("Network", "Performance"):
            self._session.send(f"{domain}.enable")
        self._session.on("Network.webSocketFrameReceived", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        self._received += len(event["response"]["payloadData"]) * 3 // 4  # base64

    def so_far(self) -> np.ndarray:
        """Milliseconds of the server's processor and of the page's thread, and kB received."""
        used = self._server.cpu_times()
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        busy = next(each["value"] for each in metrics if each["name"] == "TaskDuration")
        return np.array([1000 * (used.user + used.system), 1000 * busy, self._received / 1000])


def go(page: Page, title: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text=title).click()
    page.get_by_role("heading", name=title, exact=True, level=1).wait_for()


def open_plots(page: Page) -> None:
    go(page, "Indicators")
    page.locator(".linked-plots .plot .now").first.wait_for(state="attached")
    page.evaluate("delete window.plotsRoot")
    page.wait_for_function(SETTLED)


def time_browser(data: Path, drags: int, afterwards: Callable[[Page], None]) -> None:
    """Open the page, drag over a plot, open rows; each act until all of it is settled."""
    opened, frames, released, costs, frame_costs = [], [], [], [], []
    command = ["pages.frame.serve", "--port", str(PORT)]
    with served(command, PORT, data) as (url, server), tab() as page:
        page.goto(f"{url}/jobs?key=benchmark")
        page.get_by_role("heading", name="Jobs", exact=True, level=1).wait_for()
        spent = Costs(page, server)
        open_plots(page)
        for _ in range(drags):
            go(page, "Jobs")
            start = time.perf_counter()
            open_plots(page)
            opened.append(1000 * (time.perf_counter() - start))
        plot = page.locator(".linked-plots .plot").first
        box = plot.locator(".area").bounding_box()
        assert box is not None
        y, left, width = box["y"] + box["height"] / 2, box["x"] + 34, box["width"] - 42
        for number in range(drags):
            page.mouse.dblclick(left + 0.97 * width, y)
            page.wait_for_function("() => !window.plotsRoot.querySelector('.filtered')")
            page.wait_for_function(SETTLED)
            page.mouse.move(left + 0.1 * width, y)
            page.wait_for_function("() => window.plotsRoot.querySelector('.linked-plots').dataset.ready")
            page.mouse.down()
            before = spent.so_far()
            page.evaluate(FRAMES)
            page.mouse.move(left + (0.5 + 0.3 * (number % 7) / 7) * width, y, steps=60)
            drawn = page.evaluate("() => { window.watching = false; return window.frames.slice(2); }")
            frames += drawn
            pressed = spent.so_far()
            frame_costs.append((pressed - before)[1] / len(drawn))
            start = time.perf_counter()
            page.mouse.up()
            page.wait_for_function(SETTLED)
            released.append(1000 * (time.perf_counter() - start))
            costs.append(spent.so_far() - pressed)
        page.get_by_role("button", name="Clear all").click()
        page.wait_for_function("() => !window.plotsRoot.querySelector('.filtered')")
        page.wait_for_function(SETTLED)
        time_rows(page, drags)
        afterwards(page)
    told("open Indicators", opened)
    told("between frames while dragging", frames)
    told("  the page's thread a frame", frame_costs)
    told("released until the table is there", released)
    for name, unit, of_each in zip(
        ("  the server's processor", "  the page's thread", "  over the wire"),
        ("ms", "ms", "kB"),
        np.array(costs).T,
        strict=True,
    ):
        told(name, list(of_each), unit)


def time_rows(page: Page, times: int) -> None:
    """Open rows by a click, go on by a key, mark by a key."""
    table = page.get_by_test_id("stDataFrame").last.locator(".dvn-scroller")
    table.scroll_into_view_if_needed()
    opened, gone_on, marked = [], [], []
    for number in range(times):
        start = time.perf_counter()
        table.click(position={"x": 200, "y": HEAD + LINE * (number % 8) + LINE // 2})
        page.wait_for_function(READS, arg=number % 8)
        opened.append(1000 * (time.perf_counter() - start))
        page.keyboard.press("Escape")
        page.wait_for_function("() => !document.querySelector('.st-key-row_reader, [role=\"dialog\"]')")
        page.wait_for_function(SETTLED)
    table.click(position={"x": 200, "y": HEAD + LINE // 2})
    page.wait_for_function(READS, arg=0)
    for number in range(1, times + 1):
        start = time.perf_counter()
        page.keyboard.press("n")
        page.wait_for_function(READS, arg=number)
        gone_on.append(1000 * (time.perf_counter() - start))
        page.wait_for_function(SETTLED)
    for number in range(times):
        key, title = ("x", "No mark") if number % 2 else ("k", "Keep")
        start = time.perf_counter()
        page.keyboard.press(key)
        page.wait_for_function(MARKED, arg=title)
        marked.append(1000 * (time.perf_counter() - start))
        page.wait_for_function(SETTLED)
    told("open a row", opened)
    told("next row", gone_on)
    told("mark", marked)
