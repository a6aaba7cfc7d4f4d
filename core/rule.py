"""The linear rule: predicted log inference loss of a model tuned on data, from their indicators."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import SelectionError

RULES = Path(__file__).parent / "rules"


@dataclass(frozen=True)
class Term:
    """One indicator of a rule, its coefficient, and where the coefficient comes from."""

    indicator: str
    coefficient: float
    source: str = ""
    symbol: str = ""


@dataclass(frozen=True)
class Rule:
    """log L(M_ft, D_eval) ∝ intercept + Σ coefficient · indicator; lower is better (paper, Equations 3 and 4).

    Attributes:
        profile: the model profile on whose scales the coefficients stand; "" when the user gave them.
    """

    name: str
    title: str
    intercept: float
    terms: tuple[Term, ...]
    intercept_source: str = ""
    source: str = ""
    profile: str = ""
    notes: str = ""

    @property
    def coefficients(self) -> dict[str, float]:
        """Coefficient by indicator."""
        return {term.indicator: term.coefficient for term in self.terms}

    @property
    def equation(self) -> str:
        """As the paper writes it: `log L = 1.0694 − 0.1498·Rew + …`."""
        parts = [f"log L = {self.intercept:g}"]
        for term in self.terms:
            sign = "−" if term.coefficient < 0 else "+"
            parts.append(f"{sign} {abs(term.coefficient):g}·{term.symbol or term.indicator}")
        return " ".join(parts)

    def contributions(self, indicators: pd.DataFrame) -> pd.DataFrame:
        """Coefficient times indicator, one column a term, the rows of `indicators`.

        Raises:
            SelectionError: an indicator of the rule is not among the columns.
        """
        lacking = [term.indicator for term in self.terms if term.indicator not in indicators]
        if lacking:
            raise SelectionError(
                f"The rule '{self.title}' needs {', '.join(lacking)}, which these data have not.",
                mend="Score them on the Indicators page, or choose a rule without them.",
            )
        return pd.DataFrame({term.indicator: term.coefficient * indicators[term.indicator] for term in self.terms})

    def predict(self, indicators: pd.DataFrame) -> pd.Series:
        """Predicted log loss of each row, as if a dataset consisted of its like; NaN where an indicator is missing."""
        return self.intercept + self.contributions(indicators).sum(axis=1, skipna=False)

    def predict_set(self, indicators: pd.DataFrame) -> float:
        """Predicted log loss of a model tuned on all the rows: the rule at their mean indicators (Equation 3)."""
        return float(self.predict(indicators[list(self.coefficients)].mean().to_frame().T).iloc[0])

    def foreign_to(self, profile: str) -> str:
        """A sentence when the rule is applied to scores of another profile than its own, else ""."""
        if not self.profile or self.profile == profile:
            return ""
        return (
            f"This rule was learned on scores of the '{self.profile}' profile; yours come from '{profile}'. "
            "It still ranks rows, but its value is not a predicted loss."
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Rule":
        """The rule of its JSON or TOML form.

        Raises:
            SelectionError: a part is missing or no number, or an indicator stands twice.
        """
        try:
            terms = tuple(
                Term(t["indicator"], float(t["coefficient"]), t.get("source", ""), t.get("symbol", ""))
                for t in values["terms"]
            )
            rule = cls(
                name=values["name"],
                title=values.get("title", values["name"]),
                intercept=float(values["intercept"]),
                terms=terms,
                **{k: values.get(k, "") for k in ("intercept_source", "source", "profile", "notes")},
            )
            if not all(map(math.isfinite, (rule.intercept, *rule.coefficients.values()))):
                raise ValueError("a coefficient that is no finite number")
        except (KeyError, TypeError, ValueError) as error:
            raise SelectionError(
                f"This is no rule: {type(error).__name__} at {error}.",
                mend="A rule has a name, an intercept, and terms with indicator and coefficient.",
            ) from error
        if len(rule.coefficients) != len(terms):
            raise SelectionError("An indicator stands twice in the rule.", mend="Keep one term for each indicator.")
        return rule


@cache
def presets() -> dict[str, Rule]:
    """The rules that come with the studio, by name."""
    rules = [Rule.from_dict(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(RULES.glob("*.toml"))]
    return {rule.name: rule for rule in rules}
