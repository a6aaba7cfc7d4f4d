"""The selection less another choice of rows, in nats per token, with an interval that counts all that varies.

What is repeated is the choice: on every sub-pool it is made again and each control is drawn again, so that the
differences by sub-pool are independent, and their spread holds that of the pool, of the draw and of the tuning seed.
Questions vary as well, and alike in every sub-pool: what a question adds to the difference beyond the noise of single
models is told apart by a two-way analysis of variance and added. Where there is nothing to add, what is left is the
paired t interval with S - 1 degrees of freedom.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.statistics import LEVEL


@dataclass(frozen=True)
class Contrast:
    """Mean loss of the selection less that of a control: below 0 the selection is better.

    Attributes:
        low, high: 95% interval; NaN below two units.
        p_value: two-sided, of t.
        exact_p_value: of sub-pools two-sided, over all changes of the differences' signs; of random draws one-sided,
            the selection's rank among them. NaN where neither holds.
        least_p_value: below which the exact one can't come with so few units.
        units: sub-pools, or draws of the control.
        degrees: of freedom of t.
        of_questions: the share of the variance that comes from the questions, 0 to 1.
    """

    difference: float
    low: float
    high: float
    p_value: float
    exact_p_value: float
    least_p_value: float
    units: int
    degrees: float
    of_questions: float = 0.0


@dataclass(frozen=True)
class GainShare:
    """The gain over random rows as a multiple of what tuning on random rows gains over the untuned model."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class DifferenceEstimate:
    """Means of several quantities at once, with the covariance of these means.

    Attributes:
        means: shape (quantities,).
        covariance: of the means, shape (quantities, quantities).
        degrees: of freedom, of each quantity.
        of_questions: share of each variance that comes from the questions.
    """

    means: np.ndarray
    covariance: np.ndarray
    degrees: np.ndarray
    of_questions: np.ndarray


def paired(quantities: np.ndarray, weights: np.ndarray, alike: float = 0.0) -> DifferenceEstimate:
    """Means over sub-pools of quantities that are measured within each.

    Args:
        quantities: weighted nats of each question, shape (quantities, sub-pools, questions); the mean over the
            questions is a sub-pool's difference in nats per token.
        weights: of the questions by their tokens, mean 1, shape (questions,).
        alike: the correlation of two sub-pools' quantities by the rows that they share, 0 for disjoint ones. The
            variance of the mean is (1/S + alike / (1 - alike)) times that of the quantities (Nadeau & Bengio 2003).
    """
    units, questions = quantities.shape[1:]
    by_unit = quantities.mean(axis=2)
    means = by_unit.mean(axis=1)
    rows = _covariance(by_unit) * (1 / units + alike / (1 - alike))
    centred = quantities - means[:, None, None] * weights
    columns = centred.mean(axis=1)
    noise = centred - (by_unit - means[:, None])[:, :, None] * weights - columns[:, None, :]
    return _estimate(means, rows, units - 1, columns, _mean_square(noise) / units, questions)


def placed(
    selected: np.ndarray, control: np.ndarray, weights: np.ndarray, untuned: np.ndarray | None = None
) -> DifferenceEstimate:
    """One selection among draws of a control: its difference, and the gain of the draws over the untuned model.

    Whether the selection is as good as a draw: t = (L - mean) / (s * sqrt(1 + 1/R)) with R - 1 degrees of freedom.

    Args:
        selected: weighted nats of each question, shape (questions,).
        control: of each draw, shape (draws, questions).
        weights: as in `paired`.
        untuned: as `selected`; without it there is one quantity.
    """
    draws, questions = control.shape
    middle = control.mean(axis=0)
    found = np.stack([selected - middle, *([] if untuned is None else [untuned - middle])])
    means = found.mean(axis=1)
    shares = np.full((len(found), len(found)), 1 / draws)  # of the draws' variance, in the covariance of the means
    shares[0, 0] += 1
    losses = control.mean(axis=1)
    rows = _covariance(losses[None]) * shares
    noise = control - middle - (losses - losses.mean())[:, None] * weights
    columns = found - means[:, None] * weights
    return _estimate(means, rows, draws - 1, columns, _mean_square(noise[None]) * shares, questions)


def beside(selected: np.ndarray, other: np.ndarray, control: np.ndarray, weights: np.ndarray) -> DifferenceEstimate:
    """One selection less one other set of rows, each tuned once, with the spread of random draws for both.

    That spread holds the draw as well as the seed, so the interval is too wide rather than too narrow.
    """
    draws, questions = control.shape
    found = (selected - other)[None]
    means = found.mean(axis=1)
    losses, middle = control.mean(axis=1), control.mean(axis=0)
    rows = 2 * _covariance(losses[None])
    noise = control - middle - (losses - losses.mean())[:, None] * weights
    columns = found - means[:, None] * weights
    return _estimate(means, rows, draws - 1, columns, 2 * _mean_square(noise[None]), questions)


