"""The reward's pass beside that of the head before it, which read how predictable a response is and less of its text.

    python benchmarks/reward_pass.py DATASETS [--rows 48] [--threads 1]

Both in turn over the same rows, by themselves and on the perplexity's pass; each way's seconds are the least of its
rounds.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.perplexity import read_rows, timed
from core.environment import read_environment
from core.indicators.heads.features import head_features
from core.indicators.scoring import score_chunk
from core.models.chunk import Chunk
from core.models.language_pass import Asked
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.rows.row import Row

ROUNDS = 2


def earlier(rows: list[Row], pool: ModelPool, likelihood: bool) -> Callable[[], object]:
    """What the head before read: predictability, states and the surface."""

    def work() -> object:
        chunk = Chunk(rows, pool, Asked(likelihood=likelihood, states=True, predictability=True))
        seen = chunk.language
        assert seen.prompt_states is not None and seen.response_states is not None
        return head_features(rows, chunk.response_tokens, seen.prompt_states, seen.response_states)

    return work


def today(rows: list[Row], pool: ModelPool, names: tuple[str, ...]) -> Callable[[], object]:
    return lambda: score_chunk(rows, names, pool, pool.profile)


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--rows", type=int, default=48)
    lines.add_argument("--threads", type=int, default=1)
    chosen = lines.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(chosen.threads)
    pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    rows = read_rows(chosen.datasets, chosen.rows)
    score_chunk(rows[:2], ("perplexity", "reward"), pool, pool.profile)  # loads and warms up
    for title, likelihood, names in (
        ("by itself", False, ("reward",)),
        ("with the perplexity", True, ("perplexity", "reward")),
    ):
        ways = (earlier(rows, pool, likelihood), today(rows, pool, names))
        rounds = [[timed(way)[1] for way in ways] for _ in range(ROUNDS)]
        before, now = map(min, zip(*rounds, strict=True))
        print(f"{title}: {now:.1f} s, before {before:.1f} s, {now / before:.2f} times as long", flush=True)


if __name__ == "__main__":
    main()
