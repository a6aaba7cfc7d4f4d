"""What all verdicts come to: wins, ties and losses with intervals, a sign test, and how much the order mattered."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from core.judge.verdict import Verdict, VerdictOutcome
from core.statistics import LEVEL


@dataclass(frozen=True)
class Share:
    """`count` of `total` with an interval at 95%, Wilson's (1927) where all are independent; NaN without any."""

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
            the order it is about a half where both orders were shown. Its interval counts instructions, not verdicts.
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


def position_share(shown: Sequence[Sequence[Verdict]]) -> Share:
    """How often the answer shown first won.

    Two verdicts on one instruction are no two draws: a judge who always prefers the same answer has one of each. So
    where both orders were shown, the interval is that of a difference of paired shares after half an instruction is
    added to each of the four outcomes (Agresti and Min 2005). With one order each it is Wilson's.

    Args:
        shown: the single verdicts of each instruction, in one order or both.
    """
    decided = [(each.count(Verdict.FIRST), each.count(Verdict.SECOND)) for each in map(list, shown)]
    first, total = sum(a for a, _ in decided), sum(a + b for a, b in decided)
    if all(a + b < 2 for a, b in decided):
        return share(first, total)
    added = [(2, 0, 0.5), (0, 2, 0.5), (1, 1, 1.0)]
    weighed = [*((a, a + b, 1.0) for a, b in decided), *((a, a + b, weight) for a, b, weight in added)]
    verdicts = sum(weight * m for _, m, weight in weighed)
    middle = sum(weight * a for a, _, weight in weighed) / verdicts
    error = math.sqrt(sum(weight * (a - middle * m) ** 2 for a, m, weight in weighed)) / verdicts
    reach = NormalDist().inv_cdf((1 + LEVEL) / 2) * error
    return Share(first, total, max(0.0, middle - reach), min(1.0, middle + reach))


def tally(
    outcomes: Sequence[VerdictOutcome],
    verdicts: Sequence[Sequence[Verdict]],
    agreement: tuple[int, int] | None = None,
) -> Tally:
    """The figures.

    Args:
        outcomes: of each instruction.
        verdicts: the single ones of each instruction in the order shown, from which the effect of the position is
            counted.
        agreement: of how many instructions both orders gave the same verdict, and of how many with two readable ones.
    """
    from scipy.stats import binomtest

    a, b, tie = (
        sum(each is wanted for each in outcomes) for wanted in (VerdictOutcome.A, VerdictOutcome.B, VerdictOutcome.TIE)
    )
    decided = a + b + tie
    return Tally(
        a=share(a, decided),
        tie=share(tie, decided),
        b=share(b, decided),
        unreadable=len(outcomes) - decided,
        sign_p_value=float(binomtest(a, a + b).pvalue) if a + b else float("nan"),
        position=position_share(verdicts),
        agreement=share(*agreement) if agreement else None,
    )
