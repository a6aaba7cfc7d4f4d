"""All indicators on real rows: rows/s, and which of them takes the time.

    python benchmarks/scoring.py DATASETS [--rows 2000] [--threads 2] [--parts] [--dtype float32]

First a table by part over real rows of all files, no instruction twice, in chunks of like length as in a job: what
takes the time, and which share of its floor it reaches. The floor is what the rate of a large matrix product, measured
before each chunk, allows for the models' weights and the tokens read; attention, entropies and all else are left out.
`--parts` prints this table only.

Each group of indicators runs by itself on the same rows, and then all together, as a job does: what the passes share
is paid once. The alternative is what a user would do with one model call an indicator: the sum of the groups.

Then what heads on the perplexity's own pass save beside asking the model UniEval's three questions, in float32 and in
bfloat16, and which share of the floor the pass reaches: what the measured matmul rate allows. On one thread the
process's own time is counted, so that other work on the machine does not count.
"""

import argparse
import cProfile
import json
import os
import pstats
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.perplexity import clock, in_dtype, matmul_rate, read_rows, timed
from core.environment import read_environment
from core.indicators import registry
from core.indicators.base import Scope
from core.indicators.row_pool import RowPool
from core.indicators.scoring import needs_of, score_chunk, score_pool
from core.models.language_pass import Asked, sequences
from core.models.pool import ModelPool
from core.models.profiles import profile
from core.models.prompts import QUESTIONS, prompt_end
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
PARTS = {  # by the function that does it
    "trunk of the language model": "_trunk",
    "logits and their statistics": "response_statistics",
    "sentence encoder": "embed",
    "tokenizing": "sequences",
}
REST, ALL = "all else", "together"


def varied_rows(folder: Path, wanted: int) -> list[Row]:
    """Rows of all files in turn, no instruction twice, in order of length."""
    files = [path.read_text("utf-8").strip().split("\n") for path in sorted((folder / "train").glob("*.jsonl"))]
    found: dict[str, Row] = {}
    for place in range(max(map(len, files))):
        for each in (json.loads(lines[place]) for lines in files if place < len(lines)):
            row = Row(each["instruction"], each.get("input", ""), each["output"])
            if len(found) < wanted:
                found.setdefault(row.prompt, row)
    return sorted(found.values(), key=lambda row: len(row.prompt) + len(row.output))


def by_part(rows: list[Row], names: Sequence[str], pool: ModelPool) -> None:
    """The table by part: seconds, share of the time, share of the floor, and over chunks the quartiles of that."""
    seconds: Counter[str] = Counter()
    floors: Counter[str] = Counter()
    shares = []
    for first in range(0, len(rows), CHUNK):
        chunk = rows[first : first + CHUNK]
        rate = matmul_rate(getattr(torch, pool.profile.language_model.dtype))
        exact = matmul_rate(getattr(torch, pool.profile.encoder.dtype))
        found = part_seconds(chunk, names, pool)
        language, encoder = products(chunk, needs_of(names, pool.profile).language, pool)
        floor = {part: flops / rate for part, flops in language.items()}
        floor |= {part: flops / exact for part, flops in encoder.items()}
        floor[ALL] = sum(floor.values())
        shares.append(floor[ALL] / found[ALL])
        seconds.update(found)
        floors.update(floor)
    print(f"  {pool.profile.language_model.dtype}, {len(rows)} rows")
    for part, taken in seconds.items():
        reached = f", {floors[part] / taken:.0%} of its floor of {floors[part]:.1f} s" if part in floors else ""
        print(f"    {part}: {taken:.1f} s, {taken / seconds[ALL]:.1%} of the time{reached}")
    low, middle, high = np.percentile(shares, [25, 50, 75])
    print(
        f"    over {len(shares)} chunks: median {middle:.0%} of the floor, quartiles {low:.0%} and {high:.0%}",
        flush=True,
    )


def part_seconds(rows: list[Row], names: Sequence[str], pool: ModelPool) -> dict[str, float]:
    """Seconds of each part of the scoring of a chunk."""
    profiler = cProfile.Profile(clock())
    profiler.runcall(score_chunk, rows, names, pool, pool.profile, embed=True)
    cumulative: Counter[str] = Counter()
    for (file, _, name), (_, _, _, taken, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        if "/core/" in file:
            cumulative[name] += taken
    found = {part: cumulative[name] for part, name in PARTS.items()}
    return found | {REST: cumulative["score_chunk"] - sum(found.values()), ALL: cumulative["score_chunk"]}


def products(rows: list[Row], asked: Asked, pool: ModelPool) -> tuple[dict[str, float], dict[str, float]]:
    """Floating-point operations by part of the language model, and of the encoder: two for each weight and token."""
    trunk, logits, encoder, *_ = PARTS
    encoded, _ = sequences(rows, asked, pool.tokenizer, pool.profile)
    tokens = sum(len(each.prompt) + len(each.response) for each in encoded)
    head = pool.language_model.get_output_embeddings().weight.numel()
    texts = [f"{row.prompt}\n\n{row.output}" for row in rows]
    texts += [text for row in rows for text in (prompt_end(row), row.output)] if asked.association else []
    read = pool.encoder.tokenizer(texts, truncation=True, max_length=pool.encoder.max_seq_length)["input_ids"]
    language = {
        trunk: 2.0 * tokens * weights(pool.language_model.get_decoder()),
        logits: 2.0 * sum(len(each.response) for each in encoded) * head,
    }
    return language, {encoder: 2.0 * sum(map(len, read)) * weights(pool.encoder)}


def weights(model: torch.nn.Module) -> int:
    """Of a model, without its embeddings, which are looked up."""
    return sum(each.numel() for name, each in model.named_parameters() if "embed" not in name)


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
    lines.add_argument("--parts", action="store_true", help="print the table by part only")
    lines.add_argument("--dtype", default="float32", help="of the language model in the table by part")
    chosen = lines.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(chosen.threads)
    models = read_environment(os.environ).paths.models
    every = tuple(name for name, about in registry().items() if about.scope is Scope.ROW)
    varied = varied_rows(chosen.datasets, chosen.rows)
    exact = ModelPool(in_dtype("embedded", chosen.dtype), models)
    score(varied[:2], every, exact, embed=True)  # loads and warms up
    by_part(varied, every, exact)
    if chosen.parts:
        return
    pool = ModelPool(profile("embedded"), models)
    rows = read_rows(chosen.datasets, chosen.rows)
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
