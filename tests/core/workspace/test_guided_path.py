"""The path says what is done, what is next, and leads to a file before it leads to tuning."""

import pytest

from core.workspace.guided_path import Made, PathStatus, guided_path

LOADED = {"datasets": 3, "rows": 253}
SCORED = {**LOADED, "scored": 253}


def following(made: Made) -> list[int]:
    return [step.number for step in guided_path(made) if step.status is PathStatus.NEXT]


@pytest.mark.parametrize(
    ("made", "number"),
    [
        (Made(0, 0, 0), 1),
        (Made(3, 253, 0), 2),
        (Made(3, 253, 120), 2),
        (Made(**SCORED), 5),
        (Made(**SCORED, selections=2), 5),
        (Made(**SCORED, running=1), 5),
        (Made(**SCORED, exported=40), 3),
        (Made(**SCORED, measured=1), 4),
        (Made(**SCORED, measured=1, rules=1), 5),
        (Made(**SCORED, measured=1, exported=40), 4),
    ],
)
def test_one_step_is_next(made: Made, number: int) -> None:
    assert following(made) == [number]


def test_nothing_is_next_when_all_is_done() -> None:
    made = Made(**SCORED, measured=1, rules=1, exported=40)
    assert {step.status for step in guided_path(made)} == {PathStatus.DONE}


def test_reasons_count_what_is_there() -> None:
    reasons = {step.title: step.reason for step in guided_path(Made(1, 1253, 120, selections=1))}
    assert reasons["Load"] == "1 dataset, 1,253 rows"
    assert reasons["Inspect"] == "120 of 1,253 rows scored"
    assert reasons["Select and export"] == "1 selection saved, none exported"


@pytest.mark.parametrize(
    ("lacking", "told"),
    [(0, "All rows scored"), (1, "All rows scored; 1 indicator left"), (3, "All rows scored; 3 indicators left")],
)
def test_scores_that_some_rows_lack_are_told(lacking: int, told: str) -> None:
    step = guided_path(Made(**SCORED, lacking=lacking))[1]
    assert (step.status, step.reason) == (PathStatus.DONE, told)
