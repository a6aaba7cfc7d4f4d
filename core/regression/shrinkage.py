"""Ridge and lasso: coefficients held small by a penalty that cross-validation chooses."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from core.errors import RegressionError
from core.regression.design import Design, design
from core.regression.ols import predict_linear

PENALTIES = 40
FEWEST = 5  # sets, where there are as many indicators or more


class Shrinkage(StrEnum):
    RIDGE = "ridge"  # Hoerl and Kennard 1970: shares a coefficient among indicators that say the same
    LASSO = "lasso"  # Tibshirani 1996: sets coefficients to zero


@dataclass(frozen=True, eq=False)
class ShrinkageFit:
    """A penalised fit of `log_loss` on mean indicators.

    Attributes:
        intercept, coefficients: on the original scales.
        standardised: coefficients per standard deviation of the indicator, by which they can be compared.
        penalty: the chosen one. Ridge minimises Σe² + penalty·Σγ², lasso Σe²/2n + penalty·Σ|γ|, γ standardised.
        path: one line a penalty tried: penalty, mse (mean over folds), standard_error (of that mean).
        one_standard_error: whether the chosen one is the greatest within a standard error of the best.
    """

    method: Shrinkage
    intercept: float
    coefficients: dict[str, float]
    standardised: dict[str, float]
    penalty: float
    path: pd.DataFrame
    folds: int
    seed: int
    one_standard_error: bool
    r_squared: float
    design: Design

    @property
    def kept(self) -> tuple[str, ...]:
        """Indicators whose coefficient is not zero."""
        return tuple(name for name, value in self.coefficients.items() if value)

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(name for name, value in self.coefficients.items() if not value)

    @property
    def title(self) -> str:
        """`lasso, penalty 0.0123 by 10-fold cross-validation`."""
        return f"{self.method.value}, penalty {self.penalty:.3g} by {self.folds}-fold cross-validation"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the coefficients must know."""
        found = []
        if self.penalty in (self.path["penalty"].min(), self.path["penalty"].max()) and self.kept:
            found.append(
                "The best penalty is at the end of the grid: "
                + (
                    "no penalty is needed."
                    if self.penalty == self.path["penalty"].min()
                    else "the indicators hardly help."
                )
            )
        if not self.kept:
            found.append("No indicator predicts the loss of held-out sets better than their mean.")
        return tuple(found)

    def predict(self, indicators: pd.DataFrame) -> pd.Series:
        """Predicted log loss of each line of mean indicators; NaN where one is missing.

        Raises:
            RegressionError: an indicator is not among the columns.
        """
        return predict_linear(self.intercept, self.coefficients, indicators)


def shrink(
    sets: pd.DataFrame,
    indicators: Sequence[str],
    method: Shrinkage,
    penalties: Sequence[float] | None = None,
    folds: int = 10,
    seed: int = 0,
    one_standard_error: bool = False,
) -> ShrinkageFit:
    """Ridge or lasso with the penalty that predicts held-out folds best; standardised anew within each fold.

    Args:
        sets: one line a candidate set: mean indicators, and `log_loss` in log nats per token.
        penalties: to try; None spans them from nearly none to all that matter for these sets.
        folds: at most the number of sets is taken.
        one_standard_error: take the greatest penalty within one standard error of the best (Breiman et al. 1984).

    Raises:
        RegressionError: an unfit table (see `design`; the indicators may outnumber the sets), no indicators, or
            impossible folds or penalties.
    """

    from sklearn.model_selection import KFold

    data = design(sets, indicators, fewest=min(len(indicators) + 2, FEWEST))
    grid = _spanned(data, method) if penalties is None else np.sort(np.asarray(penalties, float))
    if not data.indicators or folds < 2 or not len(grid) or not (grid > 0).all():
        raise RegressionError("A penalised fit needs indicators, at least 2 folds and penalties above 0.")
    folds = min(folds, data.sets)
    errors = np.array(
        [
            _held_out_errors(data, train, held, method, grid)
            for train, held in KFold(folds, shuffle=True, random_state=seed).split(data.values)
        ]
    )
    path = pd.DataFrame(
        {
            "penalty": grid,
            "mse": errors.mean(axis=0),
            "standard_error": errors.std(axis=0, ddof=1) / np.sqrt(folds),
        }
    )
    best = path.iloc[int(path["mse"].to_numpy().argmin())]
    within = path[path["mse"] <= best["mse"] + best["standard_error"]]
    penalty = float(within["penalty"].max() if one_standard_error else best["penalty"])
    mean = float(data.log_loss.mean())
    (standardised,) = penalised_coefficients(data.standardised, data.log_loss - mean, method, np.array([penalty]))
    intercept, *coefficients = data.back @ np.concatenate([[mean], standardised])
    residual = data.log_loss - mean - data.standardised @ standardised
    return ShrinkageFit(
        method=method,
        intercept=float(intercept),
        coefficients=dict(zip(data.indicators, map(float, coefficients), strict=True)),
        standardised=dict(zip(data.indicators, map(float, standardised), strict=True)),
        penalty=penalty,
        path=path,
        folds=folds,
        seed=seed,
        one_standard_error=one_standard_error,
        r_squared=1 - float(residual @ residual) / float(((data.log_loss - mean) ** 2).sum()),
        design=data,
    )


def _held_out_errors(
    data: Design, train: np.ndarray, held: np.ndarray, method: Shrinkage, penalties: np.ndarray
) -> np.ndarray:
    """Mean squared error on the held-out sets of fits to the others, shape (penalties,)."""
    values, loss = data.values[train], data.log_loss[train]
    spread = values.std(axis=0)
    centre, scale = values.mean(axis=0), np.where(spread > 0, spread, 1.0)
    coefficients = penalised_coefficients((values - centre) / scale, loss - loss.mean(), method, penalties)
    predicted = loss.mean() + (data.values[held] - centre) / scale @ coefficients.T
    return ((data.log_loss[held, None] - predicted) ** 2).mean(axis=0)


def penalised_coefficients(
    values: np.ndarray, loss: np.ndarray, method: Shrinkage, penalties: np.ndarray
) -> np.ndarray:
    """Coefficients of centred columns for each penalty, least first, shape (penalties, indicators).

    Those of lasso are straight lines between few penalties, which least angle regression finds (Efron et al. 2004);
    descent by one coefficient at a time comes to no end with few sets and many indicators.
    """
    if method is Shrinkage.RIDGE:
        left, sizes, right = np.linalg.svd(values, full_matrices=False)
        return sizes / (sizes**2 + penalties[:, None]) * (left.T @ loss) @ right
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import lars_path

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of columns that say the same in few sets, one is taken
        bends, _, coefficients = lars_path(values, loss, alpha_min=float(penalties[0]), method="lasso")
    return np.array([np.interp(penalties, bends[::-1], each[::-1]) for each in coefficients]).T


def _spanned(data: Design, method: Shrinkage) -> np.ndarray:
    """Penalties on a log scale, least first: for lasso up to the one that leaves no indicator."""
    if method is Shrinkage.RIDGE:
        return data.sets * np.logspace(-5, 3, PENALTIES)
    reach = np.abs(data.standardised.T @ (data.log_loss - data.log_loss.mean())) / data.sets
    return float(reach.max(initial=1e-12)) * np.logspace(-4, 0, PENALTIES)
