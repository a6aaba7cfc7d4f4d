"""Work beside the page says how long its present step still takes."""

import threading

import pytest

from core.pace import Pace
from core.progress import Progress
from pages.components import background
from pages.components.background import Background


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_left_is_told_at_the_pace_of_the_present_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, end = Clock(), threading.Event()
    monkeypatch.setattr(background, "Pace", lambda: Pace(clock))

    def work(progress: Progress) -> None:
        end.wait(30)

    task = Background("Choosing", work)
    assert task.eta_seconds is None
    clock.now = 40.0
    task.update(0, 300, "Spreading")
    assert task.eta_seconds is None
    clock.now = 50.0
    task.update(50, 300, "Spreading")
    assert task.eta_seconds is None
    clock.now = 60.0
    task.update(150, 300, "Spreading")
    assert task.eta_seconds == pytest.approx(15.0)
    clock.now = 160.0
    task.update(250, 300, "Spreading")
    assert task.eta_seconds == pytest.approx(50.0), "it has grown slower"
    task.update(0, 0, "Comparing")
    clock.now = 160.0
    assert task.eta_seconds is None
    end.set()


def test_work_for_which_memory_is_too_short_says_so() -> None:
    def work(progress: Progress) -> None:
        raise MemoryError

    task = Background("Choosing", work)
    task.join(30)
    assert task.error is not None and task.error.what.startswith("Memory ran out") and task.error.mend
