"""What the first map on a computer waits for: numba compiles UMAP's functions, which are kept for the next one."""

from contextlib import AbstractContextManager

from numba.core.event import Event, Listener, install_listener

from core.humanize import duration
from core.pace import Pace
from core.progress import Progress

COMPILED = 128  # functions, theirs within others among them, until a first map is there
NEVER_KEPT = 4  # functions at most that each process compiles anew, in a moment


class Compilation(Listener):
    """Tells that code is compiled, and how long that still takes once the pace says so."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._pace, self._done = progress, Pace(), 0

    def on_start(self, event: Event) -> None:
        """A function begins to be compiled."""

    def on_end(self, event: Event) -> None:
        """A function is compiled.

        Raises:
            Cancelled: the user has cancelled the job.
        """
        self._done += 1
        self._pace.saw(self._done)
        if self._done > NEVER_KEPT:
            left = self._pace.seconds_left(COMPILED)
            told = "Compiling the code of maps, only this first time"
            self._progress.update(0, 0, told if left is None else f"{told}: about {duration(left)} left")


def told_while_compiling(progress: Progress) -> AbstractContextManager[None]:
    """While it is open, the progress hears of what is compiled."""
    return install_listener("numba:compile", Compilation(progress))
