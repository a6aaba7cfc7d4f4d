"""How a running job tells where it stands, foresees its end, and learns that it was cancelled."""

import math
import time
from collections.abc import Callable
from contextlib import suppress

from core.errors import StorageFull
from core.pace import Pace
from core.progress import Cancelled
from jobs.queue.folder import JobFolder, JobState

_WRITE_SECONDS = 0.3
_ASK_SECONDS = 0.5


class JobProgress:
    """Writes `progress.json` about three times a second; implements `core.progress.Progress`.

    Rows are scored short ones first, so the time left is foreseen from characters, not from rows.

    Args:
        folder: of the job.
        rows, characters: of the whole job.
        cancelled: asks the queue whether the user has cancelled the job.
        clock: seconds that only ever grow.
        unit: what a row of this job is called.
    """

    def __init__(
        self,
        folder: JobFolder,
        rows: int,
        characters: int,
        cancelled: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        unit: str = "rows",
    ) -> None:
        self._folder, self._rows, self._characters = folder, rows, characters
        self._cancelled, self._clock, self._unit = cancelled, clock, unit
        self._began, self._seconds_before = clock(), folder.state().seconds
        self._finished_rows = self._finished_characters = 0
        self._step_rows = self._step_characters = 0
        self._part_of_step = 0.0
        self._stage, self._message = "scoring", ""
        self._written = self._asked = -math.inf
        self._new_pace()

    def begin(self, stage: str, rows: int = 0, characters: int = 0, message: str = "") -> None:
        """A step begins that will finish so many rows and characters.

        With a message it is of another kind; without one the last message stands.
        """
        if stage != self._stage or message:
            self._written = -math.inf  # what begins is told at once: its first update may be long in coming
            self._new_pace()
        self._stage, self._step_rows, self._step_characters = stage, rows, characters
        self._part_of_step = 0.0
        self._report(message or self._message)

    def update(self, done: int, total: int, message: str = "") -> None:
        """The step has finished `done` of `total` of its own units; a second pass over them takes nothing back.

        Raises:
            Cancelled: the user has cancelled the job.
        """
        self.raise_if_cancelled()
        self._part_of_step = max(self._part_of_step, done / total if total else 0.0)
        self._report(message)

    def finish(self, rows: int, characters: int, *, computed: bool) -> None:
        """A step is over; `computed` is False for one that an earlier run had done."""
        self._finished_rows += rows
        self._finished_characters += characters
        self._step_rows = self._step_characters = 0
        if not computed:
            self._new_pace()
        self._report("")
        for pace in (self._pace, self._row_pace):
            pace.step_ended()

    def end(self, stage: str, message: str = "", error: str = "") -> None:
        """The last word: done, failed or cancelled."""
        done = self._rows if stage == "done" else self._finished_rows
        share = 1.0 if stage == "done" else self._finished_characters / max(1, self._characters)
        state = JobState(
            stage, done, self._rows, self._unit, share, message=message, error=error, seconds=self._seconds
        )
        self._folder.write_state(state)

    @property
    def _seconds(self) -> float:
        """Of this run and those before it, but for the moments in which a killed one wrote nothing any more."""
        return self._seconds_before + self._clock() - self._began

    def raise_if_cancelled(self) -> None:
        """Ask the queue, twice a second at most, whether the job is still wanted."""
        if self._clock() - self._asked < _ASK_SECONDS:
            return
        self._asked = self._clock()
        if self._cancelled():
            raise Cancelled

    def _new_pace(self) -> None:
        self._pace, self._row_pace = Pace(self._clock), Pace(self._clock)  # of characters, and of rows

    def _report(self, message: str) -> None:
        now, self._message = self._clock(), message
        rows = self._finished_rows + self._part_of_step * self._step_rows
        characters = self._finished_characters + self._part_of_step * self._step_characters
        self._pace.saw(characters)
        self._row_pace.saw(rows)
        if now - self._written < _WRITE_SECONDS:
            return
        self._written = now
        left = self._pace.seconds_left(self._characters)
        state = JobState(
            stage=self._stage,
            done=int(rows),
            total=self._rows,
            unit=self._unit,
            share=characters / self._characters if self._characters else 0.0,
            rate=None if left is None else self._row_pace.per_second(),
            eta_seconds=left,
            message=message,
            seconds=self._seconds,
        )
        with suppress(StorageFull):  # a full disk is told by what writes results, not by a progress bar
            self._folder.write_state(state)
