"""Influence, spread over the embedding space."""

from core.selection.diversity import Diversity
from core.selection.ways.base import Way

WAY = Way(
    name="influence_diverse",
    title="Influence with diversity",
    definition="Of three times as many rows as are wanted, those with the highest influence, the ones that cover the "
    "embedding space best.",
    source="LESS, arXiv 2402.04333; Gonzalez 1985",
    order=9,
    needs=("influence",),
    rank=lambda candidates, seed: -candidates["influence"],
    diversity=Diversity.K_CENTER,
    center_pool=3.0,
)
