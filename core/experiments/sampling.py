"""Candidate sets: datasets of different quality, made by mixing and by sorting what there is (paper, section 3.1).

Every way of making them is a pure function of the rows' numbers and a seed, so that a set can be made again anywhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import SelectionError
from core.rows.candidate_set import CandidateSet, Kind
from core.selection.quotas import share_out


def fused(pool: pd.DataFrame, sets: int, rows: int, seed: int) -> list[CandidateSet]:
    """The paper's multivariate design: for each set a random number r_i for each dataset, N·r_i/Σr_i rows of it.

    A dataset that has fewer rows than that gives all it has, and the others make up for it in proportion.

    Args:
        pool: dataset_id, row_id: all rows that may be drawn.
        sets: how many (78 in the paper).
        rows: N, of each (2,000 in the paper).

    Raises:
        SelectionError: the pool has fewer rows than a set wants.
    """
    refuse_small(pool, rows)
    groups = {int(str(d)): part["row_id"].to_numpy() for d, part in pool.groupby("dataset_id")}
    available = {d: len(ids) for d, ids in groups.items()}
    made = []
    for number in range(sets):
        generator = np.random.default_rng([seed, number])
        weights = {d: float(generator.random()) for d in groups}
        counts = share_out(rows, weights, available)
        parts = [
            pd.DataFrame({"dataset_id": d, "row_id": generator.choice(ids, counts[d], replace=False)})
            for d, ids in groups.items()
            if counts[d]
        ]
        members = pd.concat(parts, ignore_index=True)
        members = members.iloc[generator.permutation(len(members))].reset_index(drop=True)
        detail = {"r": {str(d): round(weight, 6) for d, weight in weights.items()}, "seed": seed, "number": number}
        made.append(CandidateSet(f"fused {number + 1:02d}", Kind.FUSED, members, detail))
    return made


def hierarchical(
    scored: pd.DataFrame, indicator: str, levels: int = 8, rows: int | None = None, seed: int = 0
) -> list[CandidateSet]:
    """The paper's univariate design: one dataset sorted by one indicator, highest first, cut into K levels.

    Args:
        scored: dataset_id, row_id and a column named after the indicator; rows without a value are left out.
        levels: K.
        rows: at most so many of each level, drawn at random; None for all of it.

    Raises:
        SelectionError: there are fewer rows with a value than levels.
    """
    known = scored.dropna(subset=[indicator])
    if len(known) < levels:
        raise SelectionError(
            f"Only {len(known)} rows have a score for {indicator}, too few for {levels} levels.",
            mend="Score the dataset, or use fewer levels.",
        )
    ordered = known.sort_values(indicator, ascending=False, kind="stable")
    made = []
    for level, places in enumerate(np.array_split(np.arange(len(ordered)), levels)):
        part = ordered.iloc[places]
        if rows is not None and rows < len(part):
            generator = np.random.default_rng([seed, level])
            part = part.iloc[np.sort(generator.choice(len(part), rows, replace=False))]
        detail = {"indicator": indicator, "level": level + 1, "of": levels, "mean": float(part[indicator].mean())}
        members = part[["dataset_id", "row_id"]].reset_index(drop=True)
        made.append(CandidateSet(f"{indicator} level {level + 1} of {levels}", Kind.HIERARCHICAL, members, detail))
    return made


def random_sets(pool: pd.DataFrame, sets: int, rows: int, seed: int) -> list[CandidateSet]:
    """Rows of the whole pool at random, every row as likely as any other.

    Raises:
        SelectionError: the pool has fewer rows than a set wants.
    """
    refuse_small(pool, rows)
    made = []
    for number in range(sets):
        chosen = np.random.default_rng([seed, number]).choice(len(pool), rows, replace=False)
        members = pool[["dataset_id", "row_id"]].iloc[chosen].reset_index(drop=True)
        made.append(CandidateSet(f"random {number + 1:02d}", Kind.RANDOM, members, {"seed": seed, "number": number}))
    return made


def of_selection(name: str, members: pd.DataFrame, detail: Mapping[str, Any]) -> CandidateSet:
    """The rows of a saved selection, best first.

    Raises:
        SelectionError: it has no rows.
    """
    if members.empty:
        raise SelectionError("This selection has no rows.", where=name, mend="Choose another one.")
    return CandidateSet(name, Kind.SELECTION, members[["dataset_id", "row_id"]].reset_index(drop=True), detail)


def set_means(sets: Sequence[CandidateSet], scores: pd.DataFrame, indicators: Sequence[str]) -> pd.DataFrame:
    """I_i(D), the mean of each indicator over each set (Equation 3), one line a set; missing scores are left out.

    Args:
        scores: dataset_id, row_id and a column for each indicator.

    Returns: name, kind, rows, and a column for each indicator.
    """
    known = scores.set_index(["dataset_id", "row_id"])[list(indicators)]
    lines = []
    for each in sets:
        found = known.reindex(pd.MultiIndex.from_frame(each.members[["dataset_id", "row_id"]]))
        lines.append({"name": each.name, "kind": str(each.kind), "rows": each.rows, **found.mean().to_dict()})
    return pd.DataFrame(lines)


def refuse_small(pool: pd.DataFrame, rows: int) -> None:
    """Refuse a set of more rows than there are.

    Raises:
        SelectionError: the pool has fewer rows than a set wants.
    """
    if rows < 1 or len(pool) < rows:
        raise SelectionError(
            f"A set of {rows:,} rows cannot be drawn from {len(pool):,} rows.",
            mend="Use fewer rows per set, or more data.",
        )
