"""Rows whose response is neither likely nor unlikely."""

import numpy as np
import pandas as pd

from core.selection.ways.base import Way


def rank(candidates: pd.DataFrame, seed: int) -> pd.Series:
    """Distance of log perplexity from its median."""
    log = np.log(candidates["perplexity"])
    return (log - log.median()).abs()


WAY = Way(
    name="middle_perplexity",
    title="Middle perplexity",
    definition="The rows whose log perplexity is nearest to its median over the candidates.",
    source="Marion et al. 2023, arXiv 2309.04564",
    order=5,
    needs=("perplexity",),
    rank=rank,
)
