"""What commands print is text to a terminal, whatever names and cells hold."""

import json
import unicodedata

import pytest

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


def test_progress_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    progress = TerminalProgress()
    progress._shown = True
    progress.update(1, 2, "Loading a\nb\x1b[2J")
    written = capsys.readouterr().err
    assert "\n" not in written and "\x1b" not in written and "Loading a b" in written
