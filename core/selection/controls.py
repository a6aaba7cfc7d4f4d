"""Random rows that are like a selection in one respect: what a selection has to beat to be more than that."""

from bisect import bisect_left

import numpy as np
import pandas as pd

from core.errors import SelectionError
from core.selection.spec import TOKENS

NEAR = 8  # rows among which one is drawn: fewer would often draw the very row that is to be matched
CALIPER = 0.1  # share of a length beyond which another is not near


def matched_in_length(candidates: pd.DataFrame, reference: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Random rows, as many as the reference has, with responses of the same lengths.

    Nearest-neighbour matching within a caliper (Cochran and Rubin 1973), without replacement: for each row of the
    reference, the longest first, one of the eight rows nearest in length, within 10 %, is drawn; of those the ones that
    bring the sums of both sides closer. Where none is so near it is the nearest. The reference's own rows are rows of
    the pool like all others, so that few are left to choose among where the reference has most of the longest.

    Args:
        candidates: dataset_id, row_id, output_length; rows without a length are passed over, and a pair that stands in
            several datasets counts once.
        reference: dataset_id, row_id, each among the candidates, no pair twice.

    Returns: dataset_id, row_id.

    Raises:
        SelectionError: a row of the reference has no length.
    """
    pool = candidates.dropna(subset=[TOKENS]).drop_duplicates("row_id")
    lengths = reference[["row_id"]].merge(pool[["row_id", TOKENS]], on="row_id")[TOKENS].to_numpy(float)
    if len(lengths) < len(reference):
        raise SelectionError(
            f"{len(reference) - len(lengths):,} of {len(reference):,} rows have no response length.",
            mend="Score output length first.",
        )
    random = np.random.default_rng(seed)
    pool = pool.iloc[random.permutation(len(pool))].sort_values(TOKENS, kind="stable")  # equal ones in random order
    return _pairs(pool.iloc[_matched(np.sort(lengths)[::-1], pool[TOKENS].to_numpy(float), random)])


def matched_in_source(candidates: pd.DataFrame, reference: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Random rows, of each dataset as many as the reference has.

    Args:
        candidates: dataset_id, row_id.
        reference: dataset_id, row_id.

    Returns: dataset_id, row_id; no pair twice.

    Raises:
        SelectionError: a dataset has too few rows.
    """
    random = np.random.default_rng(seed)
    shuffled = candidates.iloc[random.permutation(len(candidates))]
    wanted = reference["dataset_id"].value_counts()
    # Datasets with the fewest rows to spare first, as a pair that stands in two counts for one of them.
    spare = (shuffled["dataset_id"].value_counts().reindex(wanted.index, fill_value=0) - wanted).sort_values()
    taken: list[pd.DataFrame] = []
    seen: set[int] = set()
    for dataset in spare.index:
        own = shuffled[shuffled["dataset_id"] == dataset]
        own = own[~own["row_id"].isin(seen)].drop_duplicates("row_id").head(int(wanted[dataset]))
        if len(own) < wanted[dataset]:
            raise SelectionError(f"Dataset {dataset} has {len(own):,} of the {wanted[dataset]:,} rows to be drawn.")
        seen.update(own["row_id"])
        taken.append(own)
    return _pairs(pd.concat(taken) if taken else shuffled.head(0))


def _matched(wanted: np.ndarray, pool: np.ndarray, random: np.random.Generator) -> list[int]:
    """For each wanted length a place in the pool's ascending ones, none twice."""
    free, places = pool.tolist(), list(range(len(pool)))
    found, owed = [], 0.0
    for length in wanted:
        at = bisect_left(free, length)
        around = range(max(0, at - NEAR), min(len(free), at + NEAR))
        near = sorted(around, key=lambda place: abs(free[place] - length))[:NEAR]
        within = [place for place in near if abs(free[place] - length) <= CALIPER * length]
        mending = [place for place in within if (free[place] - length) * owed >= 0]
        among = mending or within or near[:1]
        chosen = among[int(random.integers(len(among)))]
        owed += length - free.pop(chosen)
        found.append(places.pop(chosen))
    return found


def _pairs(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[["dataset_id", "row_id"]].reset_index(drop=True)
