"""A queue in a file is asked while the file changes, for a moment after that, and from time to time anyway."""

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from jobs.queue.quiet_asking import ANYWAY_SECONDS, SETTLED_SECONDS, ask_while_it_changes, rest


class Asked:
    """A system database that counts how often it is asked, and a clock that is set by hand."""

    def __init__(self, database: Path) -> None:
        self.times, self.now = 0, 100.0
        ask_while_it_changes(self, database, lambda: self.now)

    def dequeue_scopes(self, queue: str) -> list[None]:
        self.times += 1
        return [None]

    def after(self, seconds: float, queue: str = "scoring") -> list[None]:
        self.now += seconds
        return self.dequeue_scopes(queue)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "jobs.sqlite"
    file.write_bytes(b"queue")
    return file


def test_a_file_that_does_not_change_is_asked_from_time_to_time_only(database: Path) -> None:
    asked = Asked(database)
    assert asked.after(0) == [None] and asked.after(SETTLED_SECONDS) == [None]
    assert [asked.after(1) for _ in range(int(ANYWAY_SECONDS) - 1)] == [[]] * (int(ANYWAY_SECONDS) - 1)
    assert asked.after(1) == [None] and asked.after(1) == []


@pytest.mark.parametrize("name", ["jobs.sqlite", "jobs.sqlite-wal"])
def test_a_change_of_the_file_or_of_its_log_is_asked_about_at_once_and_for_a_moment_by_each_queue(
    name: str, database: Path
) -> None:
    asked = Asked(database)
    for queue in ("scoring", "tuning"):
        asked.after(0, queue)
    asked.now += SETTLED_SECONDS + 1
    assert asked.after(0, "scoring") == [] == asked.after(0, "tuning")
    database.with_name(name).write_bytes(b"a job is queued")
    assert asked.after(0.5, "scoring") == [None] == asked.after(0.5, "tuning")
    assert asked.after(SETTLED_SECONDS - 1, "scoring") == [None]
    assert asked.after(2, "scoring") == [] == asked.after(0, "tuning")


def test_background_jobs_that_nothing_needs_stop_and_a_queue_elsewhere_is_asked_always(database: Path) -> None:
    system = SimpleNamespace(dequeue_scopes=lambda queue: [None])
    dbos = SimpleNamespace(_background_jobs_stop_event=threading.Event(), _sys_db=system)
    ask = system.dequeue_scopes
    rest(dbos, None)
    assert dbos._background_jobs_stop_event.is_set() and system.dequeue_scopes is ask
    rest(dbos, database)
    assert system.dequeue_scopes is not ask
