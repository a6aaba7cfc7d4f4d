"""What the studio's Python interface gives back of experiments, proofs and searches of the size."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from core.store import SavedExperiment
from jobs.api.results import plain

if TYPE_CHECKING:
    from core.experiments.proof.verdict import Proof
    from core.experiments.size.verdict import SizeVerdict
    from jobs.experiments.state import ExperimentState


@dataclass(frozen=True, eq=False)
class Ran:
    """An experiment and how far it is.

    Attributes:
        status: queued, running, done, failed, paused or cancelled.
        sets: a line a set, number 0 for the untuned model: number, name, rows, status, loss in nats per token (NaN
            before it is measured), seconds, error.
    """

    number: int
    name: str
    status: str
    sets: pd.DataFrame

    @classmethod
    def of(cls, saved: SavedExperiment, state: "ExperimentState", measured: pd.DataFrame) -> Self:
        """From where it stands and its losses so far."""
        losses = measured.set_index("number")["loss_per_example"].to_dict()
        lines = [
            (s.plan.number, s.plan.name, s.plan.rows, s.status, losses.get(s.plan.number, math.nan), s.seconds, s.error)
            for s in state.sets
        ]
        columns = ["number", "name", "rows", "status", "loss", "seconds", "error"]
        return cls(saved.experiment_id, saved.name, state.status, pd.DataFrame(lines, columns=columns))

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"experiment": self.number, "name": self.name, "status": self.status, "sets": plain(self.sets)}


@dataclass(frozen=True, eq=False)
class Proved:
    """A proof: its experiment, and what it came to so far."""

    ran: Ran
    proof: "Proof"

    @property
    def verdict(self) -> str:
        """In a sentence or two."""
        return self.proof.verdict

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        sides = [
            {"side": str(each.arm), "mean_loss": each.mean, "losses": list(each.losses)} for each in self.proof.arms
        ]
        return self.ran.as_dict() | {"ruling": str(self.proof.ruling), "verdict": self.verdict, "sides": sides}


@dataclass(frozen=True, eq=False)
class Sized:
    """A search of the size: its experiment, and what it came to so far."""

    ran: Ran
    verdict: "SizeVerdict"

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        sizes = [{"rows": each.rows, "loss": each.loss} for each in self.verdict.sizes]
        return self.ran.as_dict() | {
            "verdict": self.verdict.told,
            "best_rows": self.verdict.best.rows if self.verdict.best else None,
            "as_good": list(self.verdict.alike),
            "sizes": sizes,
        }
