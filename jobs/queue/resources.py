"""What a worker lends to its jobs: models that stay loaded, and devices."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from core.models.pool import ModelPool
from core.models.profiles import Profile


class Models:
    """The models of each profile, loaded when first needed and kept from one job to the next."""

    def __init__(self, folder: Path, device: str = "") -> None:
        self._of = cache(lambda models: ModelPool(models, folder, device))

    def of(self, models: Profile) -> ModelPool:
        """Those of a profile, each in the precision that it says."""
        return self._of(models)


class Devices:
    """Lends each device to one job at a time."""

    def __init__(self, names: list[str]) -> None:
        self._free: queue.SimpleQueue[str] = queue.SimpleQueue()
        for name in names:
            self._free.put(name)

    @contextmanager
    def lent(self) -> Iterator[str]:
        name = self._free.get()
        try:
            yield name
        finally:
            self._free.put(name)


class Runs:
    """How many jobs run in this process, and since when none has."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._rests_since: float | None = None

    @contextmanager
    def one(self) -> Iterator[None]:
        """A job runs for as long as the block does."""
        with self._lock:
            self._running, self._rests_since = self._running + 1, None
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                self._rests_since = None if self._running else time.monotonic()

    @property
    def at_work(self) -> bool:
        """Whether a job runs now."""
        return self._running > 0

    def rested(self, seconds: float) -> bool:
        """Whether so long ago the last job ended; False where none has run yet: there is nothing to release then."""
        with self._lock:
            return self._rests_since is not None and time.monotonic() - self._rests_since >= seconds
