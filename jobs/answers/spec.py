"""What a job that makes answers is to do, and its input: the prompts without an answer, and each model's adapter.

`input/prompts.parquet` (side, key, instruction, input), `input/adapter-0/` and `input/adapter-1/` (PEFT folders, none
for a model before tuning); `parts/answers-00000.parquet` for the store.
"""

from dataclasses import dataclass
from typing import Any

from core.comparison.spec import ComparisonSpec
from jobs.answers.kind import KIND
from jobs.queue.spec import with_header, without_header

ANSWERS_SPEC_VERSION = 1


@dataclass(frozen=True)
class AnswersSpec:
    """A job that makes the answers of a comparison.

    Attributes:
        rows: answers that are not known yet, of both sides.
        batch_rows: prompts of one step. The same prompts stay together in every run of the job, so that a bfloat16
            model words its answers the same way.
    """

    title: str
    comparison: ComparisonSpec
    rows: int
    batch_rows: int = 8

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return with_header(KIND.name, ANSWERS_SPEC_VERSION, plain | {"comparison": self.comparison.as_dict()})

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "AnswersSpec":
        """The specification that `as_dict` gave.

        Raises:
            JobError: it is of another kind, or of another version of this program.
        """
        fields = without_header(KIND.name, ANSWERS_SPEC_VERSION, content, mend="Start it again on the Compare page.")
        return cls(**fields | {"comparison": ComparisonSpec.from_dict(fields["comparison"])})


def adapter_name(side: int) -> str:
    """Where a side's adapter is within the input."""
    return f"adapter-{side}"
