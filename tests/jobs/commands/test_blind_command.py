"""`blind` asks on a terminal, keeps each choice at once, and tells no names before the end."""

import io
import json
from pathlib import Path

import pytest

from jobs.api import Studio
from tests.furnished_store import furnish
from tests.jobs.shell import Shell

PAIRS = 11  # of 12 instructions one has the same answer twice


@pytest.fixture
def unjudged(tmp_path: Path) -> Shell:
    """With a comparison of which people have chosen nothing yet."""
    root = tmp_path / "data"
    furnish(root)
    with Studio.open(root) as studio:
        studio.verdicts.take_back(1, [each.position for each in studio.verdicts.blind_round(1).chosen])
    return Shell(root)


def typed(monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(keys) + "\n"))


def test_choices_are_kept_at_once_taken_back_and_passed_over(unjudged: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "abxuts")  # x is none of the keys
    code, said, asked = unjudged.run("blind", "1")
    assert code == 0
    assert f"2 of {PAIRS} pairs judged, 1 skipped" in said and "--passed" in said
    assert "“x” is not one of these" in asked and asked.count("Answer A") == 6
    with Studio.open(unjudged.root) as studio:
        stands, compared = studio.verdicts.blind_round(1), studio.comparisons.status(1)
    assert [str(each.verdict) for each in stands.chosen] == ["first", "tie", "None"]
    assert compared.a not in asked and compared.b not in asked, "whose answer it is was told"

    typed(monkeypatch, "a" * 20)
    code, said, asked = unjudged.run("blind", "1")
    assert code == 0 and asked.count("Answer A") == PAIRS - 3, "what was chosen was asked again"
    assert f"{PAIRS - 1} of {PAIRS} pairs judged, 1 skipped" in said and "A wins" in said and compared.a in said

    typed(monkeypatch, "b")
    assert unjudged.run("blind", "1", "--passed")[0] == 0
    with Studio.open(unjudged.root) as studio:
        stands = studio.verdicts.blind_round(1)
    assert (len(stands.left), len(stands.passed), len(stands.chosen)) == (0, 0, PAIRS)


def test_the_first_answer_is_one_of_each_models(unjudged: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Always the first one, where sides are mixed by chance, gives wins to both."""
    typed(monkeypatch, "a" * PAIRS)
    found = json.loads(unjudged.run("blind", "1", "--json")[1])
    assert (found["pairs"], found["left"], found["passed"]) == (PAIRS, 0, 0)
    results = found["results"]
    assert 0 < results["a_wins"]["count"] < PAIRS
    assert results["a_wins"]["count"] + results["b_wins"]["count"] == PAIRS and results["ties"]["count"] == 1


def test_nothing_is_chosen_where_the_input_ends(unjudged: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, said, _ = unjudged.run("blind", "1")
    assert code == 0 and f"0 of {PAIRS} pairs judged" in said
    assert "Comparison not found" in unjudged.refused("blind", "9")
