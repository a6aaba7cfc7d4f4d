"""What an experiment will take, about: tokens by the length of the texts, time by the measured speed."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.experiments.plan import ExperimentPlan
from core.finetune.speed import Speed
from core.models.prompts import CHARACTERS_PER_TOKEN
from core.rows.evaluation_set import EvaluationExample
from core.rows.row import Row

BYTES = 2  # of a number in half precision


@dataclass(frozen=True)
class Cost:
    """Tokens that an experiment puts through the model.

    Attributes:
        trained_tokens: in training, over all epochs.
        measured_tokens: in measuring, by all models.
        distinct_tokens: of all rows and evaluation examples, each once: what a cache of the lower layers holds.
    """

    trained_tokens: int
    measured_tokens: int
    models: int
    distinct_tokens: int = 0

    def cache_bytes(self, width: int) -> int:
        """How much disk the states of the lower layers take in half precision, `width` numbers a token."""
        return self.distinct_tokens * width * BYTES

    def seconds(self, speed: Speed) -> float:
        """How long it takes on one device."""
        tuning = self.trained_tokens / speed.trained_tokens_per_second
        measuring = self.measured_tokens / speed.measured_tokens_per_second
        return tuning + measuring + self.models * speed.load_seconds


def estimate(
    plan: ExperimentPlan,
    sample: Sequence[Row],
    drawn_rows: int,
    distinct_rows: int,
    examples: Sequence[EvaluationExample],
    sets: int,
) -> Cost:
    """About how many tokens an experiment takes.

    Args:
        sample: some rows of the sets, from which the mean length is taken.
        drawn_rows, distinct_rows: of all sets together.
        examples: on which every set and the untuned model are measured.
    """
    lengths = [min(_tokens(row.prompt) + _tokens(row.output), plan.max_tokens) for row in sample]
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    most = plan.max_evaluation_tokens
    measured = sum(min(_tokens(e.prompt), most) + min(_tokens(o), most) for e in examples for o in e.outputs)
    trained = round(mean * drawn_rows * plan.epochs)
    return Cost(trained, measured * (sets + 1), sets + 1, round(mean * distinct_rows) + measured)


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)
