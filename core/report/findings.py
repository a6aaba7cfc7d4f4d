"""The paper's findings as data, and how far a result of one's own agrees with one."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("findings.toml")


class Certainty(StrEnum):
    """How a published result is known here."""

    SURE = "sure"
    RECALLED = "recalled"  # believed true, not checked against the paper

    @property
    def told(self) -> str:
        """What stands beside a published result: nothing where it is sure."""
        return "recalled, not checked" if self is Certainty.RECALLED else ""


@dataclass(frozen=True)
class DesignFact:
    """One choice of the paper's experiments."""

    what: str
    published: str
    certainty: Certainty


@dataclass(frozen=True)
class Finding:
    """One published result.

    Attributes:
        about: an indicator, or what else it is about within its section.
        statement: what the paper found, of the log loss.
        sign: of the number that the statement is about, 1 or -1; 0 where it has no direction.
    """

    about: str
    statement: str
    sign: int
    certainty: Certainty


class ReplicationStatus(StrEnum):
    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNTOLD = "inconclusive"


@dataclass(frozen=True)
class Own:
    """A number of one's own beside a finding.

    Attributes:
        what: which number, of how much: `Pearson r, 24 fused sets`.
        low, high: its 95% interval; NaN where none is known.
        p: against 0, two-sided; NaN where it is not known.
    """

    what: str
    estimate: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class ComparedFinding:
    """A finding beside what one's own runs say of it.

    Attributes:
        own: None where nothing can be said of it yet.
        why: why it can't be told; "" where it can.
    """

    finding: Finding
    own: Own | None
    agreement: ReplicationStatus
    why: str = ""

    @classmethod
    def by_sign(cls, finding: Finding, own: Own | None, lacking: str = "") -> "ComparedFinding":
        """Agreement in sign, where the interval of the own number leaves only one.

        Args:
            lacking: why there is no own number.
        """
        if own is None or own.estimate != own.estimate:
            return cls(finding, None, ReplicationStatus.UNTOLD, lacking)
        if own.low != own.low:
            return cls(finding, own, ReplicationStatus.UNTOLD, "no interval")
        if own.low <= 0 <= own.high:
            return cls(finding, own, ReplicationStatus.UNTOLD, "the interval includes 0")
        return cls(
            finding, own, ReplicationStatus.AGREES if own.estimate * finding.sign > 0 else ReplicationStatus.DISAGREES
        )

    @property
    def told(self) -> str:
        """`agrees`, or `can't be told: the interval spans 0`."""
        return f"{self.agreement}: {self.why}" if self.why else str(self.agreement)


@cache
def design_facts() -> tuple[DesignFact, ...]:
    """How the paper's experiments were made."""
    return tuple(DesignFact(**{**each, "certainty": Certainty(each["certainty"])}) for each in _published()["design"])


@cache
def findings(section: str) -> tuple[Finding, ...]:
    """The findings of a section: `univariate`, `rule`, `unseen` or `judge`."""
    return tuple(Finding(**{**each, "certainty": Certainty(each["certainty"])}) for each in _published()[section])


@cache
def _published() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
