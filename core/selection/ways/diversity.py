"""Rows that cover the embedding space, whatever their scores."""

from core.selection.diversity import Diversity
from core.selection.ways.base import Way
from core.selection.ways.random import shuffled

WAY = Way(
    name="diversity",
    title="Diversity (k-center)",
    definition="From a random first row on, always the row farthest from all kept ones, over all candidates.",
    source="Gonzalez 1985; Sener and Savarese 2018, arXiv 1708.00489",
    order=6,
    rank=shuffled,
    diversity=Diversity.K_CENTER,
    center_pool=1e12,
)
