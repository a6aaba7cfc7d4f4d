"""Clusters of a map: HDBSCAN over a sample of many rows, against HDBSCAN over all of them.

    python -m benchmarks.clusters [--rows 1000 20000 200000] [--whole 80000]

Places are drawn around 60 middles of different spread, a tenth of them anywhere. Both ways run in this process, that
over all rows up to `--whole` of them. How far they agree is the adjusted Rand index over the rows that both have in a
cluster. Names are made of words that are as rare as in a language (Zipf). Seconds are of CPU.
"""

import argparse
import time

import numpy as np
from sklearn.metrics import adjusted_rand_score

from core.embeddings.clusters import NONE, SAMPLED, find_clusters
from core.progress import Silent
from core.rows.cluster_names import cluster_names

MIDDLES, WORDS, WORDS_OF_A_ROW = 60, 2_000, 60


def made_places(rows: int) -> np.ndarray:
    """Shape (rows, 2), float32."""
    drawn = np.random.default_rng(0)
    middles, spread = drawn.uniform(0, 20, (MIDDLES, 2)), drawn.uniform(0.1, 0.6, MIDDLES)
    heap = drawn.integers(0, MIDDLES, rows)
    places = middles[heap] + spread[heap, None] * drawn.normal(size=(rows, 2))
    anywhere = drawn.random(rows) < 0.1
    places[anywhere] = drawn.uniform(0, 20, (int(anywhere.sum()), 2))
    return places.astype(np.float32)


def made_texts(rows: int) -> list[str]:
    """Texts of made words, each of letters alone."""
    known = np.array([f"w{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}" for n in range(WORDS + 1)])
    numbers = np.minimum(np.random.default_rng(0).zipf(1.2, (rows, WORDS_OF_A_ROW)), WORDS)
    return [" ".join(row) for row in known[numbers]]


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("--rows", type=int, nargs="+", default=[1_000, 20_000, 200_000])
    lines.add_argument("--whole", type=int, default=80_000)
    chosen = lines.parse_args()
    for rows in chosen.rows:
        places, texts = made_places(rows), made_texts(min(rows, SAMPLED))
        times = [time.process_time()]
        found = find_clusters(places, Silent())
        times.append(time.process_time())
        cluster_names(texts, found.numbers[: len(texts)], found.count)
        times.append(time.process_time())
        told = f"{rows:,} rows: {found.count} clusters, {(found.numbers == NONE).mean():.0%} of the rows in none"
        if rows <= chosen.whole:
            whole = find_clusters(places, Silent(), most_sampled=rows).numbers
            both = (whole != NONE) & (found.numbers != NONE)
            agreed = adjusted_rand_score(whole[both], found.numbers[both])
            times.append(time.process_time())
        clusters, names, *over_all = np.diff(times)
        print(f"{told}; {clusters:.1f} s, names {names:.1f} s", end="")
        print(f"; over all rows {over_all[0]:.1f} s, agreement {agreed:.3f}" if over_all else "", flush=True)


if __name__ == "__main__":
    main()
