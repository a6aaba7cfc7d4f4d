"""Influence among the longer half of the responses."""

import pandas as pd

from core.selection.ways.base import Way


def rank(candidates: pd.DataFrame, seed: int) -> pd.Series:
    length = candidates["output_length"]
    return (-candidates["influence"]).where(length >= length.median())


WAY = Way(
    name="influence_long",
    title="Influence among the longest half",
    definition="The rows with the highest influence of those whose response is at least as long as the median.",
    source="LESS, arXiv 2402.04333; arXiv 2402.04833",
    order=10,
    needs=("influence", "output_length"),
    rank=rank,
)
