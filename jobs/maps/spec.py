"""What a job that makes a map is to do, frozen when it is enqueued."""

from dataclasses import dataclass
from typing import Any

from core.values import NotNegative, Seed, Value
from jobs.maps.kind import KIND
from jobs.queue.spec import read_spec, with_header

MAP_SPEC_VERSION = 1


@dataclass(frozen=True)
class MapSpec(Value):
    """A map to be made.

    Attributes:
        dataset_ids: of the datasets that it shows.
        embedding_model: whose embeddings.
        rows: how many different ones.
    """

    title: str
    dataset_ids: tuple[int, ...]
    embedding_model: str
    rows: NotNegative
    seed: Seed = 0

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return with_header(KIND.name, MAP_SPEC_VERSION, super().as_dict())

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "MapSpec":
        """The specification that `as_dict` gave.

        Raises:
            JobError: it is of another kind, or of another version of this program.
        """
        return read_spec(cls, KIND.name, MAP_SPEC_VERSION, content, "Start it again on the Map page.")
