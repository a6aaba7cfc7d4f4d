"""What an experiment is to do, frozen when it is enqueued: which sets, how to tune, on what to measure."""

from dataclasses import dataclass, replace
from typing import Any

from core.errors import JobError
from core.experiments.size.plan import SizePlan
from core.experiments.tournament.ladder import Ladder
from core.finetune.settings import TuningSettings
from core.values import NotNegative, Positive, Seed, Value
from jobs.experiments.kind import KIND
from jobs.queue.spec import read_spec, with_header

EXPERIMENT_SPEC_VERSION = 1


@dataclass(frozen=True)
class SetPlan(Value):
    """One candidate set of the experiment; number 0 with no rows is the untuned model.

    Attributes:
        tuning_seed: with which it is tuned; None for the experiment's own.
        source: the set of the input of which it is the first rows; 0 for that of its own number.
    """

    number: NotNegative
    name: str
    kind: str
    rows: NotNegative
    tuning_seed: Seed | None = None
    source: NotNegative = 0


@dataclass(frozen=True)
class ExperimentSpec(Value):
    """An experiment.

    Attributes:
        profile: whose language model is tuned.
        evaluation_name: of the evaluation set; its examples are in the job's folder.
        max_evaluation_tokens: the most of a prompt, and of a response, that is measured.
        priority: of its sets in the queue, 1 first; those of equal priority run in the order in which they came.
        max_cache_bytes: that the states of the layers below the tuned ones may take.
        search: of the subset size, in which sets come to those that are frozen here as it goes on; None for none.
        tournament: the sets of the input, of which those whose turn comes are added likewise; None for none.
    """

    title: str
    experiment_id: int
    profile: str
    tuning: TuningSettings
    evaluation_name: str
    max_evaluation_tokens: Positive
    sets: tuple[SetPlan, ...]
    priority: int = 10
    search: SizePlan | None = None
    tournament: Ladder | None = None
    max_cache_bytes: NotNegative = 0

    @property
    def most_sets(self) -> int:
        """How many sets there are, or may be at most."""
        growing = self.search or self.tournament
        return 1 + growing.most_models if growing else len(self.sets)

    @property
    def grows(self) -> bool:
        """Whether sets are added as it goes on."""
        return self.search is not None or self.tournament is not None

    def plan(self, number: int) -> SetPlan:
        """The plan of one set.

        Raises:
            JobError: there is no such set.
        """
        found = next((each for each in self.sets if each.number == number), None)
        if found is None:
            raise JobError(f"The experiment has no set {number}.", where=self.title, mend="Reload the page.")
        return found

    def tuning_of(self, number: int) -> TuningSettings:
        """How one set is tuned: as all are, with its own seed where it has one."""
        seed = self.plan(number).tuning_seed
        return self.tuning if seed is None else replace(self.tuning, seed=seed)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return with_header(KIND.name, EXPERIMENT_SPEC_VERSION, super().as_dict())

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "ExperimentSpec":
        """The specification that `as_dict` gave.

        Raises:
            JobError: it is of another kind, or of another version of this program.
        """
        mend = "Clone it on the Experiments page and start the copy."
        return read_spec(cls, KIND.name, EXPERIMENT_SPEC_VERSION, content, mend, what="experiment")
