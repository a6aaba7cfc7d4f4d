"""What a stepwise choice is asked, and its record: every step with what was tried and why it was taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import pandas as pd
from annotated_types import Gt, Le

from core.regression.ols import OlsFit
from core.values import Value


class Direction(StrEnum):
    FORWARD = "forward"  # from no indicator, adding only
    BACKWARD = "backward"  # from all, removing only
    BOTH = "both"  # adding and removing


class Criterion(StrEnum):
    P_VALUE = "p-value"
    AIC = "AIC"
    BIC = "BIC"


class Action(StrEnum):
    ADD = "add"
    REMOVE = "remove"
    STOP = "stop"


@dataclass(frozen=True)
class StepwiseSettings(Value):
    """How indicators are chosen.

    Attributes:
        enter_p, remove_p: for the p-value: an indicator enters below the one and leaves above the other.
        from_all: for both directions: begin with all indicators (as R's `step` on a full model) or with none.
    """

    direction: Direction = Direction.BOTH
    criterion: Criterion = Criterion.AIC
    enter_p: Annotated[float, Gt(0), Le(1)] = 0.05
    remove_p: Annotated[float, Gt(0), Le(1)] = 0.10
    from_all: bool = False

    def refusals(self) -> Iterable[tuple[str, str]]:
        if self.enter_p > self.remove_p:
            yield "enter_p", f"{self.enter_p:g} is greater than remove_p: the steps would not terminate"

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.criterion is not Criterion.P_VALUE:
            yield "enter_p", "criterion=p-value"
            yield "remove_p", "criterion=p-value"
        if self.direction is not Direction.BOTH:
            yield "from_all", "direction=both"

    @property
    def title(self) -> str:
        """`stepwise in both directions by AIC`."""
        way = "in both directions" if self.direction is Direction.BOTH else self.direction.value
        limits = f" (enter {self.enter_p:g}, remove {self.remove_p:g})" if self.criterion is Criterion.P_VALUE else ""
        return f"stepwise {way} by {self.criterion}{limits}"


@dataclass(frozen=True)
class StepCandidate:
    """One change that was considered.

    Attributes:
        value: AIC or BIC of the fit after the change; for the p-value criterion the p of the indicator concerned, by
            the partial F test (the t test of its coefficient) in the fit that has it.
    """

    action: Action
    indicator: str
    value: float


@dataclass(frozen=True)
class StepwiseStep:
    """One step: the fit it began with, everything tried, what was done and why.

    Attributes:
        before, after: indicators in the fit.
        value: AIC or BIC before the step; NaN for the p-value criterion.
        indicator: the one added or removed, "" for the last step.
    """

    before: tuple[str, ...]
    value: float
    tried: tuple[StepCandidate, ...]
    action: Action
    indicator: str
    after: tuple[str, ...]
    reason: str


@dataclass(frozen=True, eq=False)
class StepwiseFit:
    """The chosen indicators, the way to them, and their least-squares fit.

    Attributes:
        candidates: what could be chosen.
    """

    settings: StepwiseSettings
    candidates: tuple[str, ...]
    steps: tuple[StepwiseStep, ...]
    fit: OlsFit

    @property
    def kept(self) -> tuple[str, ...]:
        return self.fit.indicators

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(name for name in self.candidates if name not in self.kept)

    @property
    def table(self) -> pd.DataFrame:
        """Everything tried: step (from 1), action, indicator, value, chosen."""
        return pd.DataFrame(
            [
                (number, each.action.value, each.indicator, each.value, each.indicator == step.indicator)
                for number, step in enumerate(self.steps, start=1)
                for each in step.tried
            ],
            columns=["step", "action", "indicator", "value", "chosen"],
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """The fit's warnings, and that its p-values don't know of the choice (Hurvich and Tsai 1990)."""
        chosen = (
            f"These {len(self.kept)} of {len(self.candidates)} indicators were chosen on the same sets, so p-values "
            "and intervals are too optimistic: judge the rule by its predicted R²."
        )
        return (*((chosen,) if self.dropped and self.kept else ()), *self.fit.warnings)

    def predict(self, indicators: pd.DataFrame) -> pd.Series:
        """Predicted log loss of each line of mean indicators, by the final fit."""
        return self.fit.predict(indicators)
