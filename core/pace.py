"""How fast work goes at present, and how long it will take at that pace, once enough of it was seen to tell."""

import time
from collections import deque
from collections.abc import Callable

RECENT_SECONDS = 60.0  # over which the pace is taken
SETTLED_SECONDS, SETTLED_SHARE = 10.0, 0.03  # of work that moves: after either of them its pace is told
LEAST_SECONDS = 1.0  # but after so much at the earliest
_SAMPLE_SECONDS = 0.2
Moment = tuple[float, float]  # a time, and what was done by then


class Pace:
    """Of work that is counted in units of like cost.

    What comes before the first unit, such as loading models, is no part of the pace: taken for work it makes days of an
    hour. One thread tells what is done, others may read.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._moved = False
        self._seen: deque[Moment] = deque()  # the last is that of now
        self._ends: deque[Moment] = deque()  # of steps

    def saw(self, done: float) -> None:
        """So much is done now; less than before is other work."""
        now, seen = self._clock(), self._seen
        if seen and done < seen[-1][1]:
            self._moved, self._ends, seen = False, deque(), deque()
        if not self._moved:
            self._moved = bool(seen) and done > seen[0][1]
            self._seen = deque([(now, done)])
            return
        if len(seen) > 1 and now - seen[-2][0] < _SAMPLE_SECONDS:
            seen.pop()
        seen.append((now, done))
        _forget_old(seen, now)

    def step_ended(self) -> None:
        """A step is over that may count unevenly: once there are two, the pace is that of whole steps."""
        if self._seen:
            self._ends.append(self._seen[-1])
            _forget_old(self._ends, self._ends[-1][0])

    def seconds_left(self, total: float) -> float | None:
        """How long the rest of so many units will take; None while that can't be told."""
        if not self._seen or (done := self._seen[-1][1]) >= total:
            return None
        (began, then), (ended, reached) = self._span()
        seconds, passed = ended - began, reached - then
        settled = seconds >= SETTLED_SECONDS or (seconds > LEAST_SECONDS and passed >= SETTLED_SHARE * total)
        if passed <= 0 or not settled:
            return None
        each = seconds / passed
        return max(each * (total - done), each * (total - reached) - (self._clock() - ended))

    def per_second(self) -> float | None:
        """Units a second; None before any was seen to be done."""
        if not self._seen:
            return None
        (began, then), (ended, reached) = self._span()
        return (reached - then) / (ended - began) if reached > then and ended > began else None

    def _span(self) -> tuple[Moment, Moment]:
        """From when to when the pace is taken: over whole steps where there were two, else until now."""
        if len(self._ends) > 1:
            return self._ends[0], self._ends[-1]
        return self._seen[0], (self._clock(), self._seen[-1][1])


def _forget_old(moments: deque[Moment], now: float) -> None:
    while len(moments) > 2 and now - moments[0][0] > RECENT_SECONDS:
        moments.popleft()
