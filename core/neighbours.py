"""Exact distances to the i-th nearest neighbour, in blocks that fit into memory."""

import numpy as np

from core.progress import Progress

BLOCK = 1_024


def knn_distances(vectors: np.ndarray, neighbour: int, progress: Progress) -> np.ndarray:
    """Euclidean distance of each unit vector to its i-th nearest other one (another row at the same place counts).

    Args:
        vectors: shape (n, dimensions), float32, unit length.
        neighbour: i, from 1.

    Returns: shape (n,), float64; NaN where there are fewer than i others.

    Raises:
        Cancelled: `progress` said so.
    """
    import torch

    distances = np.full(len(vectors), np.nan)
    if len(vectors) <= neighbour:
        return distances
    every = torch.from_numpy(np.ascontiguousarray(vectors))
    for start in range(0, len(vectors), BLOCK):
        block = every[start : start + BLOCK]
        similarity = block @ every.T
        own = torch.arange(len(block))
        similarity[own, start + own] = -torch.inf
        place = similarity.topk(neighbour, dim=1).indices[:, -1]
        # Taken from the difference: 2 − 2·similarity loses its digits where neighbours are close.
        distances[start : start + len(block)] = (block.double() - every[place].double()).norm(dim=1).numpy()
        progress.update(min(start + BLOCK, len(vectors)), len(vectors), "Looking for neighbours")
    return distances
