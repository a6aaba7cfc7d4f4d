"""Averaged single-term rules: one least-squares line for each indicator, weighed by how well it predicts held-out sets.

Few sets can't carry many indicators at once, and the best single one is easily the luckiest. The weights are those of
jackknife model averaging (Hansen and Racine 2012): none below 0, together 1, least leave-one-out error of the average;
the mean of all sets is one of the candidates, so that a weak table is shrunk towards it. An average of lines is a line:
one coefficient an indicator.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.regression.design import DEPENDENT, Design, design
from core.regression.ols import predict_linear

ALONE = 1 - 1e-9  # leverage from which a set decides a slope by itself, so that the others can't predict it
FEWEST = 4
SUM_TO_ONE = 1e4  # how much heavier the weights' sum counts than an error, in the least-squares problem


@dataclass(frozen=True, eq=False)
class AveragedFit:
    """A weighted mean of single-indicator fits of `log_loss`.

    Attributes:
        intercept, coefficients: of the average, on the original scales.
        standardised: coefficients per standard deviation of the indicator.
        singles: one line an indicator: intercept, slope, weight, predicted_r_squared (leave-one-out).
        constant_weight: of the mean of all sets.
    """

    intercept: float
    coefficients: dict[str, float]
    standardised: dict[str, float]
    singles: pd.DataFrame
    constant_weight: float
    r_squared: float
    design: Design

    @property
    def kept(self) -> tuple[str, ...]:
        """Indicators that have a weight."""
        return tuple(name for name, value in self.coefficients.items() if value)

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(name for name, value in self.coefficients.items() if not value)

    @property
    def title(self) -> str:
        return "average of single-term rules by jackknife weights"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the coefficients must know."""
        if self.kept:
            return ()
        return ("No indicator predicts the loss of held-out sets better than their mean.",)

    def predict(self, indicators: pd.DataFrame) -> pd.Series:
        """Predicted log loss of each line of mean indicators; NaN where one is missing.

        Raises:
            RegressionError: an indicator is not among the columns.
        """
        return predict_linear(self.intercept, self.coefficients, indicators)


def average_singles(sets: pd.DataFrame, indicators: Sequence[str]) -> AveragedFit:
    """Fit each indicator alone and average the fits.

    Args:
        sets: one line a candidate set: mean indicators, and `log_loss` in log nats per token.
        indicators: any number, also more than there are sets.

    Raises:
        RegressionError: fewer than 4 sets, or an unfit column (see `design`).
    """
    data = design(sets, indicators, fewest=FEWEST)
    mean, slopes, weights, errors = averaged(data.standardised, data.log_loss)
    standardised = weights[1:] * slopes
    intercept, *coefficients = data.back @ np.concatenate([[mean], standardised])
    residual = data.log_loss - mean - data.standardised @ standardised
    total = float(((data.log_loss - mean) ** 2).sum())
    singles = pd.DataFrame(
        {
            "intercept": mean - slopes * data.centre / data.scale,
            "slope": slopes / data.scale,
            "weight": weights[1:],
            "predicted_r_squared": 1 - (errors[:, 1:] ** 2).sum(axis=0) / total,
        },
        index=pd.Index(data.indicators, name="indicator"),
    )
    return AveragedFit(
        intercept=float(intercept),
        coefficients=dict(zip(data.indicators, map(float, coefficients), strict=True)),
        standardised=dict(zip(data.indicators, map(float, standardised), strict=True)),
        singles=singles,
        constant_weight=float(weights[0]),
        r_squared=1 - float(residual @ residual) / total,
        design=data,
    )


def averaged(values: np.ndarray, loss: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Mean loss, slopes (indicators,), weights (1 + indicators,) and leave-one-out errors (sets, 1 + indicators).

    The first weight and the first column of errors are of the mean alone.

    Args:
        values: centred columns of standard deviation 1, shape (sets, indicators).
        loss: shape (sets,).
    """
    from scipy.optimize import nnls

    sets, mean = len(loss), float(loss.mean())
    slopes = values.T @ (loss - mean) / sets
    residuals = np.column_stack([loss - mean, (loss - mean)[:, None] - values * slopes])
    leverage = np.column_stack([np.full(sets, 1 / sets), 1 / sets + values**2 / sets])
    usable = np.flatnonzero((leverage < ALONE).all(axis=0))
    errors = residuals / np.where(leverage < ALONE, 1 - leverage, np.nan)
    heavy = SUM_TO_ONE * max(float(np.abs(errors[:, usable]).max()), np.finfo(float).tiny)
    found, _ = nnls(np.vstack([errors[:, usable], np.full(len(usable), heavy)]), np.append(np.zeros(sets), heavy))
    weights = np.zeros(errors.shape[1])
    weights[usable] = found / found.sum()
    return mean, slopes, weights, errors


def redrawn(data: Design, drawn: np.ndarray) -> np.ndarray | None:
    """Constant and coefficients of the average over redrawn sets; None where an indicator does not vary over them."""
    values, loss = data.values[drawn], data.log_loss[drawn]
    centre, scale = values.mean(axis=0), values.std(axis=0)
    if (scale <= DEPENDENT * data.scale).any():
        return None
    mean, slopes, weights, _ = averaged((values - centre) / scale, loss)
    coefficients = weights[1:] * slopes / scale
    return np.concatenate([[mean - centre @ coefficients], coefficients])
