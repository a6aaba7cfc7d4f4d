"""Distances to the i-th nearest neighbour: exact in blocks that fit into memory, approximate in very large datasets."""

from typing import TYPE_CHECKING

import numpy as np

from core.progress import Progress

if TYPE_CHECKING:
    import torch

BLOCK = 1_024
EXACT_ROWS = 200_000  # the exact search takes four times as long for twice the rows: minutes here, hours for a million
CANDIDATES = 30  # of each row in the approximate search, whose distances are computed exactly


def knn_distances(vectors: np.ndarray, neighbour: int, progress: Progress, exact_rows: int = EXACT_ROWS) -> np.ndarray:
    """Euclidean distance of each unit vector to its i-th nearest other one (another row at the same place counts).

    Args:
        vectors: shape (n, dimensions), float32, unit length.
        neighbour: i, from 1.
        exact_rows: with more rows the neighbours are looked for by nearest-neighbour descent (Dong et al. 2011), which
            misses a few; docs/benchmarks.md has how many.

    Returns: shape (n,), float64; NaN where there are fewer than i others.

    Raises:
        Cancelled: `progress` said so.
    """
    import torch

    distances = np.full(len(vectors), np.nan)
    if len(vectors) <= neighbour:
        return distances
    every = torch.from_numpy(np.ascontiguousarray(vectors))
    candidates = _candidates(vectors, neighbour, progress) if len(vectors) > exact_rows else None
    for start in range(0, len(vectors), BLOCK):
        block = every[start : start + BLOCK]
        near = None if candidates is None else candidates[start : start + BLOCK]
        place = _nearest(every, block, start, neighbour) if near is None else _nearest_of(every, near, start, neighbour)
        # Taken from the difference: 2 − 2·similarity loses its digits where neighbours are close.
        distances[start : start + len(block)] = (block.double() - every[place].double()).norm(dim=1).numpy()
        progress.update(min(start + BLOCK, len(vectors)), len(vectors), "Finding nearest neighbours")
    return distances


def _nearest(every: "torch.Tensor", block: "torch.Tensor", start: int, neighbour: int) -> "torch.Tensor":
    """Which vector is the i-th nearest other one of each of a block that begins at `start`."""
    import torch

    similarity = block @ every.T
    own = torch.arange(len(block))
    similarity[own, start + own] = -torch.inf
    return similarity.topk(neighbour, dim=1).indices[:, -1]


def _nearest_of(every: "torch.Tensor", candidates: "torch.Tensor", start: int, neighbour: int) -> "torch.Tensor":
    """The same among candidates, shape (block, candidates)."""
    import torch

    own = torch.arange(start, start + len(candidates))
    similarity = (every[candidates] * every[own][:, None]).sum(dim=2)
    similarity[candidates == own[:, None]] = -torch.inf
    return candidates.gather(1, similarity.topk(neighbour, dim=1).indices[:, -1:])[:, 0]


def _candidates(vectors: np.ndarray, neighbour: int, progress: Progress) -> "torch.Tensor":
    """Near vectors of each, mostly the nearest, shape (n, candidates)."""
    import torch
    from pynndescent import NNDescent

    progress.update(0, len(vectors), "Building the nearest-neighbour index")
    index = NNDescent(vectors, n_neighbors=max(CANDIDATES, neighbour + 2), random_state=0)
    return torch.from_numpy(index.neighbor_graph[0].astype(np.int64))
