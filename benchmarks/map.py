"""Maps: exact neighbours handed to UMAP, against UMAP by itself and Embedding Atlas's projection.

    python -m benchmarks.map [DATASETS | VECTORS.npy] [--rows 2000] [--most-fitted 20000] [--atlas PYTHON]

Each way lays out the same vectors twice in a process of its own, on one thread: cold, with what it loads and compiles,
and warm. Rows are those of DATASETS, a folder with `train/*.jsonl` in Alpaca form, or made. PYTHON is that of an
environment in which embedding-atlas is installed. Seconds are of CPU.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.neighbours import made_vectors
from core.embeddings.compiled import VARIABLE
from core.embeddings.projection import FITTED, NEIGHBOURS
from core.environment import read_environment
from core.models.chunk import Chunk
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.paths import PROJECT
from core.rows.row import Row

SAMPLE, BLOCK = 3_000, 500
# Each is a function of the vectors; the first line is what it loads.
WAYS = {
    "ours": """
from core.embeddings.projection import project; from core.progress import Silent
def lay_out(vectors, most_fitted): return project(vectors, Silent(), most_fitted=most_fitted).points
""",
    "UMAP by itself": """
from umap import UMAP
def lay_out(vectors, most_fitted):
    reducer = UMAP(n_neighbors=15, metric="cosine", init="pca", random_state=0, n_jobs=1)
    order = numpy.random.default_rng(0).permutation(len(vectors))
    chosen, others = numpy.sort(order[:most_fitted]), numpy.sort(order[most_fitted:])
    points = numpy.empty((len(vectors), 2), numpy.float32)
    points[chosen] = reducer.fit_transform(vectors[chosen])
    for start in range(0, len(others), 5000):
        points[others[start : start + 5000]] = reducer.transform(vectors[others[start : start + 5000]])
    return points
""",
    "Embedding Atlas": """
from embedding_atlas.projection import _run_umap
def lay_out(vectors, most_fitted): return _run_umap(vectors, umap_args={"random_state": 0}).projection
""",
}
TWICE = """
import json, sys, time
import numpy
vectors, seconds = numpy.load(sys.argv[1]), []
for turn in range(2):
    began = time.process_time()
    if not turn:
        {way}
    points = lay_out(vectors, int(sys.argv[3]))
    seconds.append(time.process_time() - began)
numpy.save(sys.argv[2], points)
print(json.dumps(seconds))
"""


def real_vectors(folder: Path, rows: int) -> np.ndarray:
    """Embeddings of different rows of all files, in an order of their own."""
    lines = [line for file in sorted((folder / "train").glob("*.jsonl")) for line in file.open("rb")]
    found = {}
    for place in np.random.default_rng(0).permutation(len(lines)):
        row = json.loads(lines[place])
        made = Row(row["instruction"], row.get("input") or "", row["output"])
        found.setdefault(made.key, made)
    pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    return Chunk(list(found.values())[:rows], pool).embeddings


def trustworthiness(vectors: np.ndarray, points: np.ndarray, k: int = NEIGHBOURS) -> float:
    """How far neighbours in the plane are neighbours by their vectors, from 0 to 1 (Venna and Kaski 2001).

    Over a sample of the rows, each among all.
    """
    n, intruding = len(vectors), 0
    sample = np.random.default_rng(1).choice(n, min(SAMPLE, n), replace=False)
    for start in range(0, len(sample), BLOCK):
        block = sample[start : start + BLOCK]
        own = np.arange(len(block))
        apart = -(vectors[block] @ vectors.T)
        in_plane = ((points[block, None] - points[None]) ** 2).sum(axis=2)
        apart[own, block], in_plane[own, block] = -np.inf, np.inf
        near = np.argpartition(in_plane, k, axis=1)[:, :k]
        ordered, looked_up = np.sort(apart, axis=1), np.take_along_axis(apart, near, axis=1)
        ranks = np.array([np.searchsorted(*each) for each in zip(ordered, looked_up, strict=True)])
        intruding += np.maximum(ranks - k, 0).sum()
    return 1 - 2 / (len(sample) * k * (2 * n - 3 * k - 1)) * intruding


def run(way: str, python: str, vectors: Path, most_fitted: int) -> tuple[list[float], np.ndarray]:
    """CPU seconds of the first and of the second time, and the places."""
    code = TWICE.format(way=WAYS[way].strip().replace("\n", "\n        "))
    one = dict.fromkeys(("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    made = vectors.with_name("points.npy")
    command = [python, "-W", "ignore", "-c", code, str(vectors), str(made), str(most_fitted)]
    told = subprocess.run(command, cwd=PROJECT, env=os.environ | one, capture_output=True, text=True, check=True)
    return json.loads(told.stdout.splitlines()[-1]), np.load(made)


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("source", type=Path, nargs="?")
    lines.add_argument("--rows", type=int, default=2_000)
    lines.add_argument("--most-fitted", type=int, default=FITTED)
    lines.add_argument("--atlas", default="")
    chosen = lines.parse_args()
    os.environ.setdefault(VARIABLE, str(read_environment(os.environ).paths.compiled))
    if chosen.source is None:
        vectors = made_vectors(chosen.rows)
    elif chosen.source.suffix == ".npy":
        vectors = np.load(chosen.source)[: chosen.rows]
    else:
        vectors = real_vectors(chosen.source, chosen.rows)
    print(f"{len(vectors):,} rows, {min(len(vectors), chosen.most_fitted):,} fitted", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vectors.npy"
        np.save(file, vectors)
        first = None
        for way in WAYS:
            python = chosen.atlas if way == "Embedding Atlas" else sys.executable
            if not python:
                continue
            (cold, warm), points = run(way, python, file, chosen.most_fitted)
            first = first or (cold, warm)
            print(
                f"  {way}: cold {cold:.1f} s, warm {warm:.1f} s ({cold / first[0]:.1f} and {warm / first[1]:.1f} times "
                f"ours), trustworthiness {trustworthiness(vectors, points):.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
