"""A procedure learns as its method says, and every set is foretold without it by the whole of it."""

import numpy as np
import pytest

from core.errors import RegressionError
from core.progress import Cancelled
from core.regression.ols import OlsFit, fit_ols
from core.regression.procedure import FitReport, Procedure, RuleMethod, examine
from core.regression.steps import StepwiseFit
from tests.core.regression.candidate_sets import made_up

NAMES = ["reward", "output_length", "knn_distance", "perplexity"]


def examined(method: RuleMethod, sets: int = 24) -> FitReport:
    return examine(made_up(1, sets=sets), NAMES, Procedure(method))


def test_all_indicators_are_foretold_by_least_squares_on_the_other_sets() -> None:
    frame, found = made_up(1, sets=24), examined(RuleMethod.ALL)
    columns = np.column_stack([np.ones(24), frame[NAMES]])
    for place in range(24):
        others = np.arange(24) != place
        coefficients = np.linalg.lstsq(columns[others], frame["log_loss"][others], rcond=None)[0]
        assert found.alone is not None
        assert found.alone.predicted[place] == pytest.approx(columns[place] @ coefficients)
    assert isinstance(found.linear, OlsFit) and not found.chosen and found.doubts == ()
    assert found.over_sets is not None and found.over_sets.draws.shape == (2000, 5)
    assert found.over_examples is None


def test_a_stepwise_choice_is_made_anew_for_every_set_held_back() -> None:
    frame, found = made_up(1, sets=24), examined(RuleMethod.STEPWISE)
    assert isinstance(found.fit, StepwiseFit) and found.chosen and found.alone is not None
    without_first = Procedure(RuleMethod.STEPWISE).learn(frame.iloc[1:], NAMES)
    assert found.alone.predicted[0] == pytest.approx(float(without_first.predict(frame.iloc[:1]).iloc[0]))
    assert found.chosen_in["reward"] > 0.8 > max(found.chosen_in[name] for name in NAMES[2:])
    assert found.linear.coefficients == fit_ols(frame, found.fit.kept).coefficients


@pytest.mark.parametrize("method", [RuleMethod.RIDGE, RuleMethod.LASSO])
def test_a_penalised_fit_is_foretold_and_redrawn_over_sets(method: RuleMethod) -> None:
    found = examined(method, sets=12)
    assert found.alone is not None and found.folds is not None and found.chosen
    assert found.over_sets is not None and found.over_sets.shrunk and found.over_examples is None
    named = dict(zip(found.over_sets.names[1:], found.over_sets.estimates[1:], strict=True))
    assert named == pytest.approx(found.linear.coefficients)


def test_examples_are_redrawn_where_their_losses_are_known() -> None:
    frame = made_up(1, sets=12)
    losses = np.exp(frame["log_loss"].to_numpy())[:, None] * np.array([[0.5, 0.9, 1.1, 1.5]])
    found = examine(frame, NAMES, Procedure(), losses)
    assert found.over_examples is not None
    np.testing.assert_allclose(found.over_examples.estimates[1:], list(found.linear.coefficients.values()))


def test_too_few_sets_to_hold_one_back_are_a_doubt_and_no_failure() -> None:
    found = examine(made_up(1, sets=6), NAMES, Procedure(RuleMethod.STEPWISE))
    assert found.alone is None and found.folds is None
    assert (
        "could not be computed" in found.doubts[0]
        and "5 candidate sets are too few for 4 indicators" in found.doubts[0]
    )


def test_fewer_sets_than_predictors_are_refused() -> None:
    with pytest.raises(RegressionError, match="5 candidate sets are too few for 4 indicators"):
        examine(made_up(1, sets=5), NAMES, Procedure())


@pytest.mark.parametrize(
    ("method", "within"),
    [
        (RuleMethod.LASSO, ""),
        (RuleMethod.LASSO, "Bootstrap over sets"),
        (RuleMethod.AVERAGED, "Bootstrap over sets"),
        (RuleMethod.STEPWISE, "Bootstrap of the stepwise selection"),
    ],
)
def test_learning_stops_when_it_is_cancelled_whatever_it_is_at(method: RuleMethod, within: str) -> None:
    reports: list[tuple[int, int]] = []

    class Cancelling:
        def update(self, done: int, total: int, message: str = "") -> None:
            if message.startswith(within):
                reports.append((done, total))
            if len(reports) == 3:
                raise Cancelled

    with pytest.raises(Cancelled):
        examine(made_up(1, sets=24), NAMES, Procedure(method), progress=Cancelling())
    assert reports[-1][0] < reports[-1][1]
