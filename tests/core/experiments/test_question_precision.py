"""How small a difference questions can show: against statsmodels' power functions, and where the spread comes from."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.power import NormalIndPower, TTestPower

from core.errors import InputError
from core.experiments.question_precision import QuestionPrecision, precision_of
from core.rows.candidate_set import CandidateSet, Kind
from core.store import Store

SETS = [CandidateSet(str(n), Kind.FUSED, pd.DataFrame({"dataset_id": [], "row_id": []}), {}) for n in (1, 2)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "studio.duckdb") as opened:
        yield opened


@pytest.mark.parametrize("questions", [30, 100, 332, 1000])
@pytest.mark.parametrize("spread", [0.02, 0.3])
def test_the_difference_is_that_of_statsmodels(questions: int, spread: float) -> None:
    found = QuestionPrecision(spread, "").difference(questions)
    normal = NormalIndPower().solve_power(nobs1=questions, alpha=0.05, power=0.8, ratio=0)
    assert found == pytest.approx(normal * spread, rel=1e-3)
    student = TTestPower().solve_power(nobs=questions, alpha=0.05, power=0.8)
    assert found == pytest.approx(student * spread, rel=0.04)


@pytest.mark.parametrize("difference", [0.005, 0.012, 0.05])
def test_so_many_questions_show_the_difference_and_one_less_does_not(difference: float) -> None:
    made = QuestionPrecision(0.06, "")
    needed = made.questions(difference)
    assert made.difference(needed) <= difference < made.difference(needed - 1)
    student = TTestPower().solve_power(effect_size=difference / 0.06, alpha=0.05, power=0.8)
    assert needed == pytest.approx(student, abs=3)


def test_it_is_said_in_a_sentence() -> None:
    said = QuestionPrecision(0.043, "").told(100)
    assert said == "With 100 questions a difference of 0.012 nats/token can be told (95%, power 80%)."
    assert math.isinf(QuestionPrecision(0.043, "").difference(0))
    for wrong in (0.0, -1.0, 1e-300, math.nan, math.inf):
        with pytest.raises(InputError, match="not a difference of losses"):
            QuestionPrecision(0.043, "").questions(wrong)


def measured(store: Store, models: dict[int, np.ndarray], job: str = "job") -> None:
    store.experiments.add(f"of {job}", {"evaluation": "exam"}, SETS, job)
    lines = [
        (job, model, question, response, 10, float(loss))
        for model, losses in models.items()
        for question, loss in enumerate(losses)
        for response in (0, 1)
    ]
    with store.connection.write() as cursor:
        cursor.executemany("INSERT INTO example_losses VALUES (?, ?, ?, ?, ?, ?)", lines)


def test_the_spread_is_that_of_paired_differences_where_two_models_are_measured(store: Store) -> None:
    generator = np.random.default_rng(3)
    hard, first, second = generator.normal(1.5, 0.6, 40), generator.normal(0, 0.03, 40), generator.normal(0, 0.03, 40)
    measured(store, {0: hard + 0.1, 1: hard + first, 2: hard + second})
    found = precision_of(store, "exam")
    assert found.spread == pytest.approx(np.std(first - second, ddof=1)) and "“of job”" in found.source
    assert "usual" in precision_of(store, "another").source


def test_else_it_is_estimated_from_the_untuned_models_losses(store: Store) -> None:
    hard = np.random.default_rng(3).normal(1.5, 0.6, 40)
    measured(store, {0: hard, 1: hard}, "one")
    found = precision_of(store, "exam")
    assert found.spread == pytest.approx(0.064 * np.std(hard, ddof=1)) and "untuned" in found.source
    measured(store, {0: hard[:5], 1: hard[:5], 2: hard[:5] + 1}, "few")
    assert precision_of(store, "exam") == found
