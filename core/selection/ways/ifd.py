"""The highest IFD below 1, as Cherry LLM chooses."""

from core.selection.ways.base import Way

WAY = Way(
    name="ifd",
    title="IFD",
    definition="The rows with the highest instruction-following difficulty below 1. Rows from 1 on are never kept: "
    "their instruction does not help to predict the response.",
    source="Cherry LLM, arXiv 2308.12032",
    order=4,
    needs=("ifd",),
    rank=lambda candidates, seed: (-candidates["ifd"]).where(candidates["ifd"] < 1),
)
