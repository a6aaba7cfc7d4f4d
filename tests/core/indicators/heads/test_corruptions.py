"""Faults are put into answers as their names say."""

import random
from collections.abc import Callable

import pytest

from core.indicators.heads import corruptions

TEXT = "Bees sleep at night. They rest in the hive. In winter they keep each other warm. Few leave before spring."


@pytest.fixture
def rng() -> random.Random:
    return random.Random(0)


@pytest.mark.parametrize("fault", [corruptions.garbled, corruptions.shuffled, corruptions.stuttering])
def test_level_0_changes_nothing(fault: Callable, rng: random.Random) -> None:
    assert fault(TEXT, rng, 0.0) == TEXT


def test_shuffled_keeps_what_is_there(rng: random.Random) -> None:
    made = corruptions.shuffled(TEXT, rng, 1.0)
    assert made != TEXT
    assert sorted(made) == sorted(TEXT)


def test_truncated_is_a_beginning_that_does_not_end_like_a_sentence(rng: random.Random) -> None:
    made = corruptions.truncated(TEXT, rng)
    assert TEXT.startswith(made)
    assert not made.endswith(".")


def test_repeated_says_a_sentence_again(rng: random.Random) -> None:
    found = corruptions.sentences(corruptions.repeated(TEXT, rng))
    assert len(set(found)) < len(found)


def test_curt_is_no_more_than_the_first_sentence(rng: random.Random) -> None:
    assert all("Bees sleep at night.".startswith(corruptions.curt(TEXT, rng)) for _ in range(20))


def test_rambling_keeps_some_of_the_answer_late_among_other_things(rng: random.Random) -> None:
    others = ["Tides follow the moon each day. Ships wait for them in port. A pilot then comes on board."]
    found = corruptions.sentences(corruptions.rambling(TEXT, others, rng))
    assert found.index("Bees sleep at night.") >= 1
    assert "They rest in the hive." not in found
    assert len(found) > 3
