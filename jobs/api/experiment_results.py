"""What the studio's Python interface gives back of experiments, proofs, searches of the size and tournaments."""

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from core.store import SavedExperiment
from jobs.api.results import plain

if TYPE_CHECKING:
    from core.experiments.proof.contrast import Contrast
    from core.experiments.proof.outcome import Proof
    from core.experiments.size.verdict import SizeVerdict
    from core.experiments.tournament.standings import Standings
    from jobs.experiments.state import ExperimentState


@dataclass(frozen=True, eq=False)
class ExperimentResult:
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
class ProofResult:
    """A proof: its experiment, and what it came to so far."""

    ran: ExperimentResult
    proof: "Proof"

    @property
    def verdict(self) -> str:
        """In a sentence or two."""
        return self.proof.verdict

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return self.ran.as_dict() | proof_as_dict(self.proof)


@dataclass(frozen=True, eq=False)
class SizeSearchResult:
    """A search of the size: its experiment, and what it came to so far."""

    ran: ExperimentResult
    verdict: "SizeVerdict"

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return self.ran.as_dict() | sizes_as_dict(self.verdict)


@dataclass(frozen=True, eq=False)
class TournamentResult:
    """A tournament: its experiment, and where it stands."""

    ran: ExperimentResult
    standings: "Standings"

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return self.ran.as_dict() | standings_as_dict(self.standings)


def proof_as_dict(proof: "Proof") -> dict[str, Any]:
    """What a proof came to, as JSON values; differences in nats per response token."""
    sides = [{"side": str(each.arm), "mean_loss": each.mean, "losses": list(each.losses)} for each in proof.arms]
    comparisons = [
        {"against": str(each.against), "ruling": str(each.ruling), **_contrast(each.found)}
        | ({"transfer": _contrast(each.transfer)} if each.transfer else {})
        for each in proof.comparisons
    ]
    return {
        "design": str(proof.design),
        "ruling": str(proof.ruling),
        "verdict": proof.verdict,
        "sides": sides,
        "comparisons": comparisons,
        "untuned": proof.untuned,
        "share_of_random_gain": asdict(proof.share) if proof.share else None,
        "explained_by_length": proof.by_length,
    }


def _contrast(found: "Contrast") -> dict[str, Any]:
    return {name: value if math.isfinite(value) else None for name, value in asdict(found).items()}


def sizes_as_dict(verdict: "SizeVerdict") -> dict[str, Any]:
    """What a search of the size came to, as JSON values."""
    return {
        "verdict": verdict.told,
        "best_rows": verdict.best.rows if verdict.best else None,
        "as_good": list(verdict.alike),
        "sizes": [
            {"rows": each.rows, "loss": each.loss, "adjusted_p": verdict.adjusted.get(each.rows)}
            for each in verdict.sizes
        ],
    }


def standings_as_dict(found: "Standings") -> dict[str, Any]:
    """Where a tournament stands, as JSON values."""
    lines = [
        {
            "way": each.entrant,
            "role": str(each.role),
            "round": each.round + 1,
            "rows": each.rows,
            "response_tokens": each.tokens,
            "loss": each.loss,
            "losses": list(each.losses),
            "to_random": None if each.to_random is None else each.to_random.mean,
            "low": None if each.to_random is None else each.to_random.low,
            "high": None if each.to_random is None else each.to_random.high,
            "out": each.out,
        }
        for each in found.lines
    ]
    return {"verdict": found.told, "winner": found.winner, "standings": plain(pd.DataFrame(lines))}
