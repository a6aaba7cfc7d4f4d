"""What all verdicts come to: wins, ties and losses with intervals, a sign test, and how much the order mattered."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.judge.verdict import Verdict, VerdictOutcome
from core.statistics import LEVEL


@dataclass(frozen=True)
class Share:
    """`count` of `total` with Wilson's score interval (Wilson 1927) at 95%; NaN where there is nothing."""

    count: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.count / self.total if self.total else float("nan")


@dataclass(frozen=True)
class Tally:
    """The figures of one judge, or of people.

    Attributes:
        a, tie, b: of the instructions with a readable outcome.
        unreadable: outcomes that are none; they count in no share.
        sign_p_value: two-sided sign test over the wins: P of a split at least as uneven where A and B win equally
            often; ties are left out. NaN without a win.
        position: how often, of single verdicts for one of the two, the answer shown first won; without any effect of
            the order it is about a half where both orders were shown.
        agreement: how often both orders gave the same verdict; None where only one order was shown.
    """

    a: Share
    tie: Share
    b: Share
    unreadable: int
    sign_p_value: float
    position: Share
    agreement: Share | None = None

    @property
    def decided(self) -> int:
        """Instructions with a readable outcome."""
        return self.a.total


def share(count: int, total: int) -> Share:
    """A share with its Wilson interval."""
    from statsmodels.stats.proportion import proportion_confint

    if not total:
        return Share(0, 0, float("nan"), float("nan"))
    low, high = proportion_confint(count, total, alpha=1 - LEVEL, method="wilson")
    return Share(count, total, float(low), float(high))


def tally(
    outcomes: Sequence[VerdictOutcome], verdicts: Sequence[Verdict], agreement: tuple[int, int] | None = None
) -> Tally:
    """The figures.

    Args:
        outcomes: of each instruction.
        verdicts: single ones in the order shown, from which the effect of the position is counted.
        agreement: of how many instructions both orders gave the same verdict, and of how many with two readable ones.
    """
    from scipy.stats import binomtest

    a, b, tie = (
        sum(each is wanted for each in outcomes) for wanted in (VerdictOutcome.A, VerdictOutcome.B, VerdictOutcome.TIE)
    )
    decided = a + b + tie
    first, second = (sum(each is wanted for each in verdicts) for wanted in (Verdict.FIRST, Verdict.SECOND))
    return Tally(
        a=share(a, decided),
        tie=share(tie, decided),
        b=share(b, decided),
        unreadable=len(outcomes) - decided,
        sign_p_value=float(binomtest(a, a + b).pvalue) if a + b else float("nan"),
        position=share(first, first + second),
        agreement=share(*agreement) if agreement else None,
    )
