"""What a scoring job is to do, frozen when it is enqueued."""

from dataclasses import dataclass
from typing import Any

from core.indicators.base import ScorerKey
from core.values import NotNegative, Positive, Value
from jobs.queue.spec import read_spec, with_header
from jobs.scoring.kind import KIND

SPEC_VERSION = 1


@dataclass(frozen=True)
class OwnCode(Value):
    """Where one of the user's own indicators comes from: a file in `input/own`, or an entry point.

    Attributes:
        digest: of the code at the time the job was enqueued; no other is run.
        entry: name of the entry point; "" for a file, which is called `label`.
    """

    label: str
    digest: str
    entry: str = ""


@dataclass(frozen=True)
class ScoringSpec(Value):
    """A scoring job.

    Attributes:
        dataset_rows: rows of the whole dataset, the pool of the indicators that compare rows.
        rows: rows that a model has to read, those in `input/rows.parquet`.
        scorers: for each indicator, the key under which its scores are kept.
        pool_fingerprint: of the dataset's rows, "" when no indicator compares them.
        embedding_model: under which name embeddings are kept, "" when none are made.
        chunk_rows, chunk_characters: the most that one step of the job scores.
        own: indicators of the user's own; without any, none is imported.
        guide: digest of the target's guide questions, in `input/guide.jsonl`; "" where no indicator depends on them.
        target: name of the evaluation set that they are of.
        targeted_rows: rows that lack an indicator that depends on the target, counted for each such indicator.
        max_gradient_bytes: that kept gradients of the dataset may take.
    """

    title: str
    dataset_id: int
    dataset_name: str
    dataset_rows: NotNegative
    rows: NotNegative
    profile: str
    scorers: tuple[ScorerKey, ...]
    pool_fingerprint: str
    embedding_model: str
    chunk_rows: Positive = 48
    chunk_characters: Positive = 48_000
    own: tuple[OwnCode, ...] = ()
    guide: str = ""
    target: str = ""
    targeted_rows: NotNegative = 0
    max_gradient_bytes: NotNegative = 8_000_000_000

    @property
    def indicators(self) -> tuple[str, ...]:
        return tuple(scorer.indicator for scorer in self.scorers)

    def scorer(self, indicator: str) -> ScorerKey:
        return next(scorer for scorer in self.scorers if scorer.indicator == indicator)

    def as_dict(self) -> dict[str, Any]:
        fields = super().as_dict()
        if not self.own:
            del fields["own"]
        return with_header(KIND.name, SPEC_VERSION, fields)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "ScoringSpec":
        """The specification that `as_dict` gave.

        Raises:
            JobError: it is of another kind, or of another version of this program.
        """
        return read_spec(cls, KIND.name, SPEC_VERSION, content, "Start it again on the Indicators page.")
