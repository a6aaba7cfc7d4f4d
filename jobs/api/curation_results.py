"""What a curation takes, and what it came to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.workspace.curation import Curation

if TYPE_CHECKING:
    from core.experiments.plan import ExperimentPlan
    from core.experiments.proof.verdict import Proof
    from core.experiments.tournament.standings import Standings
    from core.finetune.speed import Speed


@dataclass(frozen=True)
class CurationCost:
    """What a curation takes, about.

    Attributes:
        plan: how its models are tuned.
        models: tuned at most.
        seconds: None while the speed of this computer is not known.
        disk_bytes: of the cache of the lower layers; None while the model's files are not here.
    """

    plan: "ExperimentPlan"
    models: int
    seconds: float | None
    disk_bytes: int | None
    speed: "Speed | None"


@dataclass(frozen=True)
class CurationResult:
    """A curation and what its parts came to; None for what is not there yet, or belongs to a quick one not at all."""

    curation: Curation
    standings: "Standings | None"
    proof: "Proof | None"

    @property
    def way(self) -> str:
        """The title of the way that chose the rows; "" before one has."""
        from core.selection.ways import ways

        name = self.curation.way
        return ways()[name].title if name in ways() else name

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        from jobs.api.experiment_results import proof_as_dict, standings_as_dict

        found = self.curation.as_dict()
        found["standings"] = standings_as_dict(self.standings) if self.standings else None
        found["proof"] = proof_as_dict(self.proof) if self.proof else None
        return found
