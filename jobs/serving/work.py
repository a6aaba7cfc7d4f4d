"""One call for another process: in a thread of its own, watched by the connection over which it was asked."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from core.errors import StudioError
from core.memory import memory_error, out_of_memory
from core.progress import Cancelled
from jobs.wire.values import to_wire

LOOK_SECONDS = 0.1  # between two looks at how far it is, and whether anybody still waits for it
BEAT_SECONDS = 5.0  # after which an empty line says that it goes on
LONGEST_PIECE = 1 << 20
Line = dict[str, Any]


class Work:
    """A call that has begun."""

    def __init__(self, do: Callable[["Work"], Any]) -> None:
        """Begin.

        Args:
            do: the call; it is given this as its progress.
        """
        self._do, self._loop, self._ended = do, asyncio.get_running_loop(), asyncio.Event()
        self._heard: tuple[int, int, str] | None = None
        self._unwanted = False
        self._outcome: Line = {}
        self._thread = threading.Thread(target=self._run, name="asked by another process", daemon=True)
        self._thread.start()

    def update(self, done: int, total: int, message: str = "") -> None:
        """As `core.progress.Progress`: nobody wants it any more once the connection is gone."""
        self._heard = (int(done), int(total), message)
        if self._unwanted:
            raise Cancelled

    def stop(self) -> None:
        """Let it end where it next says how far it is."""
        self._unwanted = True

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, or for so long."""
        self._thread.join(seconds)

    async def lines(self, gone: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
        """How far it is, and at last what it came to, a JSON object on each line.

        Args:
            gone: whether whoever asked has left.
        """
        said, spoke = None, time.monotonic()
        try:
            while not self._ended.is_set():
                try:
                    await asyncio.wait_for(self._ended.wait(), LOOK_SECONDS)
                    break
                except TimeoutError:
                    pass
                if await gone():
                    return
                if self._heard != said:
                    said, spoke = self._heard, time.monotonic()
                    yield _written({"progress": said})
                elif time.monotonic() - spoke > BEAT_SECONDS:
                    spoke = time.monotonic()
                    yield b"\n"
            content = await asyncio.to_thread(_written, self._outcome)
            for start in range(0, len(content), LONGEST_PIECE):
                yield content[start : start + LONGEST_PIECE]
        finally:
            self.stop()

    def _run(self) -> None:
        try:
            self._outcome = {"result": to_wire(self._do(self))}
        except StudioError as error:
            self._outcome = {"error": to_wire(error)}
        except Cancelled:
            self._outcome = {"cancelled": True}
        except Exception as error:
            logging.getLogger(__name__).exception("A call of another process failed")
            said = StudioError(f"The studio failed at this: {type(error).__name__}.", mend="See logs/app.log.")
            self._outcome = {"error": to_wire(memory_error(error) if out_of_memory(error) else said)}
        with suppress(RuntimeError):  # the loop has been closed: nobody listens
            self._loop.call_soon_threadsafe(self._ended.set)


def _written(line: Line) -> bytes:
    return json.dumps(line, allow_nan=False).encode() + b"\n"
