"""The linear rule: predicted log inference loss of a model tuned on data, from their indicators."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from core.errors import SelectionError
from core.humanize import share
from core.rules.spread import SetSpread
from core.rules.transform import Transform
from core.values import Door, MaybeUndefined, Value, read
from core.values.files import plain_toml

RULES = Path(__file__).parent
PAPERS_RULE = "instructmining-v1"  # Equation 4, one of the presets


@dataclass(frozen=True)
class Term(Value):
    """One indicator of a rule, its coefficient, and where the coefficient comes from.

    Attributes:
        transform: what is weighed in place of the indicator itself.
        centre: what is subtracted before a square.
    """

    indicator: str
    coefficient: float
    source: str = ""
    symbol: str = ""
    standard_error: MaybeUndefined | None = None
    transform: Transform = Transform.IDENTITY
    centre: float = 0.0

    @property
    def name(self) -> str:
        """The indicator's name, that of a logarithm or square before it: `log_output_length`."""
        return self.transform.name_of(self.indicator)

    @property
    def text(self) -> str:
        """As it stands in an equation: `log(Len)`."""
        return self.transform.text_of(self.symbol or self.indicator, self.centre)

    def values(self, indicators: pd.DataFrame) -> pd.Series:
        """What the coefficient weighs, of each line; a column of the term's own name is taken as it is.

        Lines may be rows or means over sets. The mean of the rows' logarithms can't be told from a set's mean: give it
        as the column `mean_log_...`, else the logarithm of the mean stands in.
        """
        if self.name in indicators:
            return indicators[self.name]
        return self.transform.of_rows(indicators[self.indicator], self.centre)

    def set_value(self, indicators: pd.DataFrame) -> float:
        """What the coefficient weighs of a set, given its rows."""
        return self.transform.of_set(indicators[self.indicator], self.centre)

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.transform is not Transform.SQUARE:
            yield "centre", "transform=square"

    def as_dict(self) -> dict[str, Any]:
        """JSON values; what a plain term has no need of is left out, so that its form stays what it was."""
        values = super().as_dict()
        if self.standard_error is None:
            del values["standard_error"]
        for name, default in (("transform", Transform.IDENTITY), ("centre", 0.0)):
            if getattr(self, name) == default:
                del values[name]
        return values


