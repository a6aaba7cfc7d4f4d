"""The studio as a user starts it, `python start.py`, with a data folder of its own."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from core.paths import PROJECT

START_SECONDS = 120.0


class Studio:
    """One running studio: its page, its worker, and how to stop both."""

    def __init__(self, data: Path, models: Path) -> None:
        """Start it and wait until the page can be opened.

        Args:
            data: a new folder.
            models: the folder with the converted model, so that it is not converted again.
        """
        data.mkdir(parents=True, exist_ok=True)
        (data / "models").symlink_to(models, target_is_directory=True)
        self.data = data
        self.port = free_port()
        self.output = data / "start.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command, cwd=PROJECT, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )
        wait_until(lambda: "It listens on" in self.said() or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.said()

    @property
    def command(self) -> list[str]:
        return [sys.executable, "start.py", "--no-browser", "--port", str(self.port)]

    @property
    def environment(self) -> Mapping[str, str]:
        return {**os.environ, "STUDIO_DATA": str(self.data)}

    @property
    def url(self) -> str:
        """The address of its page, with the key of this start."""
        found = re.search(r"The studio is open at (\S+)", self.said())
        assert found
        return found[1]

    def said(self) -> str:
        """What the command has printed so far."""
        return self.output.read_text("utf-8")

    def start_another(self) -> subprocess.CompletedProcess[str]:
        """Start a second copy on the same data."""
        return subprocess.run(
            self.command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, timeout=60
        )

    def worker_pid(self) -> int:
        """The process of the worker that runs now."""
        return int(self._worker()["pid"])

    def kill_worker(self) -> int:
        """`kill -9` of the worker, in the middle of what it does. Returns its process id."""
        pid = self.worker_pid()
        worker = psutil.Process(pid)
        assert "jobs.worker" in worker.cmdline(), worker.cmdline()
        worker.kill()
        return pid

    def stop(self) -> None:
        """Stop it as Ctrl-C does, and whatever of it is left."""
        children = psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            for left in psutil.wait_procs(children, timeout=5)[1]:
                left.kill()
            self.process.kill()

    def _worker(self) -> dict[str, Any]:
        return dict(json.loads((self.data / "jobs" / "worker.json").read_text("utf-8")))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Return when the condition holds.

    Raises:
        TimeoutError: it does not within that time.
    """
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds:.0f} s in vain")
        time.sleep(0.05)
