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
from pathlib import Path

import torch
from transformers import GPTNeoXConfig, GPTNeoXModel, T5Config, T5ForConditionalGeneration

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.perplexity import clock, plain_loop, read_rows
from core.models import ModelPool
from core.paths import StudioPaths
from core.profiles import profile
from core.progress import Silent
from core.prompts import QUESTIONS, Encoded, encode, response_opening
from core.reward_model import RewardModel
from core.rows import Row
from core.scoring import score_chunk
from core.unieval import UniEval

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


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--rows", type=int, default=8)
    lines.add_argument("--threads", type=int, default=1)
    chosen = lines.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(chosen.threads)
    pool = ModelPool(profile("embedded"), StudioPaths.from_environment(os.environ).models)
    rows = read_rows(chosen.datasets, chosen.rows)
    score_chunk(rows[:2], (*OURS, "ifd"), pool, pool.profile, embed=True)  # loads and warms up

    def seconds(title: str, *names: str, embed: bool = False) -> float:
        start = clock()
        score_chunk(rows, names, pool, pool.profile, embed=embed)
        return told(title, clock() - start)

    def told(title: str, taken: float) -> float:
        print(f"  {title}: {taken:.1f} s", flush=True)
        return taken

    print(f"{len(rows)} rows, {chosen.threads} threads", flush=True)
    one = seconds("ours, all of them", *OURS, embed=True)
    four = seconds("the language model and the encoder", "perplexity", embed=True)
    reward = reward_model(pool)
    start = clock()
    reward.score(rows, Silent())
    four += told("a reward model of 1.4 billion", clock() - start)
    del reward
    asked = unieval(pool)
    start = clock()
    for name in QUESTIONS:
        asked.score(name, rows, Silent())
    four += told("a T5 of 770 million, three questions", clock() - start)
    print(f"  four models / ours {four / one:.2f}", flush=True)
    ours = seconds("ours, IFD", "ifd")
    start = clock()
    row_at_a_time(rows, pool)
    print(f"  a row at a time / ours {told('a row at a time, IFD', clock() - start) / ours:.2f}", flush=True)


if __name__ == "__main__":
    main()
