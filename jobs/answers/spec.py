"""What a job that makes answers is to do, and its input: the prompts without an answer, and each model's adapter.

`input/prompts.parquet` (side, key, instruction, input), `input/adapter-0/` and `input/adapter-1/` (PEFT folders, none
for a model before tuning); `parts/answers-00000.parquet` for the store.
"""

from dataclasses import dataclass
from typing import Any

from core.comparison.spec import ComparisonSpec
from core.values import NotNegative, Positive, Value
from jobs.answers.kind import KIND
from jobs.queue.spec import read_spec, with_header

ANSWERS_SPEC_VERSION = 1


@dataclass(frozen=True)
class AnswersSpec(Value):
    """A job that makes the answers of a comparison.

    Attributes:
        rows: answers that are not known yet, of both sides.
        batch_rows: prompts of one step. The same prompts stay together in every run of the job, so that a bfloat16
            model words its answers the same way.
    """

    title: str
    comparison: ComparisonSpec
    rows: NotNegative
    batch_rows: Positive = 8

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return with_header(KIND.name, ANSWERS_SPEC_VERSION, super().as_dict())

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "AnswersSpec":
        """The specification that `as_dict` gave.

        Raises:
            JobError: it is of another kind, or of another version of this program.
        """
        return read_spec(cls, KIND.name, ANSWERS_SPEC_VERSION, content, "Start it again on the Compare page.")


def adapter_name(side: int) -> str:
    """Where a side's adapter is within the input."""
    return f"adapter-{side}"
