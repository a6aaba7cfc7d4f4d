"""KNN distances: exact in blocks, against the matmul rate and scikit-learn; the approximate search against the exact.

    python benchmarks/neighbours.py [DATASETS] [--rows 52000] [--threads 1]

Rows are unit vectors of 384 dimensions around centres, as embeddings of like texts are, or those of real rows.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.perplexity import matmul_rate, read_rows, timed
from core.embeddings.nearest_neighbours import CANDIDATES, knn_distances
from core.environment import read_environment
from core.models.chunk import Chunk
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.progress import Silent

WIDTH, NEIGHBOUR, CENTRES, SPREAD = 384, 6, 500, 0.8


def made_vectors(rows: int) -> np.ndarray:
    """Unit vectors around centres, float32."""
    generator = np.random.default_rng(0)
    centres, around = (generator.normal(size=(n, WIDTH)).astype(np.float32) for n in (CENTRES, rows))
    vectors = centres[generator.integers(0, CENTRES, rows)] + SPREAD * around
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def plain(vectors: np.ndarray) -> np.ndarray:
    """What a user would write: scikit-learn's exact search."""
    search = NearestNeighbors(n_neighbors=NEIGHBOUR + 1, algorithm="brute").fit(vectors)
    return search.kneighbors(vectors)[0][:, NEIGHBOUR]


def real_vectors(folder: Path, rows: int) -> np.ndarray:
    """Embeddings of real rows, as they are scored."""
    pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    return Chunk(read_rows(folder, rows), pool).embeddings


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("datasets", type=Path, nargs="?")
    lines.add_argument("--rows", type=int, default=52_000)
    lines.add_argument("--threads", type=int, default=1)
    chosen = lines.parse_args()
    torch.set_num_threads(chosen.threads)
    vectors = real_vectors(chosen.datasets, chosen.rows) if chosen.datasets else made_vectors(chosen.rows)
    floor = 2 * chosen.rows**2 * WIDTH / matmul_rate(torch.float32)
    exact, seconds = timed(lambda: knn_distances(vectors, NEIGHBOUR, Silent(), exact_rows=chosen.rows))
    print(f"{chosen.rows:,} rows, exact: {seconds:.1f} s, {floor / seconds:.0%} of the matmul rate", flush=True)
    theirs, plainly = timed(lambda: plain(vectors))
    apart = np.abs(theirs - exact).max()
    print(f"  scikit-learn: {plainly:.1f} s, {plainly / seconds:.2f} times as long, differs by {apart:.1e}", flush=True)
    found, quickly = timed(lambda: knn_distances(vectors, NEIGHBOUR, Silent(), exact_rows=0))
    right, most = np.isclose(found, exact, rtol=1e-6).mean(), (found / exact).max() - 1
    print(
        f"  approximate, {CANDIDATES} candidates: {quickly:.1f} s, {right:.2%} of the rows have the exact distance, "
        f"the others one that is {most:.2%} too large at most"
    )


if __name__ == "__main__":
    main()
