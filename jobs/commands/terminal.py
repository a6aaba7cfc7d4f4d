"""What a terminal is shown: text without commands to it, and progress in one line that is written over.

Where errors go to a file, progress is a line a minute.
"""

import re
import sys
import time
from datetime import datetime
from typing import TextIO

from core.humanize import duration
from core.pace import Pace

WRITE_SECONDS, LOG_SECONDS = 0.2, 60.0  # between two lines on a terminal, and in a file
# Beside line ends and tabs: control characters, and those that turn the direction of writing.
_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(text: str) -> str:
    """A text for the terminal: what would move its cursor, name its window or fill its clipboard is shown as `\\u001b`.

    JSON stays the same JSON.
    """
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class TerminalProgress:
    """Implements `core.progress.Progress`."""

    def __init__(self, quiet: bool = False) -> None:
        self._stream: TextIO = sys.stderr
        self._quiet, self._over = quiet, self._stream.isatty()
        self._pause = WRITE_SECONDS if self._over else LOG_SECONDS
        self._written = 0.0 if self._over else time.monotonic()
        self._pace, self._width = Pace(), 0

    def update(self, done: int, total: int, message: str = "") -> None:
        """Write the line, where it is time to."""
        now = time.monotonic()
        share = done / total if total else 0.0
        if total:
            self._pace.saw(share)
        if self._quiet or now - self._written < self._pause:
            return
        self._written = now
        left = self._pace.seconds_left(1.0) if total else None
        parts = [f"{share:4.0%}" if total else "", message, "" if left is None else f"about {duration(left)} left"]
        self._write("  ".join(filter(None, parts)))

    def end(self) -> None:
        """Clear the line, so that what follows stands by itself."""
        if self._width:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, line: str) -> None:
        line = harmless(" ".join(line.splitlines()))[:118]
        if not self._over:
            self._stream.write(f"{datetime.now():%H:%M:%S}  {line}\n")
            self._stream.flush()
            return
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)
