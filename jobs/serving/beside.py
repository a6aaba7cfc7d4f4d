"""Other processes are answered from some moment on: what that takes is loaded then."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from core.paths import StudioPaths

if TYPE_CHECKING:
    from jobs.api import Studio
    from jobs.serving.server import Serving

RETRY_SECONDS = 2.0  # between two looks whether another process has ended that answers


class ServingBeside:
    """Answers other processes until it is stopped, once no other process of this data folder does."""

    def __init__(self, studio: "Callable[[], Studio]", paths: StudioPaths, after: float = 0.0) -> None:
        """Begin, in a thread of its own.

        Args:
            studio: opens the one studio of this process, or has it.
            after: seconds in which nothing is loaded for it, as all may be over by then.
        """
        self._studio, self._paths, self._after = studio, paths, after
        self._over = threading.Event()
        self._serving: Serving | None = None
        self._thread = threading.Thread(target=self._begin, name="begins to answer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let what is under way end, and answer no more."""
        self._over.set()
        self._thread.join()
        if self._serving is not None:
            self._serving.stop()

    def _begin(self) -> None:
        pause = self._after
        while self._serving is None and not self._over.wait(pause):
            from jobs.serving.server import serve_unless_another_does

            with suppress(OSError):
                self._serving = serve_unless_another_does(self._studio, self._paths)
            pause = RETRY_SECONDS
