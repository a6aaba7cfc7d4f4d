"""A rule of one's own beside Equation (4)."""

import math
from dataclasses import dataclass

from core.report.findings import ComparedFinding, Own, findings
from core.rules.rule import PAPERS_RULE, Rule, presets
from core.rules.transform import Transform
from core.statistics import LEVEL


@dataclass(frozen=True, eq=False)
class RuleBeside:
    """A rule and the paper's.

    Attributes:
        origin: where the rule comes from, in words.
        compared: the terms of Equation (4), each with the coefficient here.
    """

    rule: Rule
    origin: str
    paper: Rule
    compared: tuple[ComparedFinding, ...]


def rule_beside(rule: Rule, origin: str) -> RuleBeside:
    """Compare the signs of a rule's coefficients with those of Equation (4)."""
    compared = tuple(
        ComparedFinding.by_sign(each, _coefficient(rule, each.about), "the rule has no such term")
        for each in findings("rule")
    )
    return RuleBeside(rule, origin, presets()[PAPERS_RULE], compared)


def _coefficient(rule: Rule, indicator: str) -> Own | None:
    """With Student's interval where the rule keeps a standard error and how many sets it was learned from."""

    from scipy import stats

    term = next((t for t in rule.terms if t.indicator == indicator and t.transform is not Transform.SQUARE), None)
    if term is None:
        return None
    error = term.standard_error
    freedom = rule.learned.sets - len(rule.terms) - 1 if rule.learned else 0
    if not error or freedom < 1:
        return Own("coefficient", term.coefficient, math.nan, math.nan, math.nan)
    reach = error * float(stats.t.ppf((1 + LEVEL) / 2, freedom))
    p = 2 * float(stats.t.sf(abs(term.coefficient / error), freedom))
    return Own("coefficient", term.coefficient, term.coefficient - reach, term.coefficient + reach, p)
