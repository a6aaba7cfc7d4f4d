"""A process that can be killed at any moment and costs nothing to start: a fork of this one, its imports already done.

The parent must hold no connection and no threads of its own, for a fork has neither: it opens no store, no queue and
no model, and leaves even the checking to children.
"""

import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


class Stuck(Exception):
    """A process has not answered in time; it was killed."""


class Broken(Exception):
    """A process has ended without an answer, or with an exception, whose trace this has."""


class Forked:
    """A child at work. POSIX only."""

    def __init__(self, work: Callable[[], Any], log: Path) -> None:
        """Start it.

        Args:
            work: what it does; what that returns has to be JSON.
            log: where its output goes, added to what is there.
        """
        reader, writer = os.pipe()
        sys.stdout.flush()
        self._pid = os.fork()
        if self._pid == 0:
            os.setpgid(0, 0)
            os.close(reader)
            _work_and_end(work, writer, log)
        with suppress(OSError):  # whoever of the two comes first
            os.setpgid(self._pid, self._pid)
        os.close(writer)
        self._reader, self._ended = reader, False

    def kill(self, alone: bool = False) -> bool:
        """SIGKILL to it and its own children; False where it had ended by itself before.

        Args:
            alone: its children see for themselves that it has gone.
        """
        if self._ended:
            return False
        if alone:
            os.kill(self._pid, signal.SIGKILL)
        else:
            os.killpg(self._pid, signal.SIGKILL)
        return os.WIFSIGNALED(self._reap())

    def alive(self) -> bool:
        """Whether it still works."""
        if not self._ended and os.waitpid(self._pid, os.WNOHANG)[0]:
            self._close()
        return not self._ended

    def answer(self, seconds: float) -> Any:
        """Wait for what its work returns; None where it has ended itself, as a worker does that is asked to stop.

        Raises:
            Stuck: it has not returned after so many seconds.
            Broken: it has ended otherwise.
        """
        until, content = time.monotonic() + seconds, b""
        while piece := self._read(until):
            content += piece
        status = self._reap()
        if not content:
            if status:
                raise Broken(f"it ended with status {status} and without a word")
            return None
        told = json.loads(content)
        if "fault" in told:
            raise Broken(told["fault"])
        return told["answer"]

    def _read(self, until: float) -> bytes:
        if not select.select([self._reader], [], [], max(0.0, until - time.monotonic()))[0]:
            self.kill()
            raise Stuck("it has not answered in time")
        return os.read(self._reader, 1 << 20)

    def _reap(self) -> int:
        status = os.waitpid(self._pid, 0)[1]
        self._close()
        return status

    def _close(self) -> None:
        self._ended = True
        os.close(self._reader)


def _work_and_end(work: Callable[[], Any], writer: int, log: Path) -> None:
    """The child's whole life; it never returns into the parent's code."""
    code = 1
    try:
        with log.open("ab") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        told = {"answer": work()}
        code = 0
    except BaseException:
        told = {"fault": traceback.format_exc()}
    try:
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(json.dumps(told).encode())
    finally:
        os._exit(code)


def answer_of(work: Callable[[], Any], log: Path, seconds: float = 300.0) -> Any:
    """What work returns, done in a process of its own.

    Raises:
        Stuck, Broken: as `Forked.answer`.
    """
    return Forked(work, log).answer(seconds)
