"""Random rows: the baseline that every other way has to beat."""

import numpy as np
import pandas as pd

from core.selection.ways.base import Way


def shuffled(candidates: pd.DataFrame, seed: int) -> pd.Series:
    """A place in a random order for each row; of rows in the order of their content it is the same in every store."""
    return pd.Series(np.random.default_rng(seed).permutation(len(candidates)), candidates.index)


WAY = Way(
    name="random",
    title="Random",
    definition="Rows drawn at random with the seed. The baseline.",
    source="arXiv 2410.09335 finds most scores level with it at scale",
    order=0,
    rank=shuffled,
)
