"""The harness of random kills: it sees what is lost or doubled, and a few kills of it every time the tests run."""

import os
import subprocess
import sys

import pytest

from benchmarks.faults_kills import Tally
from core.paths import PROJECT

BEFORE, AFTER = ["old", "kept"], ["kept", "new", "newer"]


@pytest.mark.parametrize(
    ("seen", "lost", "doubled"),
    [
        (BEFORE, 0, 0),
        (AFTER, 0, 0),
        (["kept", "new"], 0, 0),
        (["new", "newer"], 1, 0),
        (["kept", "kept", "new"], 0, 1),
        (["kept", "half of new"], 0, 1),
        ([], 1, 0),
    ],
)
def test_what_is_seen_after_a_kill_has_to_be_of_before_or_after(seen: list[str], lost: int, doubled: int) -> None:
    tally = Tally()
    tally.compare_with_either(BEFORE, AFTER, seen)
    assert (tally.lost, tally.doubled) == (lost, doubled)


def test_what_is_found_in_the_end_has_to_be_what_an_undisturbed_run_comes_to() -> None:
    tally = Tally()
    tally.compare(AFTER, ["kept", "new", "new", "old"])
    assert (tally.lost, tally.doubled) == (1, 2) and not tally.clean


@pytest.mark.skipif(os.name != "posix", reason="the harness forks")
def test_some_random_kills_lose_and_double_nothing() -> None:
    command = [sys.executable, "-m", "benchmarks.faults_kills", "--only", "export", "--kills", "3"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| export | 3 | 0 | 0 | 0 | 0 |" in done.stdout
