"""Clusters: rows that lie densely together on a map (HDBSCAN; Campello, Moulavi and Sander 2013)."""

from dataclasses import dataclass

import numpy as np

from core.progress import Progress

SAMPLED = 20_000  # rows among which clusters are looked for: four times the time for twice the rows
FEWEST = 50  # rows in which none is looked for
SMALLEST = 10  # rows of a cluster
SMALLEST_SHARE = 0.01  # of the rows: a map has some two dozen clusters, whatever its size
UNLIMITED, LARGEST_SHARE = 100, 0.2  # a cluster has at most so many rows or, if that is more, this share of them
NEIGHBOURS = 10  # of a row, by which HDBSCAN measures how densely it lies
NONE = 0  # in place of a cluster's number


@dataclass(frozen=True)
class Clusters:
    """The cluster of each row, shape (rows,), int32: from 1, the largest first, 0 for none; found in how many rows."""

    numbers: np.ndarray
    sampled: int

    @property
    def count(self) -> int:
        return int(self.numbers.max(initial=NONE))


def find_clusters(points: np.ndarray, progress: Progress, seed: int = 0, most_sampled: int = SAMPLED) -> Clusters:
    """Find clusters among places in the plane. The same places in the same order have the same clusters.

    Args:
        points: shape (rows, 2).
        most_sampled: with more rows, clusters are found in a sample of so many, and each of the others is in that of
            the nearest row of the sample.

    Raises:
        Cancelled: `progress` said so.
    """
    from scipy.spatial import KDTree

    numbers = np.full(len(points), NONE, np.int32)
    if len(points) < FEWEST:
        return Clusters(numbers, len(points))
    order = np.random.default_rng(seed).permutation(len(points))
    chosen, others = np.sort(order[:most_sampled]), order[most_sampled:]
    progress.update(0, len(points), "Finding clusters")
    numbers[chosen] = _largest_first(_hdbscan(points[chosen]))
    if len(others):
        numbers[others] = numbers[chosen][KDTree(points[chosen]).query(points[others])[1]]
    progress.update(len(points), len(points), "Finding clusters")
    return Clusters(numbers, len(chosen))


def _hdbscan(points: np.ndarray) -> np.ndarray:
    """Labels from 0, −1 for none. Without a largest size, one heap far apart makes a single cluster of all others."""
    from sklearn.cluster import HDBSCAN

    smallest = max(SMALLEST, round(SMALLEST_SHARE * len(points)))
    largest = max(UNLIMITED, round(LARGEST_SHARE * len(points)))
    method = HDBSCAN(min_cluster_size=smallest, min_samples=NEIGHBOURS, max_cluster_size=largest, copy=True)
    return np.asarray(method.fit_predict(points))


def _largest_first(labels: np.ndarray) -> np.ndarray:
    """Numbers by size from 1, of labels from 0 with −1 for none; of two that are as large the first label's first."""
    sizes = np.bincount(labels[labels >= 0])
    number = np.full(len(sizes) + 1, NONE, np.int32)  # the last one is label −1
    number[np.argsort(-sizes, kind="stable")] = np.arange(1, len(sizes) + 1)
    return number[labels]
