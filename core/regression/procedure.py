"""How a rule is learned, from the choice of a method to how well the whole of it predicts unseen sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import numpy as np
import pandas as pd
from annotated_types import Gt, Lt

from core.errors import RegressionError
from core.progress import Progress, Silent
from core.regression.averaging import AveragedFit, average_singles
from core.regression.bootstrap import (
    CoefficientDraws,
    bootstrap_averaged,
    bootstrap_examples,
    bootstrap_penalised,
    bootstrap_sets,
    chosen_shares,
)
from core.regression.diagnostics import DOUBT, not_linear, reset_p
from core.regression.learn import Fit
from core.regression.ols import OlsFit, fit_ols
from core.regression.reliability import DOUBTFUL, reliability, unreliable
from core.regression.shrinkage import Shrinkage, ShrinkageFit, shrink
from core.regression.steps import StepwiseFit, StepwiseSettings
from core.regression.stepwise import stepwise
from core.regression.validation import Validation, k_fold, leave_one_out
from core.statistics import LEVEL
from core.values import Value

FOLDS = 10
DRAWS = 2000


MANY_SETS = 30  # from which all indicators together are fitted by default


class RuleMethod(StrEnum):
    AVERAGED = "averaged"  # single-indicator rules, averaged
    ALL = "all"  # least squares on every chosen indicator
    STEPWISE = "stepwise"
    RIDGE = "ridge"
    LASSO = "lasso"

    @classmethod
    def default(cls, sets: int) -> "RuleMethod":
        """What is used where nothing else is asked: few sets can't carry several indicators at once."""
        return cls.AVERAGED if sets < MANY_SETS else cls.ALL

    @property
    def takes_all(self) -> bool:
        """Whether more indicators than the sets can carry at once do no harm: it shrinks or chooses by itself."""
        return self in (RuleMethod.AVERAGED, RuleMethod.RIDGE, RuleMethod.LASSO)


@dataclass(frozen=True)
class Procedure(Value):
    """How a fit is made of a table of sets; the same table gives the same fit.

    Attributes:
        one_standard_error: of ridge and lasso, see `shrink`.
        level: of the intervals.
    """

    method: RuleMethod = RuleMethod.ALL
    steps: StepwiseSettings = field(default_factory=StepwiseSettings)
    one_standard_error: bool = False
    level: Annotated[float, Gt(0), Lt(1)] = LEVEL

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.method is not RuleMethod.STEPWISE:
            yield "steps", "method=stepwise"
        if self.method not in (RuleMethod.RIDGE, RuleMethod.LASSO):
            yield "one_standard_error", "method=ridge or method=lasso"

    def learn(self, sets: pd.DataFrame, indicators: Sequence[str]) -> Fit:
        """The fit of `log_loss` on the indicators.

        Raises:
            RegressionError: too few sets, or an unfit column (see `core.regression.design.design`).
        """
        if self.method is RuleMethod.AVERAGED:
            return average_singles(sets, indicators)
        if self.method is RuleMethod.ALL:
            return fit_ols(sets, indicators, self.level)
        if self.method is RuleMethod.STEPWISE:
            return stepwise(sets, indicators, self.steps, self.level)
        return shrink(
            sets, indicators, Shrinkage(self.method.value), one_standard_error=self.one_standard_error, folds=FOLDS
        )


@dataclass(frozen=True, eq=False)
class FitReport:
    """A fit with what tells how far to trust it.

    Attributes:
        alone: each set predicted without it; None where that can't be, which `doubts` says then.
        folds: the same by folds.
        over_sets: refits to redrawn sets, with the indicators of the fit, and its penalty where it has one, but with
            new weights of an average; None where no indicator is left, and where it can't be.
        over_examples: the same over redrawn evaluation examples, of least squares only.
        chosen_in: of a stepwise choice, in which share of redrawn tables each indicator is chosen; empty for others.
        doubts: sentences.
    """

    fit: Fit
    alone: Validation | None
    folds: Validation | None
    over_sets: CoefficientDraws | None
    over_examples: CoefficientDraws | None
    doubts: tuple[str, ...]
    chosen_in: Mapping[str, float] = field(default_factory=dict)

    @property
    def linear(self) -> OlsFit | ShrinkageFit | AveragedFit:
        """The fit that predicts: of a stepwise choice, its last."""
        return self.fit.fit if isinstance(self.fit, StepwiseFit) else self.fit

    @property
    def chosen(self) -> bool:
        """Whether indicators, weights or a penalty were chosen on the sets, so that validation must be nested."""
        return not isinstance(self.fit, OlsFit)


