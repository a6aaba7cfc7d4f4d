"""How far to trust an indicator: with whom it was compared, and how well it agreed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Agreement:
    """One measurement against people or GPT-4 on data that the indicator was not fitted on.

    Attributes:
        compared_with: on what, a phrase: `win rates of 23 systems`.
        measure: what `value` is: `Spearman`, `share ordered rightly`.
        count: of how many pairs, systems or rows.
        reference: what to compare it with, `length alone` or `UniEval`; "" for nothing.
        reference_value: the same measure of the reference.
    """

    compared_with: str
    measure: str
    value: float
    count: int
    reference: str = ""
    reference_value: float | None = None

    @property
    def sentence(self) -> str:
        """`win rates of 23 systems: Spearman 0.81 (length alone 0.73)`."""
        beside = f" ({self.reference} {self.reference_value:.2f})" if self.reference_value is not None else ""
        return f"{self.compared_with}: {self.measure} {self.value:.2f}{beside}"


@dataclass(frozen=True)
class Trust:
    """Where an indicator's number comes from and how well it agrees.

    Attributes:
        source: what makes the number, a sentence.
        weak: whether it agrees too little to select by it alone.
        agreements: what was measured; none where nothing was.
    """

    source: str
    weak: bool
    agreements: tuple[Agreement, ...] = ()

    @property
    def sentence(self) -> str:
        """All of it in one line for a caption or tooltip."""
        measured = "; ".join(each.sentence for each in self.agreements) or "not compared with human ratings"
        return (
            f"{'Weak: do not select by this indicator alone. ' if self.weak else ''}{self.source} Measured: {measured}."
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Trust":
        agreements = tuple(Agreement(**each) for each in values["agreements"])
        return cls(values["source"], values["weak"], agreements)
