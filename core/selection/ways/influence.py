"""The highest influence on the guide questions."""

from core.selection.ways.base import Way

WAY = Way(
    name="influence",
    title="Influence",
    definition="The rows whose gradient points most as that of the guide questions does.",
    source="LESS, arXiv 2402.04333, without the momentum term",
    order=8,
    needs=("influence",),
    rank=lambda candidates, seed: -candidates["influence"],
)