def examine(
    sets: pd.DataFrame,
    indicators: Sequence[str],
    procedure: Procedure,
    losses: np.ndarray | None = None,
    progress: Progress | None = None,
    weights: np.ndarray | None = None,
) -> FitReport:
    """Learn, predict every set without it, and learn again from redrawn data.

    Args:
        sets: one line a candidate set: mean indicators, and `log_loss` in log nats per token.
        losses: of each evaluation example, shape (sets, examples): they tell how well the sets are measured, and are
            redrawn.
        weights: of the examples in the mean loss; None for equal ones.

    Raises:
        RegressionError: too few sets, or an unfit column.
        Cancelled: `progress` said so.
    """
    progress = progress or Silent()
    fit = procedure.learn(sets, indicators)
    doubts: list[str] = []

    def again(some: pd.DataFrame) -> Fit:
        return procedure.learn(some, indicators)

    def tried(folds: int) -> Validation | None:
        try:
            if isinstance(fit, OlsFit) and folds == len(sets):
                return leave_one_out(fit)
            return k_fold(sets, again, folds, progress=progress, nested=not isinstance(fit, OlsFit))
        except RegressionError as error:
            doubts.append(f"Predicted R² could not be computed: {error}")
            return None

    alone = tried(len(sets))
    folds = tried(FOLDS) if len(sets) > FOLDS else None
    last = fit.fit if isinstance(fit, StepwiseFit) else fit
    if isinstance(last, OlsFit) and (p := reset_p(last)) < DOUBT:
        doubts.append(not_linear(p))
    if losses is not None and (found := reliability(losses, weights)) < DOUBTFUL:
        doubts.append(unreliable(found))
    progress.update(0, 0, "Bootstrap over sets and examples")
    over_sets, over_examples = _redrawn(fit, sets, losses, weights, procedure.level, doubts, progress)
    shares = {}
    if isinstance(fit, StepwiseFit):
        shares = chosen_shares(
            sets,
            fit.candidates,
            lambda some: stepwise(some, indicators, procedure.steps, procedure.level).kept,
            progress=progress,
        )
    return FitReport(fit, alone, folds, over_sets, over_examples, tuple(dict.fromkeys(doubts)), shares)


def _redrawn(
    fit: Fit,
    sets: pd.DataFrame,
    losses: np.ndarray | None,
    weights: np.ndarray | None,
    level: float,
    doubts: list[str],
    progress: Progress,
) -> tuple[CoefficientDraws | None, CoefficientDraws | None]:
    """Refits over sets and over evaluation examples; why one can't be is added to the doubts."""
    last = fit.fit if isinstance(fit, StepwiseFit) else fit
    over_sets = over_examples = None
    try:
        if isinstance(last, ShrinkageFit):
            over_sets = bootstrap_penalised(last, level=level, progress=progress) if last.kept else None
        elif isinstance(last, AveragedFit):
            over_sets = bootstrap_averaged(last, level=level, progress=progress) if last.kept else None
        elif last.indicators:
            over_sets = bootstrap_sets(sets, last.indicators, DRAWS, level=level)
    except RegressionError as error:
        doubts.append(f"No bootstrap over sets: {error}")
    try:
        if losses is not None and isinstance(last, OlsFit) and last.indicators:
            over_examples = bootstrap_examples(sets, last.indicators, losses, DRAWS, level=level, weights=weights)
    except RegressionError as error:
        doubts.append(f"No bootstrap over evaluation examples: {error}")
    return over_sets, over_examples
