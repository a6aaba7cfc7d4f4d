"""Nearest neighbours of unit vectors: exact in blocks that fit into memory, approximate in very large datasets."""

from typing import TYPE_CHECKING

import numpy as np

from core.progress import Progress

if TYPE_CHECKING:
    import torch

BLOCK = 1_024
EXACT_ROWS = 200_000  # the exact search takes four times as long for twice the rows: minutes here, hours for a million
CANDIDATES = 30  # of each row in the approximate search, whose distances are computed exactly
_SEARCHING = "Finding nearest neighbours"


def knn_distances(vectors: np.ndarray, neighbour: int, progress: Progress, exact_rows: int = EXACT_ROWS) -> np.ndarray:
    """Euclidean distance of each unit vector to its i-th nearest other one (another row at the same place counts).

    Args:
        vectors: shape (n, dimensions), float32, unit length.
        neighbour: i, from 1.
        exact_rows: as `nearest_others`.

    Returns: shape (n,), float64; NaN where there are fewer than i others.

    Raises:
        Cancelled: `progress` said so.
    """
    if len(vectors) <= neighbour:
        return np.full(len(vectors), np.nan)
    others = nearest_others(vectors, neighbour, progress, exact_rows)
    return distances(vectors, vectors, others[:, -1:])[:, 0]


def nearest_others(vectors: np.ndarray, k: int, progress: Progress, exact_rows: int = EXACT_ROWS) -> np.ndarray:
    """The k nearest other vectors of each unit vector, nearest first.

    Args:
        vectors: shape (n, dimensions), float32, unit length, more than k of them.
        exact_rows: with more rows the neighbours are looked for by nearest-neighbour descent (Dong et al. 2011), which
            misses a few; docs/benchmarks.md has how many.

    Returns: their places, shape (n, k), int64.

    Raises:
        Cancelled: `progress` said so.
    """
    import torch

    every = torch.from_numpy(np.ascontiguousarray(vectors))
    candidates = _candidates(vectors, k, progress) if len(vectors) > exact_rows else None
    found = np.empty((len(vectors), k), np.int64)
    for start in range(0, len(vectors), BLOCK):
        own = torch.arange(start, min(start + BLOCK, len(vectors)))
        if candidates is None:
            similarity = every[start : start + BLOCK] @ every.T
            similarity[own - start, own] = -torch.inf
            found[start : start + BLOCK] = similarity.topk(k, dim=1).indices.numpy()
        else:
            found[start : start + BLOCK] = _nearest_of(every, candidates[start : start + BLOCK], own, k).numpy()
        progress.update(min(start + BLOCK, len(vectors)), len(vectors), _SEARCHING)
    return found


def nearest_among(vectors: np.ndarray, given: np.ndarray, k: int) -> np.ndarray:
    """The k nearest of the given unit vectors of each of these, nearest first: their places, shape (n, k), int64."""
    import torch

    every = torch.from_numpy(np.ascontiguousarray(given))
    blocks = torch.from_numpy(np.ascontiguousarray(vectors)).split(BLOCK)
    return torch.cat([(block @ every.T).topk(k, dim=1).indices for block in blocks]).numpy()


def distances(vectors: np.ndarray, given: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Euclidean distances of vectors to those of the given ones that stand at these places.

    Taken from the difference: 2 − 2·similarity loses its digits where neighbours are close.

    Args:
        vectors: shape (n, dimensions).
        given: shape (m, dimensions).
        neighbours: places among the given, shape (n, k).

    Returns: shape (n, k), float64.
    """
    found = np.empty(neighbours.shape)
    for start in range(0, len(vectors), BLOCK):
        block, near = vectors[start : start + BLOCK].astype(np.float64), neighbours[start : start + BLOCK]
        for i in range(near.shape[1]):
            found[start : start + BLOCK, i] = np.linalg.norm(block - given[near[:, i]], axis=1)
    return found


def _nearest_of(every: "torch.Tensor", candidates: "torch.Tensor", own: "torch.Tensor", k: int) -> "torch.Tensor":
    """The k nearest others among candidates, both of shape (block, number)."""
    import torch

    similarity = (every[candidates] * every[own][:, None]).sum(dim=2)
    similarity[candidates == own[:, None]] = -torch.inf
    return candidates.gather(1, similarity.topk(k, dim=1).indices)


def _candidates(vectors: np.ndarray, k: int, progress: Progress) -> "torch.Tensor":
    """Near vectors of each, mostly the nearest, shape (n, candidates)."""
    import torch
    from pynndescent import NNDescent

    progress.update(0, len(vectors), "Building the nearest-neighbour index")
    index = NNDescent(vectors, n_neighbors=max(CANDIDATES, k + 2), random_state=0)
    return torch.from_numpy(index.neighbor_graph[0].astype(np.int64))
