"""Influence for each token of training."""

import pandas as pd

from core.selection.ways.base import Way


def rank(candidates: pd.DataFrame, seed: int) -> pd.Series:
    """Influence over response tokens; rows without positive influence come after all others, by influence alone."""
    influence = candidates["influence"]
    return -(influence / candidates["output_length"].clip(lower=1)).where(influence > 0, influence)


WAY = Way(
    name="influence_per_token",
    title="Influence per token",
    definition="The rows with the highest influence divided by their response tokens. For a budget in tokens; at equal "
    "rows it prefers short responses.",
    source="LESS, arXiv 2402.04333, by cost",
    order=11,
    needs=("influence", "output_length"),
    rank=rank,
)
