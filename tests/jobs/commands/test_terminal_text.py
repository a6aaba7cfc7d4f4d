"""What commands print is text to a terminal, whatever names and cells hold."""

import json
import re
import unicodedata

import pytest

from core.pace import Pace
from jobs.commands.terminal import TerminalProgress, harmless
from tests.hostile_texts import HOSTILE, TERMINAL


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_text_holds_a_command_to_the_terminal(text: str) -> None:
    shown = harmless(text)
    assert not [each for each in shown if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    assert "\u202e" not in shown


@pytest.mark.parametrize("text", [*TERMINAL, "é\n\ud800"], ids=ascii)
def test_json_stays_the_same(text: str) -> None:
    assert json.loads(harmless(json.dumps({"name": text}, ensure_ascii=False))) == {"name": text}


def test_progress_stays_on_its_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = TerminalProgress()
    progress.update(1, 2, "Loading a\nb\x1b[2J")
    written = capsys.readouterr().err
    assert "\n" not in written and "\x1b" not in written and "Loading a b" in written


def test_progress_in_a_file_is_a_line_from_time_to_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    TerminalProgress().update(1, 4, "Scoring")
    TerminalProgress(quiet=True).update(1, 4, "Scoring")
    assert not capsys.readouterr().err
    monkeypatch.setattr("jobs.commands.terminal.LOG_SECONDS", 0.0)
    progress = TerminalProgress()
    progress.update(1, 4, "Scoring\x1b[2J")
    progress.update(2, 4, "Step 2 of 4: Scoring")
    progress.end()
    first, second = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d   25%  Scoring\\u001b\[2J", first)
    assert second.endswith("50%  Step 2 of 4: Scoring")


def test_what_is_left_is_told_from_the_speed_of_the_part_that_is_told_now(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("jobs.commands.terminal.LOG_SECONDS", 0.0)
    monkeypatch.setattr("jobs.commands.terminal.Pace", lambda: Pace(lambda: clock[0]))
    progress = TerminalProgress()
    for seconds, done in ((0, 0), (600, 10), (60, 90), (10, 5), (10, 6), (10, 11)):
        clock[0] += seconds
        progress.update(done, 100, "Step")
    told = [line.partition("Step")[2].strip() for line in capsys.readouterr().err.splitlines()]
    assert told == ["", "", "about 7 s left", "", "", "about 2 min 58 s left"]
