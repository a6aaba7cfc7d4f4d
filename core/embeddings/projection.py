"""A map: embeddings in the plane so that rows that are alike lie close together (UMAP; McInnes et al. 2018)."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.embeddings.compiled import load_umap
from core.embeddings.nearest_neighbours import distances, nearest_among, nearest_others
from core.progress import Progress, WithoutBar

if TYPE_CHECKING:
    from umap import UMAP

UMAP_NAME, PCA_NAME = "UMAP", "PCA"
FEWEST = 50  # rows below which neighbourhoods say nothing, and the two main directions are shown instead
FITTED = 20_000  # rows from which the plane is found; the others are placed into it
NEIGHBOURS = 15  # of each row, itself among them
PLACED_AT_ONCE = 5_000


@dataclass(frozen=True)
class Projection:
    """Places in the plane, shape (rows, 2), float32; how they were found and from how many rows."""

    points: np.ndarray
    method: str
    fitted: int


def project(vectors: np.ndarray, progress: Progress, seed: int = 0, most_fitted: int = FITTED) -> Projection:
    """Lay rows out in the plane. The same vectors in the same order get the same places.

    Args:
        vectors: unit vectors, shape (rows, dimensions), at least one.
        most_fitted: rows from which the plane is found, drawn at random where there are more.

    Raises:
        Cancelled: `progress` said so.
    """
    if len(vectors) < FEWEST:
        return Projection(_main_directions(vectors), PCA_NAME, len(vectors))
    from core.embeddings.compilation import told_while_compiling  # numba takes a second that few rows do not need

    with told_while_compiling(progress):
        return _by_neighbours(vectors, progress, seed, most_fitted)


def _by_neighbours(vectors: np.ndarray, progress: Progress, seed: int, most_fitted: int) -> Projection:
    order = np.random.default_rng(seed).permutation(len(vectors))
    chosen, others = np.sort(order[:most_fitted]), np.sort(order[most_fitted:])
    points = np.empty((len(vectors), 2), np.float32)
    reducer = _reducer(vectors[chosen], seed, progress)
    points[chosen] = reducer.fit_transform(vectors[chosen])
    reducer.tqdm_kwds["disable"] = True
    for start in range(0, len(others), PLACED_AT_ONCE):
        batch = others[start : start + PLACED_AT_ONCE]
        points[batch] = reducer.transform(vectors[batch])
        progress.update(len(chosen) + start + len(batch), len(vectors), "Projecting the other rows")
    return Projection(points, UMAP_NAME, len(chosen))


def _reducer(vectors: np.ndarray, seed: int, progress: Progress) -> "UMAP":
    """UMAP with exact neighbours: its own search calls Python for each pair of few rows, and misses some of many."""
    others = nearest_others(vectors, NEIGHBOURS - 1, WithoutBar(progress))
    neighbours = np.column_stack([np.arange(len(vectors)), others])
    progress.update(0, 0, "Starting UMAP")
    told = {"file": _Rounds(progress, len(vectors)), "bar_format": "{n}/{total}", "mininterval": 0.2, "disable": False}
    return load_umap().UMAP(
        n_neighbors=NEIGHBOURS,
        metric="cosine",
        init="pca",
        random_state=seed,
        n_jobs=1,  # a seed and several threads do not go together
        precomputed_knn=(neighbours, _cosine_distances(vectors, vectors, neighbours), _ExactIndex(vectors)),
        tqdm_kwds=told,
    )


def _cosine_distances(vectors: np.ndarray, given: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """1 − cosine of unit vectors, float32, shape as `neighbours`: half the square of the Euclidean distance."""
    return (distances(vectors, given, neighbours) ** 2 / 2).astype(np.float32)


class _ExactIndex:
    """The nearest fitted rows of further ones, asked as UMAP's `transform` asks an index of pynndescent."""

    _angular_trees = True  # that distances are cosines

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors = vectors

    def query(self, vectors: np.ndarray, k: int, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
        """Places of the k nearest and cosine distances to them, both of shape (n, k); exact whatever `epsilon`."""
        neighbours = nearest_among(vectors, self._vectors, k)
        return neighbours, _cosine_distances(vectors, self._vectors, neighbours)


class _Rounds:
    """The file to which UMAP's progress bar is written: each `12/200` becomes a report."""

    def __init__(self, progress: Progress, rows: int) -> None:
        self._progress, self._rows = progress, rows

    def write(self, text: str) -> None:
        found = re.search(r"(\d+)/(\d+)", text)
        if found:
            done, total = int(found[1]), int(found[2])
            self._progress.update(done * self._rows // total, self._rows, f"Computing the map: epoch {done} of {total}")

    def flush(self) -> None:
        """Nothing is held back."""


def _main_directions(vectors: np.ndarray) -> np.ndarray:
    """The rows in the plane of greatest variance; a direction that there is not is zero."""
    from sklearn.decomposition import PCA

    points = np.zeros((len(vectors), 2), np.float32)
    directions = min(2, *vectors.shape)
    points[:, :directions] = PCA(directions, svd_solver="full").fit_transform(vectors)
    return points
