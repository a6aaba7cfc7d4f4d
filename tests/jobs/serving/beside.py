"""A studio in this process that answers others, as the app does, and one that asks it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.paths import StudioPaths
from jobs.api import Studio
from jobs.api import session_beside as module
from jobs.serving.server import Serving


@dataclass(frozen=True)
class Beside:
    """Who holds the store, and who answers for it."""

    own: Studio
    serving: Serving

    def open(self) -> Studio:
        """The studio as another process has it."""
        return Studio.open(self.own.paths.root)


@contextmanager
def beside(folder: Path) -> Iterator[Beside]:
    """A data folder that is open here; what is opened within the block asks over HTTP, as if from elsewhere."""
    with Studio.open(folder) as own, pytest.MonkeyPatch.context() as patch:
        serving = Serving(lambda: own, StudioPaths.of(folder))
        patch.setattr(module, "this_process", lambda: os.getppid())
        try:
            yield Beside(own, serving)
        finally:
            serving.stop()
