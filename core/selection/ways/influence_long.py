"""Influence among the longer half of the responses."""

import pandas as pd

from core.selection.ways.base import Among, Way


def longest_half(candidates: pd.DataFrame) -> pd.Series:
    return candidates["output_length"] >= candidates["output_length"].median()


WAY = Way(
    name="influence_long",
    title="Influence among the longest half",
    definition="The rows with the highest influence of those whose response is at least as long as the median.",
    source="LESS, arXiv 2402.04333; arXiv 2402.04833",
    order=10,
    needs=("influence", "output_length"),
    rank=lambda candidates, seed: -candidates["influence"],
    among=Among(("output_length",), longest_half),
)
