"""What a proof found, as values: losses by side, differences by comparison, and what they amount to."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.experiments.proof.contrast import Contrast, GainShare
from core.experiments.proof.plan import Arm, ProofDesign

FEWEST_UNITS = 3  # sub-pools or draws below which their spread is not known well enough to test against


class Ruling(StrEnum):
    """How a comparison ends, and a proof by that with random rows."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "not shown to be better"
    TOO_FEW = "too few sub-pools or draws"
    UNMEASURED = "not measured yet"


@dataclass(frozen=True)
class ArmLoss:
    """One side: its losses in nats per response token by sub-pool or draw, and their mean."""

    arm: Arm
    draws: tuple[int, ...]
    losses: tuple[float, ...]

    @property
    def mean(self) -> float:
        return float(np.mean(self.losses))


@dataclass(frozen=True)
class Comparison:
    """The selection less another side; on the transfer part, too, where there is one."""

    against: Arm
    found: Contrast
    transfer: Contrast | None = None

    @property
    def ruling(self) -> Ruling:
        if self.found.units < FEWEST_UNITS:
            return Ruling.TOO_FEW
        if self.found.high < 0:
            return Ruling.BETTER
        return Ruling.WORSE if self.found.low > 0 else Ruling.NOT_SHOWN


@dataclass(frozen=True)
class Proof:
    """All that the verdict rests on.

    Attributes:
        arms: those of which at least one model is measured, the untuned model's loss apart.
        comparisons: the selection against each other side.
        gain: what tuning on random rows gains: their loss less that of the untuned model; None without either.
        share: the gain of the selection over random rows as a multiple of that, where it is clear.
        by_length: how much of the difference to random rows length-matched ones have, too.
        measured, wanted: models.
        overlap: the share of rows that two sub-pools have in common.
        flattered: a sentence where the rule was learned on questions that the proof asks, else "".
    """

    design: ProofDesign
    arms: tuple[ArmLoss, ...]
    comparisons: tuple[Comparison, ...]
    gain: Contrast | None
    share: GainShare | None
    by_length: float | None
    untuned: float | None
    measured: int
    wanted: int
    overlap: float = 0.0
    flattered: str = ""
    verdict: str = ""

    @property
    def ruling(self) -> Ruling:
        """Against random rows."""
        against = self.against(Arm.RANDOM)
        return against.ruling if against else Ruling.UNMEASURED

    def arm(self, wanted: Arm) -> ArmLoss | None:
        return next((each for each in self.arms if each.arm is wanted), None)

    def against(self, wanted: Arm) -> Comparison | None:
        return next((each for each in self.comparisons if each.against is wanted), None)
