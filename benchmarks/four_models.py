"""The model-based indicators by one small model, against a model for each as in the paper, and IFD a row at a time.

    python benchmarks/four_models.py DATASETS [--rows 8] [--threads 1]

The paper's way: a reward model of 1.4 billion parameters (GPT-NeoX, as oasst-rm-2.1-pythia-1.4b), a T5 of 770 million
asked UniEval's three questions, a sentence encoder, and a language model, which here is the same small one as ours; in
bfloat16 as well. Speed does not depend on weights, so those of the two large models are random. Superfiltering's way
(Li et al. 2024) reads each response with and without its prompt, a row at a time, with a small model: here ours.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import GPTNeoXConfig, GPTNeoXModel, T5Config, T5ForConditionalGeneration

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.perplexity import plain_loop, read_rows, timed
from core.environment import read_environment
from core.indicators.scoring import score_chunk
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.prompts import QUESTIONS, Encoded, encode, response_opening
from core.models.reward_model import RewardModel
from core.models.unieval import UniEval
from core.progress import Silent
from core.rows.row import Row

OURS = ("perplexity", "reward", *QUESTIONS)


def reward_model(pool: ModelPool) -> RewardModel:
    """Pythia-1.4b's shape."""
    shape = GPTNeoXConfig(
        hidden_size=2048, num_hidden_layers=24, num_attention_heads=16, intermediate_size=8192, vocab_size=50_304
    )
    return RewardModel(GPTNeoXModel(shape).to(torch.bfloat16), torch.zeros(2048), pool.tokenizer)


def unieval(pool: ModelPool) -> UniEval:
    """T5-large's shape, with our tokenizer's vocabulary."""
    shape = T5Config(
        d_model=1024, d_ff=4096, num_layers=24, num_heads=16, vocab_size=len(pool.tokenizer), decoder_start_token_id=0
    )
    return UniEval(T5ForConditionalGeneration(shape).to(torch.bfloat16), pool.tokenizer)


def row_at_a_time(rows: list[Row], pool: ModelPool) -> None:
    """Superfiltering's two losses of each row."""
    encoded = [encode(row, pool.profile, pool.tokenizer) for row in rows]
    opening = response_opening(pool.profile, pool.tokenizer)
    plain_loop(pool.language_model, encoded, 1, 0)
    plain_loop(pool.language_model, [Encoded(opening, each.response) for each in encoded], 1, 0)


def seconds(title: str, work: Callable[[], object]) -> float:
    """Of some work; told."""
    taken = timed(work)[1]
    print(f"  {title}: {taken:.1f} s", flush=True)
    return taken


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--rows", type=int, default=8)
    lines.add_argument("--threads", type=int, default=1)
    chosen = lines.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(chosen.threads)
    pool = ModelPool(profile("embedded"), read_environment(os.environ).paths.models)
    rows = read_rows(chosen.datasets, chosen.rows)
    score_chunk(rows[:2], (*OURS, "ifd"), pool, pool.profile, embed=True)  # loads and warms up

    print(f"{len(rows)} rows, {chosen.threads} threads", flush=True)
    one = seconds("ours, all of them", lambda: score_chunk(rows, OURS, pool, pool.profile, embed=True))
    four = seconds(
        "the language model and the encoder", lambda: score_chunk(rows, OURS[:1], pool, pool.profile, embed=True)
    )
    reward = reward_model(pool)
    four += seconds("a reward model of 1.4 billion", lambda: reward.score(rows, Silent()))
    asked = unieval(pool)
    four += seconds("a T5 of 770 million, three questions", lambda: [asked.score(n, rows, Silent()) for n in QUESTIONS])
    print(f"  four models / ours {four / one:.2f}", flush=True)
    ours = seconds("ours, IFD", lambda: score_chunk(rows, ("ifd",), pool, pool.profile))
    theirs = seconds("a row at a time, IFD", lambda: row_at_a_time(rows, pool))
    print(f"  a row at a time / ours {theirs / ours:.2f}", flush=True)


if __name__ == "__main__":
    main()
