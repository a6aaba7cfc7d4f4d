"""Loss drop within bins of length, half by score and half at random, as ToV chooses."""

import numpy as np
import pandas as pd

from core.selection.ways.base import Way

BINS = 10


def rank(candidates: pd.DataFrame, seed: int) -> pd.Series:
    """Place of a row within its bin of length, as a share of the bin, so that every bin gives the same share.

    Within a bin the highest loss drop and a random row take turns.
    """
    chance = pd.Series(np.random.default_rng(seed).permutation(len(candidates)), candidates.index)
    length = candidates["output_length"]
    edges = np.unique(np.quantile(length, np.linspace(0, 1, BINS + 1)[1:-1])) if len(length) else np.empty(0)
    value = pd.Series(np.nan, candidates.index)
    for _, rows in candidates.groupby(np.searchsorted(edges, length.to_numpy(), side="right")):
        by_score = (-rows["loss_drop"]).sort_values(kind="stable").index
        value[by_turns(by_score, chance[rows.index].sort_values().index)] = (np.arange(len(rows)) + 0.5) / len(rows)
    return value


def by_turns(first: pd.Index, second: pd.Index) -> pd.Index:
    """Two orders of the same rows, interleaved: the best by the one, the best left by the other, and so on."""
    both = np.column_stack([first, second]).ravel()
    return pd.Index(both).drop_duplicates()


WAY = Way(
    name="loss_drop",
    title="Loss drop",
    definition="The rows whose loss falls most under a model tuned a little on the guide questions. The same share is "
    "kept of each of ten bins of response length, half of it by loss drop and half at random.",
    source="ToV, arXiv 2510.00386; TACS, arXiv 2605.09404",
    order=7,
    needs=("loss_drop", "output_length"),
    rank=rank,
)
