"""Choosing rows that are not all alike, over their embeddings."""

from collections.abc import Callable, Sequence

import numpy as np

from core.progress import Progress

BLOCK = 512
FETCH = 16 * BLOCK
Embed = Callable[[Sequence[int] | np.ndarray], np.ndarray]


def nearest_chosen(
    embeddings: Embed,
    order: np.ndarray,
    accept: Callable[[int, float], bool],
    wanted: int,
    progress: Progress,
) -> None:
    """Offer rows best first, each with its greatest cosine similarity to those accepted before it (DEITA, 2312.15685).

    Args:
        embeddings: unit vectors of rows by number, shape (rows, dimensions).
        order: row numbers, best first.
        accept: called with a row's place in `order` and that similarity (−1 for the first); says whether it is taken.
        wanted: stop when so many are taken.
    """
    taken = np.empty((0, 0), np.float32)
    count = 0
    for start in range(0, len(order), BLOCK):
        if start % FETCH == 0:
            fetched = embeddings(order[start : start + FETCH])
        vectors = fetched[start % FETCH : start % FETCH + BLOCK]
        if not len(taken):
            taken = np.empty((min(wanted, len(order)), vectors.shape[1]), np.float32)
        before = (vectors @ taken[:count].T).max(axis=1) if count else np.full(len(vectors), -1.0, np.float32)
        within = vectors @ vectors.T
        accepted = np.zeros(len(vectors), bool)
        for i in range(len(vectors)):
            here = within[i, :i][accepted[:i]].max(initial=-1.0)
            accepted[i] = accept(start + i, float(max(before[i], here)))
            if accepted[i]:
                taken[count] = vectors[i]
                count += 1
                if count >= wanted:
                    return
        progress.update(start + len(vectors), len(order), "Comparing rows with kept rows")


def k_center(vectors: np.ndarray, k: int, progress: Progress, given: int = 1) -> np.ndarray:
    """Greedy k-center: from the first vectors on, always the one farthest from all chosen (Gonzalez 1985).

    The greatest distance of any vector to its nearest chosen one is at most twice the least that k centers can reach.

    Args:
        vectors: unit vectors, shape (n, dimensions), the best row first.
        given: how many of the first vectors are centers without being asked, at least one.

    Returns: the chosen places in the order of choice, shape (min(k, n),).
    """
    chosen = np.zeros(min(k, len(vectors)), dtype=np.int64)
    nearest = np.full(len(vectors), np.inf, dtype=np.float32)
    for i in range(1, len(chosen)):
        np.minimum(nearest, 1.0 - vectors @ vectors[chosen[i - 1]], out=nearest)
        nearest[chosen[:i]] = -1.0
        chosen[i] = i if i < given else int(nearest.argmax())
        if i % 64 == 0:
            progress.update(i, len(chosen), "Selecting diverse rows (k-center)")
    return chosen
