"""What a running job tells: never backwards, at a rate and with a time left that were worked out by hand."""

from pathlib import Path

import pytest

from core.progress import Cancelled
from jobs.queue.folder import JobFolder
from jobs.queue.progress import JobProgress


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    folder = JobFolder(tmp_path / "job")
    folder.create()
    return folder


def begun(folder: JobFolder, clock: Clock, rows: int, characters: int) -> JobProgress:
    progress = JobProgress(folder, rows, characters, lambda: False, clock)
    progress.begin("scoring", message="Loading the models")
    return progress


def test_rate_counts_rows_and_time_left_counts_characters(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=100, characters=10_000)
    progress.begin("scoring", rows=50, characters=2_000)
    clock.now = 600.0  # the models have been loaded, which is no pace
    progress.update(5, 50)
    assert folder.state().eta_seconds is None
    clock.now = 610.0
    progress.update(30, 50)  # 25 rows with 1,000 characters in 10 s: 8,800 characters are left
    state = folder.state()
    assert (state.done, state.total, state.share) == (30, 100, pytest.approx(0.12))
    assert state.rate == pytest.approx(2.5)
    assert state.eta_seconds == pytest.approx(88.0)


def test_that_models_are_loaded_is_told_until_the_first_row_is_done(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=10, characters=100)
    clock.now = 5.0
    progress.begin("scoring", rows=10, characters=100)
    assert folder.state().message == "Loading the models"
    clock.now = 10.0
    progress.update(5, 10)
    assert folder.state().message == ""


def test_time_left_follows_the_speed_of_the_last_minute(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=1_000, characters=1_000)
    progress.begin("scoring", rows=1_000, characters=1_000)
    for second in range(1, 101):  # one row a second for 100 s
        clock.now = float(second)
        progress.update(second, 1_000)
    for second in range(101, 181):  # then five a second: after 80 s of it, no slow second is left in the window
        clock.now = float(second)
        progress.update(100 + 5 * (second - 100), 1_000)
    state = folder.state()
    assert state.done == 500
    assert state.rate == pytest.approx(5.0)
    assert state.eta_seconds == pytest.approx(100.0)


def test_neither_rate_nor_time_left_is_guessed_before_the_pace_tells_something(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=1_000, characters=1_000)
    progress.begin("scoring", rows=1_000, characters=1_000)
    known = []
    for second, done in ((0.5, 1), (1.4, 40), (3.0, 41)):  # 3 % within a second are too soon, in 2.5 s they do
        clock.now = second
        progress.update(done, 1_000)
        known.append(folder.state().eta_seconds is not None)
    progress.begin("scoring", rows=1_000, characters=1_000, message="Of another pace")
    for second, done in ((4.0, 50), (13.9, 51), (14.3, 52)):  # less than that only after 10 s
        clock.now = second
        progress.update(done, 1_000)
        known.append(folder.state().eta_seconds is not None)
    assert known == [False, False, True, False, False, True]


def test_where_steps_count_unevenly_the_time_left_is_taken_from_whole_ones(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=100, characters=100)
    told = []
    for step in range(3):  # 200 s each: a model reads its rows in the first 20 s, and what follows tells nothing
        progress.begin("scoring", rows=10, characters=10)
        for second in (20.0, 110.0, 199.0):
            clock.now = 200.0 * step + second
            progress.update(10, 10)
            told.append(folder.state().eta_seconds)
        clock.now = 200.0 * (step + 1)
        progress.finish(10, 10, computed=True)
    assert told[-3:] == pytest.approx([1_580.0, 1_490.0, 1_401.0])  # 80 rows at 20 s each from second 400 on


def test_what_an_earlier_run_did_does_not_count_as_speed(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=100, characters=1_000)
    clock.now = 2.0
    progress.finish(50, 500, computed=False)
    progress.begin("scoring", rows=50, characters=500)
    clock.now = 3.0
    progress.update(1, 50)
    clock.now = 12.0
    progress.update(10, 50)
    assert folder.state().done == 60
    assert folder.state().rate == pytest.approx(1.0)
    assert folder.state().eta_seconds == pytest.approx(40.0)


def test_a_second_pass_over_a_step_takes_nothing_back(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=10, characters=100)
    progress.begin("scoring", rows=10, characters=100)
    clock.now = 5.0
    progress.update(10, 10, "Running the language model")
    clock.now = 6.0
    progress.update(0, 10, "Computing embeddings")
    assert (folder.state().done, folder.state().message) == (10, "Computing embeddings")


def test_no_time_left_is_claimed_while_the_rows_are_compared(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=10, characters=100)
    progress.begin("scoring", rows=10, characters=100)
    clock.now = 5.0
    progress.finish(10, 100, computed=True)
    clock.now = 5.1
    progress.begin("comparing", message="Computing KNN distances of 10 rows")
    state = folder.state()
    assert (state.stage, state.message) == ("comparing", "Computing KNN distances of 10 rows")
    assert state.eta_seconds is None


def test_it_is_written_a_few_times_a_second_at_most(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=100, characters=100)
    progress.begin("scoring", rows=100, characters=100)
    file = folder.path / "progress.json"
    written = set()
    for update in range(100):
        clock.now = update / 100  # a hundred updates within a second
        progress.update(update, 100)
        written.add(file.stat().st_ino)
    assert len(written) <= 5


def test_the_queue_is_asked_twice_a_second_at_most(folder: JobFolder, clock: Clock) -> None:
    asked = []
    progress = JobProgress(folder, 10, 100, lambda: bool(asked.append(clock.now)), clock)
    for update in range(100):
        clock.now = update / 50  # 2 s
        progress.update(update, 100)
    assert asked == pytest.approx([0.0, 0.5, 1.0, 1.5])


def test_a_cancelled_job_stops_at_its_next_update(folder: JobFolder, clock: Clock) -> None:
    progress = JobProgress(folder, 10, 100, lambda: clock.now > 1.0, clock)
    progress.update(1, 10)
    clock.now = 1.1
    with pytest.raises(Cancelled):
        progress.update(2, 10)


def test_a_finished_job_has_done_all_its_rows(folder: JobFolder, clock: Clock) -> None:
    progress = begun(folder, clock, rows=10, characters=100)
    progress.end("done")
    assert (folder.state().stage, folder.state().done) == ("done", 10)


def test_time_worked_on_adds_up_over_a_restart(folder: JobFolder, clock: Clock) -> None:
    first = begun(folder, clock, rows=100, characters=100)
    clock.now = 30.0
    first.update(50, 100)
    assert folder.state().seconds == pytest.approx(30.0)
    clock.now = 1_000.0  # killed, and started again later: nobody worked in between
    second = begun(folder, clock, rows=100, characters=100)
    clock.now = 1_012.0
    second.end("done")
    assert folder.state().seconds == pytest.approx(42.0)
