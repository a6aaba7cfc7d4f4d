"""Two models side by side: which they are, how they answer, and what each answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.finetune.settings import TuningSettings
from core.models.generation import AnswerSettings
from core.models.profiles import profile
from core.values import Door, NotNegative, Seed, Value, read

USUAL_INSTRUCTIONS = 40  # that both models answer


@dataclass(frozen=True)
class ComparedModel(Value):
    """A model tuned on one set of an experiment; number 0 is the model before tuning.

    Attributes:
        title: the set's name.
        experiment: the experiment's name.
        job_id: of the experiment, in whose folder the adapter is.
        tuning: gives the precision and the prompt template with which the model answers.
    """

    title: str
    experiment: str
    job_id: str
    number: NotNegative
    profile: str
    tuning: TuningSettings

    @property
    def key(self) -> str:
        """Under which its answers are kept: models before tuning are the same in every experiment."""
        precision = str(self.tuning.precision)
        if self.number == 0:
            return f"{profile(self.profile).language_model.label} {precision}"
        return f"{self.job_id}.{self.number:04d} {precision}"

    @property
    def label(self) -> str:
        """The set and its experiment in one line."""
        return f"{self.title} ({self.experiment})"


@dataclass(frozen=True)
class ComparisonSpec(Value):
    """What is compared.

    Attributes:
        models: A and B.
        evaluation: name of the evaluation set whose instructions are asked.
        seed: with which the instructions were drawn, and by which people see them in mixed order.
    """

    models: tuple[ComparedModel, ComparedModel]
    answers: AnswerSettings
    evaluation: str
    seed: Seed = 0

    @property
    def title(self) -> str:
        """What it is called where nobody names it."""
        return f"{self.models[0].title} vs. {self.models[1].title}"[:120]

    def answer_key(self, side: int) -> tuple[str, str]:
        """Model and settings under which the answers of side 0 or 1 are kept."""
        model = self.models[side]
        return model.key, json.dumps({"template": model.tuning.template} | self.answers.as_dict(), sort_keys=True)


def compared_models(spec: Mapping[str, Any], name: str = "") -> ComparisonSpec:
    """What a comparison that is kept compares.

    Raises:
        ValueRefused: it is damaged.
    """
    return read(ComparisonSpec, spec, f"The comparison “{name}”: " if name else "comparison", Door.STORE)
