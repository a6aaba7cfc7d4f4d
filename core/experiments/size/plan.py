"""A search of the subset size: which sizes of one ranking are tuned on, and when it ends.

The paper's later version looks for the size with BlendSearch (Wang et al. 2021, of FLAML) and ends at 2,532 of 100,000
rows. A grid of sizes is the plain alternative, and shows the whole curve.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from annotated_types import Ge

from core.errors import SelectionError
from core.selection.spec import Diversity, Quotas, SelectionSpec
from core.values import Door, NotNegative, Positive, Seed, Value, changed, read

if TYPE_CHECKING:
    from core.store import SavedSelection

KEPT_AS = "size search"  # under which name an experiment's plan holds that of a search
FEWEST_SIZES = 2


class SearchMethod(StrEnum):
    """What proposes the sizes."""

    BLEND_SEARCH = "BlendSearch"
    GRID = "grid"


@dataclass(frozen=True)
class SizePlan(Value):
    """What a search is to try, kept with its experiment.

    Attributes:
        selection_id, selection: whose ranking it is, and the name of that saved selection.
        lowest, highest: the range of sizes, in rows; of a grid, its ends.
        sizes: of a grid, ascending; empty for BlendSearch.
        most_sizes: how many BlendSearch tries at most.
        seeds: how often each size is tuned, with seeds `seed`, `seed` + 1 and so on.
        patience: end when so many sizes in a row are no better than the best before them; 0 for never.
        most_row_passes: cost cap, rows times epochs of all models together; 0 for none.
        most_minutes: cost cap, of tuning; 0 for none.
    """

    selection_id: int
    selection: str
    method: SearchMethod = SearchMethod.BLEND_SEARCH
    lowest: Positive = 16
    highest: Positive = 1_024
    sizes: tuple[Positive, ...] = ()
    most_sizes: Positive = 10
    seeds: Positive = 2
    seed: Seed = 0
    patience: NotNegative = 4
    most_row_passes: NotNegative = 50_000
    most_minutes: Annotated[float, Ge(0)] = 120.0

    @classmethod
    def of_selection(cls, saved: "SavedSelection", sizes: Sequence[int] = ()) -> Self:
        """The usual search: from an eighth of a selection's rows to four times as many, or as there are.

        Args:
            sizes: a grid in its place.

        Raises:
            ValueRefused: a size is no number of rows.
        """
        if sizes:
            plan = changed(cls(saved.selection_id, saved.name, SearchMethod.GRID), {"sizes": list(sizes)}, "search")
            grid = tuple(sorted(set(plan.sizes)))
            return replace(plan, sizes=grid, lowest=grid[0], highest=grid[-1], patience=0)
        lowest = max(4, saved.rows // 8)
        highest = max(lowest + 1, min(int(saved.summary["considered"]), 4 * saved.rows))
        return cls(saved.selection_id, saved.name, lowest=lowest, highest=highest)

    @property
    def most_models(self) -> int:
        """How many models are tuned at most."""
        return self.seeds * (len(self.sizes) if self.method is SearchMethod.GRID else self.most_sizes)

    @property
    def foreseen(self) -> tuple[int, ...]:
        """The sizes by which the cost is foreseen: those of the grid, or as many as BlendSearch may try, spread out."""
        return self.sizes if self.method is SearchMethod.GRID else log_grid(self.lowest, self.highest, self.most_sizes)

    def refuse_senseless(self, available: int, epochs: int) -> None:
        """Refuse a plan that can't find anything.

        Args:
            available: rows of the ranking.

        Raises:
            SelectionError: what is wrong with it.
        """
        first = self.lowest * self.seeds * epochs
        for wrong, what, mend in (
            (
                self.highest > available,
                f"The largest size is {self.highest:,} rows, but the ranking has {available:,}.",
                "Use smaller sizes.",
            ),
            (
                self.lowest >= self.highest or self.most_models < FEWEST_SIZES * self.seeds,
                "A search needs at least two sizes.",
                "Widen the range, or add sizes.",
            ),
            (
                0 < self.most_row_passes < first,
                f"The smallest size takes {first:,} row passes, more than the cap of {self.most_row_passes:,}.",
                "Raise the cap, or start with fewer rows.",
            ),
        ):
            if wrong:
                raise SelectionError(what, where=self.selection, mend=mend)

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.method is not SearchMethod.GRID:
            yield "sizes", "method=grid"
        else:
            yield "most_sizes", "method=BlendSearch"


def size_plan_of(spec: Mapping[str, Any]) -> SizePlan | None:
    """What an experiment is to search, by its specification; None where it is no search."""
    kept = spec.get("plan", {}).get(KEPT_AS)
    return read(SizePlan, kept, "search", Door.FORM) if kept else None


def log_grid(lowest: int, highest: int, count: int) -> tuple[int, ...]:
    """Sizes from lowest to highest, each about the same number of times the one before; rounded ones fall together."""
    return tuple(sorted({round(float(size)) for size in np.geomspace(lowest, highest, count)}))


def read_sizes(text: str) -> tuple[int, ...]:
    """The sizes that a user has typed, apart by commas or spaces, ascending and each once.

    Raises:
        SelectionError: something in it is no number of rows.
    """
    words = text.replace(",", " ").split()
    wrong = next((word for word in words if not word.isdecimal() or int(word) < 1), None)
    if wrong is not None:
        raise SelectionError(f"“{wrong}” is not a number of rows.", mend="Write sizes such as: 16, 32, 64.")
    return tuple(sorted({int(word) for word in words}))


def ranked_by(spec: SelectionSpec, rows: int) -> SelectionSpec:
    """How the best so many rows are chosen: as in the selection, without what gives each size rows of its own.

    Of shares between datasets and of k-center a smaller size is no part of a larger one; what they ask for is left
    out, so that a size differs from another by the rows that come on top only.

    Raises:
        SelectionError: it chooses by a way that is k-center, of which nothing would be left.
    """
    if spec.diversity is Diversity.NONE and spec.spread[0] is Diversity.K_CENTER:
        raise SelectionError(
            f"“{spec.known_way().title}” spreads its rows anew for each size, so there is no ranking to search along.",
            mend="Search the size of a selection by another way.",
        )
    quotas = spec.quotas if spec.quotas is Quotas.CUSTOM else Quotas.NONE
    diversity = Diversity.NONE if spec.diversity is Diversity.K_CENTER else spec.diversity
    return replace(spec, rows=rows, percent=None, quotas=quotas, diversity=diversity)


def left_aside(spec: SelectionSpec) -> Sequence[str]:
    """What of a selection `ranked_by` leaves out, in words."""
    found = ["equal shares of the datasets"] if spec.quotas is Quotas.EQUAL else []
    found += ["proportional shares of the datasets"] if spec.quotas is Quotas.PROPORTIONAL else []
    return [*found, *(["k-center"] if spec.diversity is Diversity.K_CENTER else [])]
