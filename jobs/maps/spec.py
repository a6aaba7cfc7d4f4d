"""What a job that makes a map is to do, frozen when it is enqueued."""

from dataclasses import asdict, dataclass
from typing import Any

from jobs.maps.kind import KIND
from jobs.queue.spec import with_header, without_header

MAP_SPEC_VERSION = 1


@dataclass(frozen=True)
class MapSpec:
    """A map to be made.

    Attributes:
        dataset_ids: of the datasets that it shows.
        embedding_model: whose embeddings.
        rows: how many different ones.
    """

    title: str
    dataset_ids: tuple[int, ...]
    embedding_model: str
    rows: int
    seed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return with_header(KIND.name, MAP_SPEC_VERSION, asdict(self))

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "MapSpec":
        """The specification that `as_dict` gave.

        Raises:
            JobError: it is of another kind, or of another version of this program.
        """
        fields = without_header(KIND.name, MAP_SPEC_VERSION, content, mend="Start it again on the Map page.")
        return cls(**fields | {"dataset_ids": tuple(fields["dataset_ids"])})
