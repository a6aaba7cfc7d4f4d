"""What a way of choosing declares of itself."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from core.errors import SelectionError
from core.own_code import Origin
from core.selection.diversity import Diversity


@dataclass(frozen=True)
class Among:
    """Among which rows a way chooses, where scores that cost little tell: the others need none of its other scores.

    Attributes:
        needs: indicators that tell, some of those of the way.
        rows: candidates, all of which have these scores, to whether each is one of the rows, shape (candidates,).
    """

    needs: tuple[str, ...]
    rows: Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Way:
    """One way of choosing rows: a ranking, and how the best are spread.

    Attributes:
        name: a lower-case word, kept in saved selections: `loss_drop`.
        title: for people: `Loss drop`.
        definition: one or two sentences for the user.
        source: paper and section, or publication.
        rank: (candidates, seed) to a value a row, lowest first, NaN for rows that may not be kept. The candidates have
            dataset_id, row_id and the columns of `needs`, all of them known, and the index that the values must have.
            The values depend on candidates and seed only.
        needs: indicators that must be scored. A row without one of them is not ranked.
        among: which rows alone are ranked; None for all.
        order: where it stands in lists.
        diversity, center_pool: how the best are spread, where the selection asks for no diversity itself.
        origin: of one of the user's own; None for those of the studio.
    """

    name: str
    title: str
    definition: str
    source: str
    rank: Callable[[pd.DataFrame, int], pd.Series]
    needs: tuple[str, ...] = ()
    order: int = 100
    diversity: Diversity = Diversity.NONE
    center_pool: float = 3.0
    among: Among | None = None
    origin: Origin | None = None

    @property
    def code(self) -> str:
        """The digest of the code of one of the user's own, else ""."""
        return self.origin.digest if self.origin else ""

    def values(self, candidates: pd.DataFrame, seed: int) -> pd.Series:
        """The value of each candidate, lowest first; NaN where it lacks a score or may not be kept.

        Raises:
            SelectionError: an indicator that the way needs is not among the columns.
        """
        if lacking := [name for name in self.needs if name not in candidates]:
            raise SelectionError(
                f"“{self.title}” needs scores of {', '.join(lacking)}.",
                mend="Score these indicators first, or choose another way.",
            )
        known = candidates[self.considered(candidates)].dropna(subset=list(self.needs))
        return self.rank(known, seed).reindex(candidates.index).astype(float)

    def considered(self, candidates: pd.DataFrame) -> pd.Series:
        """Which candidates may be ranked once they have all scores, shape (candidates,)."""
        if self.among is None:
            return pd.Series(True, candidates.index)
        told = candidates.dropna(subset=list(self.among.needs))
        return self.among.rows(told).reindex(candidates.index, fill_value=True).astype(bool)
