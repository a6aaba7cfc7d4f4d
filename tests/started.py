"""`python start.py` as the tests run it: to its end, or open for several tests."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from core.paths import PROJECT

PATIENCE_SECONDS = 120.0


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: it has not come true in time.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE_SECONDS:.0f} s: {what}"
        time.sleep(0.02)


def environment(data: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "STUDIO_DATA": str(data), "PYTHONUNBUFFERED": "1", **more}


def start_once(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Start and wait for the end."""
    command = [sys.executable, "start.py", *arguments]
    return subprocess.run(
        command,
        cwd=PROJECT,
        env=environment(data, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


class Running:
    """A studio that was started and stays open."""

    def __init__(self, data: Path, *before: str, **more: str) -> None:
        self.data, self.lines = data, list[str]()
        self.process = subprocess.Popen(
            [*before, sys.executable, "start.py", "--no-browser"],
            cwd=PROJECT,
            env=environment(data, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def wait_for(self, text: str) -> None:
        def reached() -> bool:
            assert text in self.said or self.process.poll() is None, self.said
            return text in self.said

        until(reached, f"'{text}' is said")

    def address(self) -> str:
        """Of the page, with the key of this start."""
        self.wait_for("It listens on")
        found = re.search(r"The studio is open at (http://127\.0\.0\.1:\d+/\?key=[\w-]{43})$", self.said, re.MULTILINE)
        assert found
        return found[1]

    def url(self) -> str:
        """Of its server, which without the key says whether it lives and nothing else."""
        return self.address().partition("/?")[0]

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self) -> dict:
        """What the worker says of itself, once it lives."""
        file = self.data / "jobs" / "worker.json"
        until(file.exists, "the worker has begun")
        return json.loads(file.read_text())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


def with_models(folder: Path, models_dir: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        (folder / "models").symlink_to(models_dir, target_is_directory=True)
    except OSError:  # Windows lets few users make one
        shutil.copytree(models_dir, folder / "models")
    return folder
