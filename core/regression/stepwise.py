"""Stepwise choice of indicators (paper, section 3) by p-value, AIC or BIC."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.regression.design import Design, design
from core.regression.ols import fit_design
from core.regression.steps import (
    Action,
    Criterion,
    Direction,
    StepCandidate,
    StepwiseFit,
    StepwiseSettings,
    StepwiseStep,
)
from core.statistics import LEVEL

__all__ = ["Action", "Criterion", "Direction", "StepwiseFit", "StepwiseSettings", "stepwise"]

GAIN = 1e-9  # an AIC or BIC that falls by less is the same number
ROUNDING = 1e-20  # share of the variance below which a residual is rounding, so that no term is added to explain it


class _Scores:
    """Criterion values of fits, each set of indicators fitted once."""

    def __init__(self, data: Design, criterion: Criterion) -> None:
        self.data, self.criterion = data, criterion
        self.known: dict[frozenset[str], float] = {}

    def residual_sum(self, terms: frozenset[str]) -> float:
        if terms not in self.known:
            columns = [0, *(i + 1 for i, name in enumerate(self.data.indicators) if name in terms)]
            used = self.data.regressors[:, columns]
            left = self.data.log_loss - used @ np.linalg.lstsq(used, self.data.log_loss, rcond=None)[0]
            total = self.data.sets * float(self.data.log_loss.var())
            self.known[terms] = max(float(left @ left), ROUNDING * total)
        return self.known[terms]

    def information(self, terms: frozenset[str]) -> float:
        """AIC or BIC as in `OlsFit`."""
        n, k = self.data.sets, len(terms) + 1
        penalty = 2.0 if self.criterion is Criterion.AIC else np.log(n)
        return float(n * (np.log(2 * np.pi * self.residual_sum(terms) / n) + 1) + penalty * k)

    def p(self, terms: frozenset[str], indicator: str) -> float:
        """p of `indicator` within `terms`, which has it."""

        from scipy import stats

        free = self.data.sets - len(terms) - 1
        with_it, without = self.residual_sum(terms), self.residual_sum(terms - {indicator})
        return float(stats.f.sf(max(without - with_it, 0.0) / (with_it / free), 1, free))


@dataclass(frozen=True)
class _Search:
    settings: StepwiseSettings
    scores: _Scores
    candidates: tuple[str, ...]

    @cached_property
    def by_p(self) -> bool:
        return self.settings.criterion is Criterion.P_VALUE

    def tried(self, now: frozenset[str]) -> list[StepCandidate]:
        """Every change that the direction allows, removals first."""
        found = []
        if self.settings.direction is not Direction.FORWARD:
            for name in (n for n in self.candidates if n in now):
                value = self.scores.p(now, name) if self.by_p else self.scores.information(now - {name})
                found.append(StepCandidate(Action.REMOVE, name, value))
        if self.settings.direction is not Direction.BACKWARD:
            for name in (n for n in self.candidates if n not in now):
                value = self.scores.p(now | {name}, name) if self.by_p else self.scores.information(now | {name})
                found.append(StepCandidate(Action.ADD, name, value))
        return found

    def choose(self, now: frozenset[str], tried: Sequence[StepCandidate]) -> tuple[StepCandidate | None, str]:
        """The change to make and why, or None and why not."""
        return self._by_p(tried) if self.by_p else self._by_information(now, tried)

    def _by_p(self, tried: Sequence[StepCandidate]) -> tuple[StepCandidate | None, str]:
        leaving = [each for each in tried if each.action is Action.REMOVE and each.value > self.settings.remove_p]
        if leaving:
            worst = max(leaving, key=lambda each: each.value)
            return worst, (
                f"Removed '{worst.indicator}': p = {worst.value:.3g}, the highest above {self.settings.remove_p:g}."
            )
        entering = [each for each in tried if each.action is Action.ADD and each.value < self.settings.enter_p]
        if entering:
            best = min(entering, key=lambda each: each.value)
            return best, f"Added '{best.indicator}': p = {best.value:.3g}, the lowest below {self.settings.enter_p:g}."
        limits = {
            Direction.FORWARD: f"outside would enter at p < {self.settings.enter_p:g}",
            Direction.BACKWARD: f"inside has p > {self.settings.remove_p:g}",
            Direction.BOTH: f"outside has p < {self.settings.enter_p:g} and none inside p > {self.settings.remove_p:g}",
        }
        return None, f"Stopped: no indicator {limits[self.settings.direction]}."

    def _by_information(self, now: frozenset[str], tried: Sequence[StepCandidate]) -> tuple[StepCandidate | None, str]:
        name, before = self.settings.criterion, self.scores.information(now)
        best = min(tried, key=lambda each: each.value, default=None)
        if best is None or best.value > before - GAIN:
            return None, f"Stopped: no change lowers {name} below {before:.2f}."
        verb = "Added" if best.action is Action.ADD else "Removed"
        fall = f"{name} falls from {before:.2f} to {best.value:.2f}"
        return best, f"{verb} '{best.indicator}': {fall}, the largest decrease."


def stepwise(
    sets: pd.DataFrame,
    candidates: Sequence[str],
    settings: StepwiseSettings | None = None,
    level: float = LEVEL,
) -> StepwiseFit:
    """Choose indicators step by step, then fit them by least squares.

    By AIC or BIC each step makes the change that lowers the criterion most (as R's `step`). By p-value the indicator
    with the highest p above `remove_p` leaves before the one with the lowest p below `enter_p` enters (Efroymson 1960).

    Args:
        sets: one line a candidate set: mean indicators, and `log_loss` in log nats per token.
        candidates: columns of `sets`.
        level: of the final fit's confidence intervals.

    Raises:
        RegressionError: too few sets for all candidates together, or an unfit column (see `design`).
    """
    settings = settings or StepwiseSettings()
    data = design(sets, candidates)
    search = _Search(settings, _Scores(data, settings.criterion), data.indicators)
    from_all = settings.direction is Direction.BACKWARD or (settings.direction is Direction.BOTH and settings.from_all)
    now = frozenset(data.indicators) if from_all else frozenset()
    steps: list[StepwiseStep] = []
    seen: set[frozenset[str]] = set()
    while now not in seen:
        seen.add(now)
        tried = search.tried(now)
        chosen, reason = search.choose(now, tried)
        after = now ^ {chosen.indicator} if chosen else now
        steps.append(
            StepwiseStep(
                before=_ordered(data, now),
                value=np.nan if search.by_p else search.scores.information(now),
                tried=tuple(tried),
                action=chosen.action if chosen else Action.STOP,
                indicator=chosen.indicator if chosen else "",
                after=_ordered(data, after),
                reason=reason,
            )
        )
        now = after
    return StepwiseFit(settings, data.indicators, tuple(steps), fit_design(data.only(_ordered(data, now)), level))


def _ordered(data: Design, terms: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in data.indicators if name in terms)
