"""Sub-pools of a selection's candidates, on each of which its choice is made anew at a smaller size.

Disjoint ones are independent, and so are preferred. Where they would leave too few rows to tune on, each is drawn at
random from the whole pool, so that two of them share rows. They are drawn without replacement, not as a bootstrap does:
a row that is there twice would be tuned on twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from core.errors import SelectionError
from core.selection.spec import SelectionSpec

FEWEST_ROWS = 16  # of a set, where disjoint sub-pools would give fewer they overlap
LARGEST = 0.5  # share of the pool that an overlapping sub-pool has at most
SPREAD = 0.95  # share of the pool that is selected above which random rows are nearly the same
FIRST_SEED = 10_000  # sub-pools and controls are drawn with seeds from here on, apart from a selection's own


@dataclass(frozen=True, eq=False)
class SubPools:
    """Parts of the candidates.

    Attributes:
        parts: the candidates of each, in their order.
        rows: how many the choice keeps of each.
        share: of the pool's rows that each has; disjoint ones need not have all of them together.
        disjoint: whether no two have a row in common; else two share `share` of their rows on average.
    """

    parts: tuple[pd.DataFrame, ...]
    rows: int
    share: float
    disjoint: bool


def subpools(
    candidates: pd.DataFrame, rows: int, count: int, seed: int, name: str = "", most_rows: int = 0
) -> SubPools:
    """Cut candidates into sub-pools; a pair that stands in two datasets is in one sub-pool with both.

    Args:
        candidates: row_id and more, a line a row.
        rows: how many the selection has of them all.
        name: of the selection.
        most_rows: that the choice keeps of each, at most; 0 for as many as there are.

    Raises:
        SelectionError: there is no row, or there are too few for that many sub-pools.
    """
    distinct = candidates["row_id"].drop_duplicates().to_numpy()
    refuse_all_alike(rows, len(distinct), name)
    share = min(LARGEST, max(1 / count, FEWEST_ROWS / rows)) if count > 1 else 1.0
    share = min(share, most_rows / rows) if most_rows else share
    disjoint = share <= 1 / count
    kept, size = round(rows * share), round(len(distinct) * share)
    if kept < 1 or size <= kept:
        raise SelectionError(
            f"{rows:,} of {len(distinct):,} rows are too few for {count} sub-pools.",
            where=name,
            mend="Use a larger selection, or fewer sub-pools.",
        )
    random = np.random.default_rng([FIRST_SEED, seed])
    if disjoint:
        order = random.permutation(distinct)
        chosen = np.array_split(order if share == 1 / count else order[: count * size], count)
    else:
        chosen = [random.choice(distinct, size, replace=False) for _ in range(count)]
    parts = [candidates[candidates["row_id"].isin(each)].reset_index(drop=True) for each in chosen]
    return SubPools(tuple(parts), kept, share, disjoint)


def scaled(spec: SelectionSpec, rows: int, share: float) -> SelectionSpec:
    """The same choice of so many rows; a budget of tokens and quotas of its own become as much smaller, none 0."""
    budget = None if spec.tokens is None else max(1, round(spec.tokens * share))
    quotas = tuple((dataset, -int(-most * share // 1)) for dataset, most in spec.custom_quotas)
    return replace(spec, rows=rows if budget is None else None, percent=None, tokens=budget, custom_quotas=quotas)


def refuse_all_alike(rows: int, pool: int, name: str) -> None:
    """Refuse a selection beside which random rows show nothing.

    Raises:
        SelectionError: it has no row, or nearly all of its pool.
    """
    if not rows:
        raise SelectionError("All rows of this selection have been deleted.", where=name, mend="Choose another one.")
    if not pool or rows / pool > SPREAD:
        raise SelectionError(
            f"The selection has {rows:,} of the {pool:,} rows of its pool, so random rows would be nearly the same.",
            where=name,
            mend="Use a selection with a smaller share of its pool.",
        )


def likeness(selected: Sequence[set[int]], control: Sequence[set[int]]) -> float:
    """How the differences of two sub-pools correlate by the rows that their sets have in common, 0 for disjoint ones.

    The worth of rows is taken to be independent, and what tuning adds to be nothing, which makes it rather too large.

    Args:
        selected, control: row numbers of the sets, one a sub-pool.
    """

    def shared(one: set[int], other: set[int]) -> float:
        return len(one & other) / np.sqrt(len(one) * len(other))

    found = []
    for i, j in combinations(range(len(selected)), 2):
        alike = shared(selected[i], selected[j]) + shared(control[i], control[j])
        alike -= shared(selected[i], control[j]) + shared(selected[j], control[i])
        own = [2 - 2 * shared(selected[k], control[k]) for k in (i, j)]
        found.append(alike / np.sqrt(own[0] * own[1]) if min(own) > 0 else 0.0)
    return float(np.clip(np.mean(found), 0, 0.99)) if found else 0.0
