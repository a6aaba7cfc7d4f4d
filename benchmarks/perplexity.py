"""Perplexity of responses: ours against the loop that a user would write, one row at a time and in padded batches of 8.

    python benchmarks/perplexity.py DATASETS [--rows 500] [--threads 2]

DATASETS is a folder with `train/*.jsonl` in Alpaca form. Every way runs in float32 on the same rows and must come to
the same values; ours also runs in bfloat16, to say what that brings. The floor is what the measured matmul rate allows.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.environment import read_environment
from core.models.language_pass import Asked, language_pass
from core.models.pool import ModelPool
from core.models.profiles import Profile, profile
from core.models.prompts import Encoded, encode
from core.progress import Silent
from core.rows.row import Row

Result = TypeVar("Result")


def read_rows(folder: Path, wanted: int) -> list[Row]:
    """Rows of all Alpaca files in turn."""
    files = [path.read_text("utf-8").splitlines() for path in sorted((folder / "train").glob("alpacaeval-*.jsonl"))]
    lines = [line for together in zip(*files, strict=False) for line in together][:wanted]
    return [Row(d["instruction"], d.get("input", ""), d["output"]) for d in map(json.loads, lines)]


def plain_loop(model: torch.nn.Module, encoded: Sequence[Encoded], batch: int, padding: int) -> np.ndarray:
    """What a user would write with transformers: labels of -100 on the prompt, batches padded to their longest row."""
    losses = []
    for start in range(0, len(encoded), batch):
        part = encoded[start : start + batch]
        longest = max(len(each.prompt) + len(each.response) for each in part)
        ids = torch.full((len(part), longest), padding)
        labels = torch.full((len(part), longest), -100)
        mask = torch.zeros((len(part), longest), dtype=torch.long)
        for line, each in enumerate(part):
            whole = each.prompt + each.response
            ids[line, : len(whole)] = torch.tensor(whole)
            labels[line, len(each.prompt) : len(whole)] = torch.tensor(each.response)
            mask[line, : len(whole)] = 1
        with torch.inference_mode():
            logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
            tokens = torch.nn.functional.cross_entropy(logits.transpose(1, 2), labels[:, 1:], reduction="none")
        losses += (tokens.sum(1) / (labels[:, 1:] != -100).sum(1)).tolist()
    return np.array(losses)


def ours(pool: ModelPool, rows: Sequence[Row]) -> np.ndarray:
    """The studio's pass."""
    return language_pass(rows, Asked(), pool.language_model, pool.tokenizer, pool.profile, Silent()).loss_nats_per_token


def clock() -> Callable[[], float]:
    """Seconds so far; on one thread of this process only, so that others' do not count."""
    return time.process_time if torch.get_num_threads() == 1 else time.monotonic


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What the work comes to, and its seconds by `clock`, chosen once: some libraries change torch's threads."""
    now = clock()
    start = now()
    result = work()
    return result, now() - start


def matmul_rate(dtype: torch.dtype, size: int = 1536) -> float:
    """FLOP/s of a square product, the best of five."""
    a, b = (torch.randn(size, size).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(5):
        best = min(best, timed(lambda: a @ b)[1])
    return 2 * size**3 / best


def in_dtype(name: str, dtype: str) -> Profile:
    plain = profile(name)
    return replace(plain, language_model=replace(plain.language_model, dtype=dtype))


def main() -> None:
    lines = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lines.add_argument("datasets", type=Path)
    lines.add_argument("--rows", type=int, default=500)
    lines.add_argument("--threads", type=int, default=torch.get_num_threads())
    chosen = lines.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(chosen.threads)
    models = read_environment(os.environ).paths.models
    pools = {dtype: ModelPool(in_dtype("embedded", dtype), models) for dtype in ("float32", "bfloat16")}
    rows = read_rows(chosen.datasets, chosen.rows)
    full, half = pools["float32"], pools["bfloat16"]
    encoded = [encode(row, full.profile, full.tokenizer) for row in rows]
    tokens = sum(len(each.prompt) + len(each.response) for each in encoded)
    padding = full.tokenizer.pad_token_id
    print(f"{len(rows)} rows, {tokens:,} tokens, {chosen.threads} threads", flush=True)
    for pool in pools.values():
        ours(pool, rows[:8])  # loads and warms up
    found = {
        "ours, float32": timed(lambda: ours(full, rows)),
        "one row at a time, float32": timed(lambda: plain_loop(full.language_model, encoded, 1, padding)),
        "padded batches of 8, float32": timed(lambda: plain_loop(full.language_model, encoded, 8, padding)),
        "ours, bfloat16": timed(lambda: ours(half, rows)),
    }
    expected, base = found["one row at a time, float32"][0], found["ours, float32"][1]
    parameters = sum(weight.numel() for weight in full.language_model.parameters())
    for name, (losses, seconds) in found.items():
        difference = np.nanmax(np.abs(np.exp(losses) / np.exp(expected) - 1))
        print(
            f"  {name}: {seconds:.1f} s, {tokens / seconds:,.0f} tokens/s, time / ours in float32 "
            f"{seconds / base:.2f}, perplexity differs by {difference:.1e} at most"
        )
    for dtype in (torch.float32, torch.bfloat16):
        rate = matmul_rate(dtype)
        print(f"  floor, {dtype}: {rate / 1e9:,.0f} GFLOP/s allow {rate / (2 * parameters):,.0f} tokens/s")


if __name__ == "__main__":
    main()