@dataclass(frozen=True)
class Learned(Value):
    """What a rule was learned from, so that one can judge where it holds.

    Attributes:
        method: how, in words: `stepwise in both directions by AIC`.
        model: the model that was tuned on the sets.
        settings: of tuning and evaluation, JSON values by name.
        data: names of the datasets from which the sets were drawn.
        sets: their number.
        ranges: least and greatest set mean of each indicator.
        predicted_r_squared: on sets not seen, by `validation`; None where it was not measured.
        spread: of the sets over all terms together; None where an earlier studio learned the rule.
        draws: coefficients refitted to resampled sets, in the order of the terms; none where they were not.
    """

    method: str
    model: str
    settings: dict[str, Any]
    data: tuple[str, ...]
    sets: int
    ranges: dict[str, tuple[float, float]]
    r_squared: MaybeUndefined
    predicted_r_squared: MaybeUndefined | None = None
    validation: str = ""
    intercept_standard_error: MaybeUndefined | None = None
    spread: SetSpread | None = None
    draws: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Rule(Value):
    """log L(M_ft, D_eval) ∝ intercept + Σ coefficient · indicator; lower is better (paper, Equations 3 and 4).

    A term may weigh the logarithm or the square of its indicator.

    Attributes:
        profile: the model profile on whose scales the coefficients stand; "" when the user gave them.
        learned: from which sets, for a rule that was learned here.
    """

    name: str
    title: str
    intercept: float
    terms: tuple[Term, ...]
    intercept_source: str = ""
    source: str = ""
    profile: str = ""
    notes: str = ""
    learned: Learned | None = field(default=None, hash=False)

    @property
    def coefficients(self) -> dict[str, float]:
        """Coefficient by the name of its term: the indicator's, where it is weighed as it is."""
        return {term.name: term.coefficient for term in self.terms}

    @property
    def indicators(self) -> tuple[str, ...]:
        """What must be scored for the rule to be applied, each once."""
        return tuple(dict.fromkeys(term.indicator for term in self.terms))

    @property
    def equation(self) -> str:
        """As the paper writes it: `log L = 1.0694 − 0.1498·Rew + …`."""
        parts = [f"log L = {self.intercept:g}"]
        for term in self.terms:
            sign = "−" if term.coefficient < 0 else "+"
            parts.append(f"{sign} {abs(term.coefficient):g}·{term.text}")
        return " ".join(parts)

    def contributions(self, indicators: pd.DataFrame) -> pd.DataFrame:
        """Coefficient times what it weighs, one column a term by its name, the rows of `indicators`.

        Raises:
            SelectionError: an indicator of the rule is not among the columns.
        """
        lacking = [t.indicator for t in self.terms if t.indicator not in indicators and t.name not in indicators]
        if lacking:
            raise SelectionError(
                f"The rule '{self.title}' needs scores of {', '.join(lacking)}.",
                mend="Score these indicators on the Indicators page, or choose another rule.",
            )
        return pd.DataFrame({term.name: term.coefficient * term.values(indicators) for term in self.terms})

    def predict(self, indicators: pd.DataFrame) -> pd.Series:
        """Predicted log loss of each row, as if a dataset consisted of its like; NaN where an indicator is missing."""
        return self.intercept + self.contributions(indicators).sum(axis=1, skipna=False)

    def predict_set(self, indicators: pd.DataFrame) -> float:
        """Predicted log loss of a model tuned on all the rows: the rule at their mean indicators (Equation 3)."""
        return float(self.intercept + sum(term.coefficient * term.set_value(indicators) for term in self.terms))

    def profile_mismatch(self, profile: str) -> str:
        """A sentence when the rule is applied to scores of another profile than its own, else ""."""
        if not self.profile or self.profile == profile:
            return ""
        return (
            f"This rule was learned on scores of profile '{self.profile}'; the current profile is '{profile}'. It "
            "still ranks rows, but its value is not a predicted log loss."
        )

    @property
    def validation_warning(self) -> str:
        """A sentence when the rule was learned but has not been seen to predict sets that it did not learn from."""
        if self.learned is None:
            return ""
        told = self.learned.predicted_r_squared
        if told is None or math.isnan(told):
            return "This rule's predictions for held-out sets were not measured. Run a proof of what it selects."
        if told > 0:
            return ""
        kind = f", {self.learned.validation}" if self.learned.validation else ""
        return (
            f"On held-out sets this rule is no better than the mean (predicted R² {share(told)}{kind}): its selections "
            "may be no better than random rows."
        )

    def applied_outside(self, indicators: pd.DataFrame, profile: str = "") -> tuple[str, ...]:
        """Sentences where the rule meets other data than it was learned on; empty where there is nothing to say.

        Args:
            indicators: the rows of a set; their means are compared with the set means seen in learning.
            profile: the one that scored them, "" to pass over it.
        """
        beyond = []
        for name, (low, high) in (self.learned.ranges if self.learned else {}).items():
            mean = float(indicators[name].mean()) if name in indicators else math.nan
            if mean < low or mean > high:
                beyond.append(
                    f"The mean of '{name}' is {mean:.4g} here, {'below' if mean < low else 'above'} the {low:.4g} to "
                    f"{high:.4g} of the sets this rule was learned on: its prediction is an extrapolation."
                )
        spread = self.learned.spread if self.learned else None
        if not beyond and spread is not None and not spread.covers(self.leverage(indicators)):
            beyond.append(
                "Each mean indicator is within its range, but together they are far from the sets that this rule was "
                f"learned on: leverage {self.leverage(indicators):.3g}, of the sets at most {spread.max_leverage:.3g}."
            )
        return tuple(filter(None, [self.profile_mismatch(profile) if profile else "", *beyond]))

    def leverage(self, indicators: pd.DataFrame) -> float:
        """Of a set, given its rows, among the sets the rule was learned on; NaN where their spread is not known."""
        spread = self.learned.spread if self.learned else None
        known = spread is not None and spread.means.keys() == self.coefficients.keys()
        if spread is None or not known or not set(self.indicators) <= set(indicators):
            return math.nan
        return spread.leverage({term.name: term.set_value(indicators) for term in self.terms})

    def as_dict(self) -> dict[str, Any]:
        """JSON values; what only a learned rule has is left out of others, so that their form stays what it was."""
        values = super().as_dict()
        if self.learned is None:
            del values["learned"]
        return values

    def refusals(self) -> Iterable[tuple[str, str]]:
        if len(self.coefficients) < len(self.terms):
            yield "terms", "an indicator stands twice in the same form; keep one term for each"
        if self.learned is not None and any(len(each) != len(self.terms) for each in self.learned.draws):
            yield "learned", f"a draw does not have the {len(self.terms)} coefficients of the terms"


def read_rule(values: object, at: str = "rule", door: Door = Door.FILE) -> Rule:
    """The rule of its JSON or TOML form; without a title it is called by its name.

    Raises:
        ValueRefused: it is none.
    """
    if isinstance(values, Mapping) and not values.get("title"):
        values = {**values, "title": values.get("name")}
    return read(Rule, values, at, door)


class Kept(Protocol):
    """A rule in the store."""

    @property
    def name(self) -> str: ...

    @property
    def rule(self) -> dict[str, Any]: ...


def kept_rule(saved: Kept) -> Rule:
    """A rule from the store.

    Raises:
        ValueRefused: it is damaged.
    """
    return read_rule(saved.rule, f"The rule “{saved.name}”: ", Door.STORE)


def refuse_unkept(rule: Rule, taken: Collection[str], indicators: Collection[str]) -> None:
    """Refuse a rule that can't be kept.

    Args:
        taken: titles of the rules that there are.
        indicators: those that rows can be scored by.

    Raises:
        SelectionError: it has no name or one that is taken, no coefficient, or one of an indicator that is not known.
    """
    if not rule.name:
        raise SelectionError("Give the rule a name.")
    if rule.title in taken:
        raise SelectionError(f"A rule named “{rule.title}” exists already.", mend="Choose another name.")
    if not rule.terms:
        raise SelectionError("Every coefficient is 0.", mend="Give at least one indicator a coefficient.")
    unknown = [term.indicator for term in rule.terms if term.indicator not in indicators]
    if unknown:
        raise SelectionError(f"Unknown indicator: {', '.join(unknown)}.", mend="Remove it.")


@cache
def presets() -> dict[str, Rule]:
    """The rules that come with the studio, by name."""
    rules = [read_rule(plain_toml(path), f"{path.name}: ") for path in sorted(RULES.glob("*.toml"))]
    return {rule.name: rule for rule in rules}
