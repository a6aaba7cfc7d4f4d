"""How far to trust an indicator: with whom it was compared, and how well it agreed."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Use(StrEnum):
    """What an indicator can be used for, as far as its agreement goes."""

    SOURCES = "ranks sources"
    ROWS = "ranks rows"
    FAULTS = "detects faults"


@dataclass(frozen=True)
class Agreement:
    """One measurement against people or GPT-4 on data that the indicator was not fitted on.

    Attributes:
        compared_with: on what, a phrase: `win rates of 23 systems`.
        measure: what `value` is: `Spearman`, `share ordered rightly`.
        count: of how many pairs, systems or rows.
        reference: what to compare it with, `length alone` or `UniEval`; "" for nothing.
        reference_value: the same measure of the reference.
        use: what the measurement tells the use for; None where none of these.
    """

    compared_with: str
    measure: str
    value: float
    count: int
    reference: str = ""
    reference_value: float | None = None
    use: Use | None = None

    @property
    def sentence(self) -> str:
        """`win rates of 23 systems: Spearman 0.81 (length alone 0.73)`."""
        beside = f" ({self.reference} {_signed(self.reference_value)})" if self.reference_value is not None else ""
        return f"{self.compared_with}: {self.measure} {_signed(self.value)}{beside}"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


MENTIONED = 2  # measurements of a use in one line; a table has all


@dataclass(frozen=True)
class Trust:
    """Where an indicator's number comes from and how well it agrees.

    Attributes:
        source: what makes the number, a sentence.
        weak: whether it agrees too little to select by it alone.
        agreements: what was measured, of each use the gravest first; none where nothing was.
        advice: what to use it for and what not, in sentences; "" where nothing is known.
    """

    source: str
    weak: bool
    agreements: tuple[Agreement, ...] = ()
    advice: str = ""

    @property
    def sentence(self) -> str:
        """What it can be used for, how far, and on what that was measured: for a tooltip."""
        return " ".join((self.use, self.basis) if self.use else (self.basis,))

    @property
    def use(self) -> str:
        """What to use it for and what not, "" where nothing is known."""
        weak = "Weak: do not select by this indicator alone." if self.weak else ""
        return " ".join(part for part in (weak, self.advice) if part)

    @property
    def basis(self) -> str:
        """Where its number comes from, and how well that agrees with what."""
        return " ".join((self.source, *self._measured()))

    def _measured(self) -> Iterator[str]:
        if not self.agreements:
            yield "Measured: not compared with human ratings."
        for use in (*Use, None):
            found = [each.sentence for each in self.agreements if each.use is use][:MENTIONED]
            if found:
                yield f"{use.value.capitalize() if use else 'Measured'}: {'; '.join(found)}."

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Trust":
        agreements = (each | {"use": Use(each["use"])} if each.get("use") else each for each in values["agreements"])
        return cls(
            values["source"],
            values["weak"],
            tuple(Agreement(**each) for each in agreements),
            values.get("advice", ""),
        )
