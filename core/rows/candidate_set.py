"""A candidate set: rows on which one model is tuned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pandas as pd

UNTUNED = 0  # the number under which the losses of the model before tuning are kept
UNTUNED_NAME = "untuned"


class Kind(StrEnum):
    """How a candidate set was made."""

    DESIGNED = "designed"
    FUSED = "fused"
    HIERARCHICAL = "hierarchical"
    RANDOM = "random"
    SELECTION = "selection"
    WHOLE = "whole"
    BEST = "best"  # the first so many rows of a ranking


@dataclass(frozen=True)
class CandidateSet:
    """Rows on which one model is tuned.

    Attributes:
        members: dataset_id, row_id, in the order in which they were drawn.
        detail: how it came about, as JSON values: the r_i of a fused set, the level of a hierarchical one.
    """

    name: str
    kind: Kind
    members: pd.DataFrame
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.members)

    @property
    def composition(self) -> dict[int, int]:
        """How many rows each dataset gave."""
        return {int(str(d)): int(n) for d, n in self.members["dataset_id"].value_counts().sort_index().items()}