def contrast(found: DifferenceEstimate, units: int, exact: tuple[float, float] = (math.nan, math.nan)) -> Contrast:
    """The first quantity of an estimate as a difference with its interval.

    Args:
        exact: p-value of the exact test, and the least that it can have.
    """
    from scipy import stats

    difference, variance, degrees = float(found.means[0]), float(found.covariance[0, 0]), float(found.degrees[0])
    if not variance > 0:
        certain = degrees > 0
        low = high = difference if certain else math.nan
        p_value = (1.0 if difference == 0 else 0.0) if certain else math.nan
        return Contrast(difference, low, high, p_value, *exact, units, degrees)
    error = math.sqrt(variance)
    half = error * float(stats.t.ppf((1 + LEVEL) / 2, degrees))
    p_value = 2 * float(stats.t.sf(abs(difference) / error, degrees))
    shared = float(found.of_questions[0])
    return Contrast(difference, difference - half, difference + half, p_value, *exact, units, degrees, shared)


def rank(selected: float, draws: Sequence[float]) -> tuple[float, float]:
    """P of so good a place among the draws, (1 + draws that are no worse) / (R + 1), and the least it can be."""
    better = sum(loss <= selected for loss in draws)
    return (1 + better) / (len(draws) + 1), 1 / (len(draws) + 1)


def ratio(found: DifferenceEstimate) -> GainShare | None:
    """The gain as a multiple of the second quantity's, with the interval of Fieller (1954).

    None where that quantity is not clearly above 0: a multiple of what may be nothing says nothing.
    """
    from scipy import stats

    gain, reference = -float(found.means[0]), float(found.means[1])
    degrees = float(min(found.degrees))
    if not degrees > 0:
        return None
    over, under = float(found.covariance[0, 0]), float(found.covariance[1, 1])
    shared = -float(found.covariance[0, 1])
    t = float(stats.t.ppf((1 + LEVEL) / 2, degrees))
    if reference <= t * math.sqrt(under):
        return None
    value, g = gain / reference, t**2 * under / reference**2
    middle = value - (t**2 / reference**2) * shared
    inside = over - 2 * value * shared + value**2 * under - (t**2 / reference**2) * (over * under - shared**2)
    half = t / reference * math.sqrt(max(0.0, inside))
    return GainShare(value, (middle - half) / (1 - g), (middle + half) / (1 - g))


def _covariance(values: np.ndarray) -> np.ndarray:
    """Of quantities, shape (quantities, units); unknown from one unit."""
    count, units = values.shape
    return np.atleast_2d(np.cov(values)) if units > 1 else np.full((count, count), np.nan)


def _mean_square(noise: np.ndarray) -> np.ndarray:
    """Covariance of what is left of (quantities, units, questions) after both means."""
    freedom = (noise.shape[1] - 1) * (noise.shape[2] - 1)
    return np.einsum("isq,jsq->ij", noise, noise) / freedom if freedom else np.zeros((len(noise), len(noise)))


def _estimate(
    means: np.ndarray, rows: np.ndarray, freedom: int, columns: np.ndarray, noise: np.ndarray, questions: int
) -> DifferenceEstimate:
    """Put both parts of the variance together.

    Args:
        rows: covariance of the means over sub-pools or draws.
        columns: what each question adds, shape (quantities, questions).
        noise: covariance that single models alone would give the columns.
    """
    count = len(means)
    if freedom < 1:
        unknown = np.full((count, count), np.nan)
        return DifferenceEstimate(means, unknown, np.zeros(count), np.zeros(count))
    whole = columns @ columns.T / (questions - 1) / questions if questions > 1 else np.zeros((count, count))
    values, vectors = np.linalg.eigh(whole - noise / questions)
    added = (vectors * np.maximum(values, 0)) @ vectors.T
    total = rows + added
    if questions < 2:
        return DifferenceEstimate(means, total, np.full(count, float(freedom)), np.zeros(count))
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(np.diag(total) > 0, np.diag(added) / np.diag(total), 0.0)
    degrees = np.array([_degrees(float(share), freedom, questions - 1) for share in shares])
    return DifferenceEstimate(means, total, degrees, shares)


def _degrees(share: float, of_units: int, of_questions: int) -> float:
    """Degrees of freedom whose t is the mean of both parts' by their variances (Cochran & Cox 1950).

    Those of Satterthwaite (1946) are too many where sub-pools are few: their variance is then known poorly itself.
    """
    from scipy import optimize, special

    if share <= 0 or of_units == of_questions:
        return float(of_units)
    level = (1 + LEVEL) / 2
    ends = float(of_units), float(of_questions)
    wanted = (1 - share) * special.stdtrit(ends[0], level) + share * special.stdtrit(ends[1], level)
    return float(optimize.brentq(lambda degrees: special.stdtrit(degrees, level) - wanted, *ends, xtol=1e-6))
