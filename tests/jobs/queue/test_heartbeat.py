"""Who lives, whatever clocks say."""

import os
import time
from pathlib import Path

from jobs.queue.heartbeat import Heartbeat, Silences


def test_one_that_beats_is_not_silent_where_a_clock_is_set_and_one_that_does_not_is(tmp_path: Path) -> None:
    clock = [0.0]
    silences, other = Silences(lambda: clock[0]), Heartbeat(tmp_path, "other")
    assert silences.seconds(other) == 0
    other.begin()
    for day in (-86_400.0, 86_400.0, 0.0):
        os.utime(other.file, (time.time() + day, time.time() + day))
        clock[0] += 5.0
        assert silences.seconds(other) == 0
    clock[0] += 90.0
    assert silences.seconds(other) == 90.0
