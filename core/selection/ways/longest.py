"""The longest responses."""

from core.selection.ways.base import Way

WAY = Way(
    name="longest",
    title="Longest responses",
    definition="The rows with the most response tokens. Hard to beat at equal rows; compare at equal tokens.",
    source="arXiv 2402.04833",
    order=1,
    needs=("output_length",),
    rank=lambda candidates, seed: -candidates["output_length"],
)
