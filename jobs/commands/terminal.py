"""What a terminal is shown: text without commands to it, and progress in one line that is written over.

Where errors go to a file, progress is a line a minute.
"""

import re
import sys
import time
from datetime import datetime
from typing import TextIO

from core.humanize import duration

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
        self._began, self._first, self._last, self._width = 0.0, 0.0, 0.0, 0  # shares of the part that is told now

    def update(self, done: int, total: int, message: str = "") -> None:
        """Write the line, where it is time to."""
        now = time.monotonic()
        share = done / total if total else 0.0
        if (total and share < self._last) or not self._began:
            self._began, self._first = now, share
        self._last = share if total else self._last
        if self._quiet or now - self._written < self._pause:
            return
        self._written = now
        parts = [f"{share:4.0%}" if total else "", message, self._left(share, now) if total else ""]
        self._write("  ".join(filter(None, parts)))

    def end(self) -> None:
        """Clear the line, so that what follows stands by itself."""
        if self._width:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _left(self, share: float, now: float) -> str:
        passed = share - self._first
        if passed <= 0 or share >= 1 or now - self._began < 1:
            return ""
        return f"about {duration((now - self._began) * (1 - share) / passed)} left"

    def _write(self, line: str) -> None:
        line = harmless(" ".join(line.splitlines()))[:118]
        if not self._over:
            self._stream.write(f"{datetime.now():%H:%M:%S}  {line}\n")
            self._stream.flush()
            return
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)
