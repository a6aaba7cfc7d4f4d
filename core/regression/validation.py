"""Predicted R²: how well a fit predicts the loss of sets that it has not seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from core.errors import RegressionError
from core.progress import Progress, Silent
from core.regression.design import RESPONSE
from core.regression.ols import OlsFit

ALONE = 1 - 1e-9  # leverage from which a set's fitted value is its own loss


class Predictor(Protocol):
    """What a learner makes of sets: `OlsFit`, `StepwiseFit`, `ShrinkageFit`."""

    def predict(self, indicators: pd.DataFrame) -> pd.Series:
        """Predicted log loss of each line of mean indicators."""


Learner = Callable[[pd.DataFrame], Predictor]


@dataclass(frozen=True, eq=False)
class Validation:
    """Each set's log loss beside its prediction by a fit without it.

    Attributes:
        method: `leave-one-out` or `10-fold`, `nested` before it where the choice of indicators, penalty or weights was
            made anew without the held-out sets.
        log_loss, predicted: log nats per token, shape (sets,).
    """

    method: str
    log_loss: np.ndarray
    predicted: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """Log loss minus prediction, shape (sets,)."""
        return self.log_loss - self.predicted

    @property
    def press(self) -> float:
        """Prediction error sum of squares (Allen 1974)."""
        return float((self.errors**2).sum())

    @property
    def rmse(self) -> float:
        """Root of the mean squared prediction error, in log nats per token."""
        return float(np.sqrt((self.errors**2).mean()))

    @property
    def predicted_r_squared(self) -> float:
        """1 − PRESS / Σ(y − ȳ)²; below 0 the mean of all sets would predict better."""
        return 1 - self.press / float(((self.log_loss - self.log_loss.mean()) ** 2).sum())

    @property
    def summary(self) -> str:
        """The validation in a sentence."""
        if self.predicted_r_squared <= 0:
            return f"On held-out sets ({self.method}) the rule is no better than the mean."
        return (
            f"On held-out sets ({self.method}) the rule explains {self.predicted_r_squared:.1%} of the variance of "
            f"log loss; its RMSE is {self.rmse:.3g}."
        )


def leave_one_out(fit: OlsFit) -> Validation:
    """Every set predicted by the fit to all others, in closed form: the error is residual / (1 − leverage).

    The indicators stay those of `fit`. If they were chosen on the same sets, repeat the choice: `k_fold` with as many
    folds as sets.

    Raises:
        RegressionError: a set alone decides a coefficient, so that the others can't predict it.
    """
    alone = np.flatnonzero(fit.design.leverage > ALONE)
    if len(alone):
        raise RegressionError(
            f"Set {fit.design.labels[alone[0]]} alone determines a coefficient, so it cannot be predicted from the "
            "other sets.",
            mend="Add similar sets, or remove the indicator in which only it differs.",
        )
    errors = fit.residuals / (1 - fit.design.leverage)
    return Validation("leave-one-out", fit.design.log_loss, fit.design.log_loss - errors)


def k_fold(
    sets: pd.DataFrame,
    learner: Learner,
    folds: int = 10,
    seed: int = 0,
    progress: Progress | None = None,
    nested: bool = False,
) -> Validation:
    """Every set predicted by what `learner` makes of the other folds, whatever it chooses and tunes on the way.

    Args:
        sets: one line a candidate set: mean indicators, and `log_loss` in log nats per token.
        learner: for example `lambda some: stepwise(some, indicators)`.
        folds: 2 to the number of sets; as many as sets leaves one out each time.
        seed: of the division into folds.
        nested: whether the learner chooses or tunes something on the sets that it is given.

    Raises:
        RegressionError: an impossible number of folds, or the learner can't learn without one of them.
    """
    if not 2 <= folds <= len(sets):
        raise RegressionError(
            f"{len(sets)} sets cannot be split into {folds} folds.", mend=f"Choose from 2 to {len(sets)}."
        )
    progress = progress or Silent()
    order = np.random.default_rng(seed).permutation(len(sets))
    predicted = np.empty(len(sets))
    for number, held in enumerate(np.array_split(order, folds), start=1):
        try:
            learned = learner(sets.iloc[np.setdiff1d(order, held)])
        except RegressionError as error:
            raise RegressionError(error.what, where=f"Without fold {number} of {folds}", mend=error.mend) from error
        predicted[held] = learned.predict(sets.iloc[held]).to_numpy(float)
        progress.update(number, folds, "Cross-validation")
    method = ("nested " if nested else "") + ("leave-one-out" if folds == len(sets) else f"{folds}-fold")
    return Validation(method, sets[RESPONSE].to_numpy(float), predicted)
