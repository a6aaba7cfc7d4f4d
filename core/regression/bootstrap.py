"""How far coefficients move when other candidate sets, or other evaluation examples, had been drawn."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import RegressionError
from core.progress import Progress
from core.regression.averaging import AveragedFit, redrawn
from core.regression.design import CONSTANT, DEPENDENT, Design, design
from core.regression.ols import fit_design
from core.regression.shrinkage import ShrinkageFit, penalised_coefficients
from core.statistics import LEVEL

BLOCK = 256
CHOICES = 200  # a choice takes many fits, and a share to a few per cent is enough
MOST_SKIPPED = 0.10
OVER_SETS = "Bootstrap over sets"
MISMATCH = 1e-3  # log nats by which given losses may differ from the response (rounding in float32)


@dataclass(frozen=True, eq=False)
class CoefficientDraws:
    """Coefficients refitted to resampled data.

    Attributes:
        over: `sets` or `examples`: what was redrawn.
        names: `constant`, then the indicators.
        estimates: of the data as they are, shape (names,).
        draws: of the resampled data, shape (draws, names).
        low, high: the interval, shape (names,): percentiles of the draws (Efron and Tibshirani 1993, chapter 13), or
            where `debiased` is given that.
        skipped: draws without enough different sets for a fit.
        shrunk: whether every refit is pulled towards 0, so that percentiles don't cover the true coefficient.
        debiased: of a shrunk fit, an interval that does cover it, shape (2, names).
    """

    over: str
    names: tuple[str, ...]
    estimates: np.ndarray
    draws: np.ndarray
    level: float
    skipped: int = 0
    shrunk: bool = False
    debiased: np.ndarray | None = None

    @property
    def covers(self) -> bool:
        """Whether `low` to `high` is a confidence interval; else it is the range of the middle refits, no more."""
        return not self.shrunk or self.debiased is not None

    @property
    def low(self) -> np.ndarray:
        return np.quantile(self.draws, (1 - self.level) / 2, axis=0) if self.debiased is None else self.debiased[0]

    @property
    def high(self) -> np.ndarray:
        return np.quantile(self.draws, (1 + self.level) / 2, axis=0) if self.debiased is None else self.debiased[1]

    @property
    def same_sign(self) -> np.ndarray:
        """Share of draws in which a coefficient has the sign of its estimate, shape (names,)."""
        return (np.sign(self.draws) == np.sign(self.estimates)).mean(axis=0)

    @property
    def table(self) -> pd.DataFrame:
        """One line a coefficient: estimate, standard_error (of the draws), low, high, same_sign."""
        return pd.DataFrame(
            {
                "estimate": self.estimates,
                "standard_error": self.draws.std(axis=0, ddof=1),
                "low": self.low,
                "high": self.high,
                "same_sign": self.same_sign,
            },
            index=pd.Index(self.names, name="name"),
        )


def bootstrap_sets(
    sets: pd.DataFrame, indicators: Sequence[str], draws: int = 2000, seed: int = 0, level: float = LEVEL
) -> CoefficientDraws:
    """Refit to candidate sets drawn with replacement: pairs bootstrap, which asks nothing of the noise (Freedman 1981).

    Raises:
        RegressionError: an unfit table (see `design`), or more than a tenth of the draws have too few different sets.
    """
    data = design(sets, indicators)
    random = np.random.default_rng(seed)
    fits = []
    for _ in range(draws):
        drawn = random.integers(data.sets, size=data.sets)
        coefficients, _, rank, _ = np.linalg.lstsq(data.regressors[drawn], data.log_loss[drawn], rcond=None)
        if rank == len(coefficients):
            fits.append(coefficients)
    skipped = _skipped(draws, len(fits), len(indicators))
    return _on_original_scales("sets", data, np.array(fits), level, skipped)


def bootstrap_penalised(
    fit: ShrinkageFit, draws: int = 1000, seed: int = 0, level: float = LEVEL, progress: Progress | None = None
) -> CoefficientDraws:
    """Refit a ridge or lasso to candidate sets drawn with replacement, at the penalty of the fit.

    The refits are biased towards 0 as the fit is, and leave out what the choice of the penalty adds: their percentiles
    are no confidence interval. Where there are enough sets for least squares the interval is the de-biased one
    (Zhang and Zhang 2014), which with the inverse of the whole Gram matrix is that of least squares.

    Raises:
        RegressionError: in more than a tenth of the draws an indicator does not vary.
        Cancelled: `progress` said so.
    """
    data, random = fit.design, np.random.default_rng(seed)
    penalty = np.array([fit.penalty])
    fits = []
    for _ in _told(draws, progress, OVER_SETS):
        drawn = random.integers(data.sets, size=data.sets)
        values, loss = data.values[drawn], data.log_loss[drawn]
        centre, scale = values.mean(axis=0), values.std(axis=0)
        if (scale <= DEPENDENT * data.scale).any():
            continue
        (found,) = penalised_coefficients((values - centre) / scale, loss - loss.mean(), fit.method, penalty)
        fits.append([loss.mean() - centre @ (found / scale), *(found / scale)])
    skipped = _skipped(draws, len(fits), len(data.indicators))
    estimates = np.array([fit.intercept, *fit.coefficients.values()])
    names = (CONSTANT, *data.indicators)
    debiased = _debiased(data, level)
    return CoefficientDraws("sets", names, estimates, np.array(fits), level, skipped, shrunk=True, debiased=debiased)


def bootstrap_averaged(
    fit: AveragedFit, draws: int = 1000, seed: int = 0, level: float = LEVEL, progress: Progress | None = None
) -> CoefficientDraws:
    """Average single-term rules anew over candidate sets drawn with replacement; the weights are found anew each time.

    Raises:
        RegressionError: in more than a tenth of the draws an indicator does not vary.
        Cancelled: `progress` said so.
    """
    data, random = fit.design, np.random.default_rng(seed)
    made = (redrawn(data, random.integers(data.sets, size=data.sets)) for _ in _told(draws, progress, OVER_SETS))
    fits = [each for each in made if each is not None]
    skipped = _skipped(draws, len(fits), len(data.indicators))
    estimates = np.array([fit.intercept, *fit.coefficients.values()])
    return CoefficientDraws(
        "sets", (CONSTANT, *data.indicators), estimates, np.array(fits), level, skipped, shrunk=True
    )


def _debiased(data: Design, level: float) -> np.ndarray | None:
    """Intervals of least squares, shape (2, names); None where the sets are too few or the indicators dependent."""
    try:
        whole = fit_design(design(data.table(), data.indicators), level)
    except RegressionError:
        return None
    return np.array([[each.low, each.high] for each in (whole.constant, *whole.terms)]).T


def bootstrap_examples(
    sets: pd.DataFrame,
    indicators: Sequence[str],
    losses: np.ndarray,
    draws: int = 2000,
    seed: int = 0,
    level: float = LEVEL,
    groups: Sequence[Hashable] | None = None,
    weights: np.ndarray | None = None,
) -> CoefficientDraws:
    """Refit to log losses over evaluation examples drawn with replacement, the same examples for every set.

    Says how far the rule depends on which examples D_eval happens to hold; candidate sets stay as they are.

    Args:
        losses: nats per token of each example under the model tuned on each set, shape (sets, examples).
        groups: one an example: examples of one group are drawn together. The paper has five outputs an instruction,
            which are no independent evidence: give the instruction.
        weights: one an example, for a mean over tokens: response tokens. None weighs all examples alike.

    Raises:
        RegressionError: an unfit table (see `design`), losses of another shape, not positive or with gaps, or a mean
            loss that is not the `log_loss` of the table.
    """
    data = design(sets, indicators)
    weighed, weight = _sums_by_group(data, np.asarray(losses, float), groups, weights)
    measured = np.log(weighed.sum(axis=1) / weight.sum())
    worst = int(np.abs(measured - data.log_loss).argmax())
    if abs(measured[worst] - data.log_loss[worst]) > MISMATCH:
        raise RegressionError(
            f"The mean of the example losses is {np.exp(measured[worst]):.4g} nats per token for set "
            f"{data.labels[worst]}, but its log_loss says {np.exp(data.log_loss[worst]):.4g}.",
            mend="Give the example losses of the same evaluation, with the same weights.",
        )
    solve = np.linalg.pinv(data.regressors)
    random = np.random.default_rng(seed)
    groups_drawn = len(weight)
    fits = []
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        counts = random.multinomial(groups_drawn, np.full(groups_drawn, 1 / groups_drawn), size=size)
        fits.append(np.log(counts @ weighed.T / (counts @ weight)[:, None]) @ solve.T)
    return _on_original_scales("examples", data, np.concatenate(fits), level, 0)


def chosen_shares(
    sets: pd.DataFrame,
    candidates: Sequence[str],
    choose: Callable[[pd.DataFrame], Sequence[str]],
    draws: int = CHOICES,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, float]:
    """In which share of tables of redrawn sets a choice takes each indicator (Sauerbrei and Schumacher 1992).

    An indicator that is chosen from one table and not from the next was chosen for the noise. Draws that leave too few
    different sets are passed over; where all do, the shares are NaN.

    Args:
        choose: the names that are chosen from a table.

    Raises:
        Cancelled: `progress` said so.
    """
    random = np.random.default_rng(seed)
    counts, made = dict.fromkeys(candidates, 0), 0
    for _ in _told(draws, progress, "Bootstrap of the stepwise selection"):
        drawn = sets.iloc[random.integers(len(sets), size=len(sets))]
        try:
            chosen = choose(drawn)
        except RegressionError:
            continue
        made += 1
        for name in chosen:
            counts[name] += 1
    return {name: count / made if made else np.nan for name, count in counts.items()}


def _told(draws: int, progress: Progress | None, message: str) -> Iterator[int]:
    for number in range(draws):
        if progress is not None:
            progress.update(number, draws, message)
        yield number


def _skipped(draws: int, made: int, indicators: int) -> int:
    """How many draws gave no fit.

    Raises:
        RegressionError: more than a tenth of them.
    """
    skipped = draws - made
    if skipped > MOST_SKIPPED * draws:
        raise RegressionError(
            f"In {skipped} of {draws} bootstrap samples there are too few different sets to fit {indicators} "
            "indicators.",
            mend="Measure more sets, or choose fewer indicators.",
        )
    return skipped


def _sums_by_group(
    data: Design, losses: np.ndarray, groups: Sequence[Hashable] | None, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted sums of losses, shape (sets, groups), and of weights, shape (groups,)."""
    if losses.ndim != 2 or losses.shape[0] != data.sets or losses.shape[1] == 0:
        raise RegressionError(f"Losses of shape {losses.shape} don't belong to {data.sets} sets.")
    if not (np.isfinite(losses).all() and (losses > 0).all()):
        raise RegressionError("A loss is missing or not positive.", mend="Evaluate every set on every example.")
    examples = losses.shape[1]
    weight = np.ones(examples) if weights is None else np.asarray(weights, float)
    codes = np.arange(examples) if groups is None else pd.factorize(pd.Series(list(groups), dtype=object))[0]
    if len(weight) != examples or len(codes) != examples or not (weight > 0).all():
        raise RegressionError(f"There must be one group and one weight above 0 for each of the {examples} examples.")
    belongs = np.zeros((examples, codes.max() + 1))
    belongs[np.arange(examples), codes] = 1
    return (losses * weight) @ belongs, weight @ belongs


def _on_original_scales(over: str, data: Design, fits: np.ndarray, level: float, skipped: int) -> CoefficientDraws:
    estimates = np.linalg.lstsq(data.regressors, data.log_loss, rcond=None)[0]
    names = (CONSTANT, *data.indicators)
    return CoefficientDraws(over, names, data.back @ estimates, fits @ data.back.T, level, skipped)
