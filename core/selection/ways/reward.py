"""The highest rewards."""

from core.selection.ways.base import Way

WAY = Way(
    name="reward",
    title="Reward",
    definition="The rows with the highest reward.",
    source="arXiv 2307.06290, Table 1",
    order=3,
    needs=("reward",),
    rank=lambda candidates, seed: -candidates["reward"],
)
