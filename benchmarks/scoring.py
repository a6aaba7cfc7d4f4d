"""All indicators on real rows: rows/s, and which of them takes the time.

    python benchmarks/scoring.py DATASETS [--rows 2000] [--threads 2]

Each group of indicators runs by itself on the same rows, and then all together, as a job does: what the passes share
is paid once. The alternative is what a user would do with one model call an indicator: the sum of the groups.

Then what heads on the perplexity's own pass save beside asking the model UniEval's three questions, in float32 and in
bfloat16, and which share of the floor the pass reaches: what the measured matmul rate allows. On one thread the
process's own time is counted, so that other work on the machine does not count.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.perplexity import matmul_rate, read_rows, timed
from core.environment import read_environment
from core.indicators import registry
from core.indicators.base import Scope
from core.indicators.row_pool import RowPool
from core.indicators.scoring import score_chunk, score_pool
from core.models.language_pass import Asked, sequences
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.prompts import QUESTIONS
from core.rows.row import Row

CHUNK = 48
GROUPS = {
    "lengths": ("input_length", "output_length", "input_words", "output_words"),
    "MTLD": ("mtld",),
    "perplexity": ("perplexity",),
    "reward": ("reward",),
    "naturalness": ("naturalness",),
    "coherence": ("coherence",),
    "understandability": ("understandability",),
    "IFD": ("ifd",),
}


def one_pass(rows: list[Row], pool: ModelPool) -> None:
    """Perplexity, reward and quality by heads, and by questions, in both precisions; each beside its floor."""
    names = ("perplexity", *QUESTIONS)
    base = None
    for dtype in ("float32", "bfloat16"):
        model = replace(pool.profile.language_model, dtype=dtype)
        for title, quality in (("questions", replace(model, kind="zero_shot")), ("heads", pool.profile.quality)):
            asked = ModelPool(replace(pool.profile, language_model=model, quality=quality), pool.models_dir)
            score(rows[:2], names, asked)
            seconds = score(rows, names, asked)
            base = base or seconds
            parameters = sum(weight.numel() for weight in asked.language_model.parameters())
            tokens = tokens_read(rows, pool, Asked(association=title == "heads"))
            floor = tokens * 2 * parameters / matmul_rate(getattr(torch, dtype))
            print(
                f"  {title}, {dtype}: {seconds:.1f} s, {len(rows) / seconds:.2f} rows/s, {base / seconds:.2f} times as "
                f"fast as questions in float32, {floor / seconds:.0%} of the floor",
                flush=True,
            )


def tokens_read(rows: list[Row], pool: ModelPool, asked: Asked) -> int:
    """Tokens of all sequences that a pass reads, what pads them left out."""
    encoded, _ = sequences(rows, asked, pool.tokenizer, pool.profile)
    return sum(len(each.prompt) + len(each.response) for each in encoded)


def score(rows: list[Row], names: tuple[str, ...], pool: ModelPool, embed: bool = False) -> float:
    """Seconds for these indicators on all rows, and for the KNN distance where embeddings are wanted."""

    def work() -> None:
        vectors = []
        for first in range(0, len(rows), CHUNK):
            scored = score_chunk(rows[first : first + CHUNK], names, pool, pool.profile, embed=embed)
            vectors.append(scored.embeddings)
        if embed:
            pooled = [name for name, about in registry().items() if about.scope is Scope.POOL]
            score_pool(RowPool(pool.profile, np.concatenate(vectors)), pooled)

    return timed(work)[1]


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--rows", type=int, default=2000)
    lines.add_argument("--threads", type=int, default=torch.get_num_threads())
    chosen = lines.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(chosen.threads)
    pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    rows = read_rows(chosen.datasets, chosen.rows)
    every = tuple(name for name, about in registry().items() if about.scope is Scope.ROW)
    score(rows[:8], every, pool, embed=True)  # loads and warms up
    print(f"{len(rows)} rows, {chosen.threads} threads", flush=True)
    one_pass(rows, pool)
    apart = 0.0
    for title, names in GROUPS.items():
        seconds = score(rows, names, pool)
        apart += seconds
        print(f"  {title}: {seconds:.1f} s, {len(rows) / seconds:,.1f} rows/s", flush=True)
    seconds = score(rows, (), pool, embed=True)
    apart += seconds
    print(f"  embedding and KNN distance: {seconds:.1f} s, {len(rows) / seconds:,.1f} rows/s", flush=True)
    together = score(rows, every, pool, embed=True)
    print(
        f"  all together: {together:.1f} s, {len(rows) / together:,.1f} rows/s; apart / together {apart / together:.2f}"
    )


if __name__ == "__main__":
    main()
