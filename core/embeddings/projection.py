"""A map: embeddings in the plane so that rows that are alike lie close together (UMAP; McInnes et al. 2018)."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.progress import Progress

if TYPE_CHECKING:
    from umap import UMAP

UMAP_NAME, PCA_NAME = "UMAP", "PCA"
FEWEST = 50  # rows below which neighbourhoods say nothing, and the two main directions are shown instead
FITTED = 20_000  # rows from which the plane is found; the others are placed into it
NEIGHBOURS = 15
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
    order = np.random.default_rng(seed).permutation(len(vectors))
    chosen, others = np.sort(order[:most_fitted]), np.sort(order[most_fitted:])
    points = np.empty((len(vectors), 2), np.float32)
    progress.update(0, 0, "Starting UMAP")
    reducer = _reducer(seed, progress, len(chosen))
    points[chosen] = reducer.fit_transform(vectors[chosen])
    reducer.tqdm_kwds["disable"] = True
    for start in range(0, len(others), PLACED_AT_ONCE):
        batch = others[start : start + PLACED_AT_ONCE]
        points[batch] = reducer.transform(vectors[batch])
        progress.update(len(chosen) + start + len(batch), len(vectors), "Projecting the other rows")
    return Projection(points, UMAP_NAME, len(chosen))


def _reducer(seed: int, progress: Progress, rows: int) -> "UMAP":
    from umap import UMAP

    told = {"file": _Rounds(progress, rows), "bar_format": "{n}/{total}", "mininterval": 0.2, "disable": False}
    return UMAP(
        n_neighbors=NEIGHBOURS,
        metric="cosine",
        init="pca",
        random_state=seed,
        n_jobs=1,  # a seed and several threads do not go together
        tqdm_kwds=told,
    )


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
