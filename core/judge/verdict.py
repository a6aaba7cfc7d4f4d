"""Verdicts: read strictly from a reply's last line, and put together over both orders."""

import re
from enum import StrEnum


class Verdict(StrEnum):
    """Which of the answers, in the order shown, is the better one."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    UNREADABLE = "unreadable"


class VerdictOutcome(StrEnum):
    """What came of one instruction: which model's answer is better."""

    A = "A"
    B = "B"
    TIE = "tie"
    UNREADABLE = "unreadable"


_MARKS = r"[\s*_`\"'\[\](){}.]*"
_LAST_LINE = re.compile(
    rf"{_MARKS}(?:(?:[Ff]inal )?(?:[Vv]erdict|[Dd]ecision|[Aa]nswer){_MARKS}:?{_MARKS})?(A|B|[Tt]ie|TIE){_MARKS}"
)
_READ = {"A": Verdict.FIRST, "B": Verdict.SECOND, "TIE": Verdict.TIE}


def read_verdict(reply: str) -> Verdict:
    """The verdict of a reply whose last line is A, B or tie, such as `**A**`, `[[B]]` or `Verdict: tie`.

    A reply that ends in anything else is unreadable: no verdict is guessed from its words.
    """
    lines = [line for line in reply.splitlines() if line.strip()]
    found = _LAST_LINE.fullmatch(lines[-1]) if lines else None
    return _READ[found.group(1).upper()] if found else Verdict.UNREADABLE


def outcome(a_first: Verdict, b_first: Verdict) -> VerdictOutcome:
    """A model wins only where it does so in both orders; a judge that changes its mind has seen no difference.

    Args:
        a_first: the verdict where A's answer was shown first.
        b_first: the verdict where B's was.
    """
    if Verdict.UNREADABLE in (a_first, b_first):
        return VerdictOutcome.UNREADABLE
    if (a_first, b_first) == (Verdict.FIRST, Verdict.SECOND):
        return VerdictOutcome.A
    if (a_first, b_first) == (Verdict.SECOND, Verdict.FIRST):
        return VerdictOutcome.B
    return VerdictOutcome.TIE


def seen_by_order(verdict: Verdict, a_first: bool) -> VerdictOutcome:
    """The outcome of a single verdict, whose order is known."""
    if verdict in (Verdict.TIE, Verdict.UNREADABLE):
        return VerdictOutcome(str(verdict))
    return VerdictOutcome.A if (verdict is Verdict.FIRST) == a_first else VerdictOutcome.B
