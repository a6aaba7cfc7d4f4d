"""What came of choosing: the kept rows, and the others each with the reason why it was dropped."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from core.selection.spec import SelectionSpec
from core.selection.within_range import LeverageLimit, Limit


class DropReason(StrEnum):
    """Why a row was not kept."""

    NO_SCORE = "no score"
    LEFT_OUT = "left out by the way of choosing"
    DUPLICATE = "the same pair in another dataset"
    LOWER_RANK = "lower rank"
    QUOTA = "quota of its dataset is full"
    NEAR_DUPLICATE = "near-duplicate of a kept row"
    TOO_SIMILAR = "too similar to a kept row"
    NOT_A_CENTER = "others cover the data better"
    BY_HAND = "dropped by hand"
    BEYOND_RANGE = "beyond what the rule was learned on"


@dataclass(frozen=True)
class Selection:
    """What was kept and what was not.

    Attributes:
        kept: dataset_id, row_id, rank (from 0, best first), value (by which it was ranked).
        dropped: dataset_id, row_id, reason.
        wanted: how many rows were asked for.
        limits: beyond which rows were passed over, to stay within what the rule was learned on.
        tokens: of the kept rows' responses, as far as they are counted; None where no row's are.
        leverage: by which rows were passed over, as the whole would be too far from the sets the rule was learned on.
    """

    spec: SelectionSpec
    kept: pd.DataFrame
    dropped: pd.DataFrame
    wanted: int
    limits: tuple[Limit, ...] = ()
    tokens: int | None = None
    leverage: LeverageLimit | None = None

    @property
    def considered(self) -> int:
        return len(self.kept) + len(self.dropped)

    @property
    def rankable(self) -> int:
        """How many rows have every score that the ranking needs."""
        return self.considered - self.reasons.get(str(DropReason.NO_SCORE), 0)

    @property
    def kept_ratio(self) -> float:
        return len(self.kept) / self.considered if self.considered else 0.0

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows each reason dropped, most first."""
        return {str(reason): int(count) for reason, count in self.dropped["reason"].value_counts().items()}

    @property
    def shortfall(self) -> int:
        """How many rows fewer than asked for could be kept."""
        return max(0, self.wanted - len(self.kept))

    def summary(self) -> dict[str, Any]:
        """For the store: counts and ratios without the rows."""
        datasets, counts = np.unique(self.kept["dataset_id"], return_counts=True)
        return {
            "kept": len(self.kept),
            "considered": self.considered,
            "wanted": self.wanted,
            "reasons": self.reasons,
            "by_dataset": {str(d): int(n) for d, n in zip(datasets, counts, strict=True)},
            **({} if self.tokens is None else {"tokens": self.tokens}),
        }
