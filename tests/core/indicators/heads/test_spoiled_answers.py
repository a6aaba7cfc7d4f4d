"""The reward puts good answers above spoiled copies, of kinds that it was fitted on and of others."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.indicators import registry
from core.indicators.heads import corruptions
from core.indicators.scoring import score_chunk
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.rows.row import Row
from tests.core.indicators.heads import spoiled_answers
from tests.core.indicators.heads.spoiled_answers import EACH, SEEN, UNSEEN, Pair, pairs
from tests.embedded import embedded_pool

SAMPLE = 2  # pairs of a kind that are scored here; all of them by `core.indicators.heads.train_reward`


@pytest.fixture(scope="module")
def told(models_dir: Path) -> dict[str, list[bool]]:
    """By kind, of which pairs the good answer stands above its copy."""
    models = embedded_pool(models_dir)
    chosen = pairs(SAMPLE)
    rows = list(dict.fromkeys(row for pair in chosen for row in (pair.plain, pair.spoiled)))
    scores = dict(zip(rows, rewards(rows, models), strict=True))
    found: dict[str, list[bool]] = {}
    for pair in chosen:
        found.setdefault(pair.kind, []).append(scores[pair.plain] > scores[pair.spoiled])
    return found


def rewards(rows: list[Row], models: ModelPool) -> list[float]:
    in_order = sorted(range(len(rows)), key=lambda i: len(rows[i].output))
    scored = score_chunk([rows[i] for i in in_order], ["reward"], models, models.profile)
    values = np.empty(len(rows))
    values[in_order] = scored.values["reward"]
    return values.tolist()


def share(told: dict[str, list[bool]], kinds: dict[str, object]) -> float:
    return float(np.mean([right for kind in kinds for right in told[kind]]))


def test_of_all_pairs_nine_of_ten_of_seen_kinds_are_told_and_four_of_five_of_unseen_ones() -> None:
    measured = {each.compared_with: each for each in registry()["reward"].trust(profile("embedded")).agreements}
    seen, unseen = measured["spoiled copies of other kinds"], measured["spoiled copies of kinds not fitted on"]
    assert (seen.count, unseen.count) == (EACH * len(SEEN), EACH * len(UNSEEN))
    assert seen.value >= 0.9 and unseen.value >= 0.8


def test_a_sample_of_the_pairs_is_told_about_as_often(told: dict[str, list[bool]]) -> None:
    assert share(told, SEEN) >= 0.8, told
    assert share(told, UNSEEN) >= 0.7, told


def test_there_are_over_three_hundred_pairs_of_thirteen_kinds_and_no_copy_is_its_answer() -> None:
    made = pairs()
    counts = Counter(pair.kind for pair in made)
    assert len(made) >= 300 and set(counts) == {*SEEN, *UNSEEN} and len(UNSEEN) == 5
    assert len(set(counts.values())) == 1
    assert all(pair.plain.prompt == pair.spoiled.prompt and differs(pair) for pair in made)


def differs(pair: Pair) -> bool:
    return pair.plain.output.strip() != pair.spoiled.output.strip() != ""


def test_no_sentence_with_which_answers_are_spoiled_is_one_that_the_head_was_fitted_on() -> None:
    assert not set(strings(spoiled_answers)) & set(strings(corruptions))


def strings(module: object) -> list[str]:
    tables = (value for name, value in vars(module).items() if name.isupper() and isinstance(value, tuple))
    return [text for table in tables for each in table for text in (each if isinstance(each, tuple) else (each,))]
