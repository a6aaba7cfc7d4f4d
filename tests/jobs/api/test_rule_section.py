"""Learning by notebook: the defaults for few sets, logs, squares, the loss per token, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import StudioError
from core.paths import PROJECT
from core.rules.transform import Transform
from jobs.api import Studio

TABLE = PROJECT / "docs" / "runs" / "whole_rows.csv"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with Studio.open(tmp_path_factory.mktemp("data")) as opened:
        yield opened


def test_few_sets_are_averaged_on_a_log_scale_with_nested_validation(studio: Studio) -> None:
    lesson = studio.rules.learn(csv=TABLE, save="averaged")
    about = lesson.rule.learned
    assert about is not None and "average of single-term rules" in about.method
    assert about.validation == "nested leave-one-out" == lesson.as_dict()["validation"]
    assert lesson.predicted_r_squared == pytest.approx(0.55, abs=0.01)  # docs/experiments.md
    logs = {term.indicator for term in lesson.rule.terms if term.transform is Transform.LOG}
    assert logs <= {"input_length", "output_length", "input_words", "output_words", "perplexity", "mtld"} and logs


def test_squares_and_the_loss_per_token_are_asked_for_by_name(studio: Studio) -> None:
    lesson = studio.rules.learn(
        csv=TABLE, indicators=["ifd"], squared=["ifd"], method="all", scale="raw", outcome="token"
    )
    assert list(lesson.rule.coefficients) == ["ifd", "squared_ifd"]
    by_example = studio.rules.learn(csv=TABLE, indicators=["ifd"], method="all", scale="raw")
    assert not np.allclose(lesson.sets["log_loss"], by_example.sets["log_loss"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"scale": "sqrt"}, "Choose from log, mean_log, raw"),
        ({"outcome": "word"}, "Choose from example, token"),
        ({"knn": "pool"}, "Choose dataset or set"),
        ({"knn": "set"}, "a table has means only"),
        ({"scale": "mean_log"}, "need the rows"),
        ({"squared": ["charm"]}, "charm"),
        ({"indicators": ["charm"]}, "charm"),
    ],
)
def test_what_can_not_be_is_refused_in_a_sentence(studio: Studio, asked: dict[str, object], said: str) -> None:
    with pytest.raises(StudioError) as refused:
        studio.rules.learn(csv=Path(TABLE), **asked)  # type: ignore[arg-type]
    assert said in f"{refused.value} {getattr(refused.value, 'mend', '')}"


def test_fused_sets_that_are_asked_for_take_the_place_of_designed_ones(studio: Studio) -> None:
    def kinds(**changes: int) -> tuple[int, int]:
        plan = studio.experiments.plan("workstation", **changes)
        return plan.designed_sets, plan.fused_sets

    assert kinds() == (24, 0)
    assert (kinds(fused_sets=5), kinds(designed_sets=5)) == ((0, 5), (5, 0))
    assert kinds(designed_sets=5, fused_sets=2) == (5, 2)
